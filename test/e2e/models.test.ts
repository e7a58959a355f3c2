import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { perform } from './acts'
import { openStage, type Stage } from './harness'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

/** Each way in which a model file can be wrong, and what the page says to it. */
const faults: Readonly<Record<string, readonly [string, (page: Page) => Promise<unknown>]>> = {
  'one bit flipped': ['model_integrity', change('**/mobilefacenet-512*.bin', flipOneBit)],
  'cut short': ['model_integrity', change('**/*.tflite', (body) => body.subarray(0, body.length - 1))],
  'longer than pinned': ['model_integrity', change('**/*.tflite', (body) => Buffer.concat([body, body]))],
  'another wasm': ['model_integrity', change('**/vision_wasm*.wasm', flipOneBit)],
  missing: ['model_unavailable', (page) => page.route('**/*.tflite', (route) => route.fulfill({ status: 404 }))],
  'a start page in its place': [
    'model_unavailable',
    (page) =>
      page.route('**/*.tflite', (route) => route.fulfill({ contentType: 'text/html', body: '<title>app</title>' })),
  ],
  unreachable: ['model_unavailable', (page) => page.route('**/*.tflite', (route) => route.abort())],
}

test.each(Object.entries(faults))(
  'a model file that is %s stops everything before worker and camera',
  async (_, fault) => {
    const [code, before] = fault
    const visitor = await stage.visit({ before })
    expect(await perform(visitor, 'enrol')).toEqual({ state: 'error', detail: code })
    expect(await visitor.count('workers')).toBe(0)
    expect(await visitor.count('getUserMedia')).toBe(0)
    await visitor.close()
  },
)

function change(pattern: string, edit: (body: Buffer) => Buffer) {
  return (page: Page) =>
    page.route(pattern, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: edit(await response.body()) })
    })
}

function flipOneBit(body: Buffer): Buffer {
  const copy = Buffer.from(body)
  copy[copy.length >> 1]! ^= 1
  return copy
}
