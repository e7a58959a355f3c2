import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { begin, hintShown, perform, settled } from './acts'
import { pictureIn, pictureInText } from './canary'
import { openStage, type Stage, type Visitor } from './harness'

let stage: Stage
let visitor: Visitor

beforeAll(async () => {
  stage = await openStage()
  await stage.show('canary')
})
afterAll(() => stage.close())
afterEach(() => visitor.close())

test('the camera picture is in no request, message, store or log (L15)', async () => {
  visitor = await stage.visit()
  expect(await perform(visitor, 'enrol')).toEqual({ state: 'enrolled', detail: 'backend' })
  // And what stays on the device:
  expect(await perform(visitor, 'enrol', { transmit: 'refuse' })).toEqual({ state: 'enrolled', detail: 'device' })

  const messages = await visitor.messages()
  expect(messages.filter((text) => text.startsWith('from worker')).length).toBeGreaterThan(3)
  expect(messages.filter((text) => text.startsWith('from port')).length).toBeGreaterThan(3)
  const stored = await visitor.storage()
  expect(stored).toContain('receipts')

  for (const { url, body } of visitor.requests) {
    expect(pictureIn(body), url.pathname).toBeUndefined()
    expect(pictureInText(`${url.search}${body}`), url.pathname).toBeUndefined()
  }
  for (const text of [...messages, ...visitor.logs, stored])
    expect(pictureInText(text), text.slice(0, 200)).toBeUndefined()
})

test('no message that leaves the worker holds more than one envelope, and no kind of object that holds pixels', async () => {
  visitor = await stage.visit()
  await perform(visitor, 'enrol')
  for (const text of await visitor.messages()) {
    if (!text.startsWith('from')) continue
    expect(text.length).toBeLessThan(6000)
    expect(text).not.toMatch(/"kind":"(ImageData|ImageBitmap|VideoFrame|Float32Array|OffscreenCanvas)"|"blob"|bytes:\d/)
  }
})

test('the finder sees the camera picture where it is: pixels, floats, grey, JPEG, base64', async () => {
  visitor = await stage.visit()
  await begin(visitor, 'enrol')
  await hintShown(visitor, 'hold_still')
  const found = await visitor.page.evaluate(async () => {
    const video = document.querySelector('[data-faceseal-capture]')?.shadowRoot?.querySelector('video')
    if (!video) throw new Error('no preview')
    const canvas = document.createElement('canvas')
    canvas.width = 640
    canvas.height = 480
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no context')
    context.drawImage(video, 0, 0, 640, 480)
    const pixels = context.getImageData(0, 200, 640, 20).data
    return { pixels: Array.from(pixels), jpeg: canvas.toDataURL('image/jpeg'), png: canvas.toDataURL('image/png') }
  })
  await settled(visitor)
  const rgba = Uint8Array.from(found.pixels)
  const grey = new Uint8Array(rgba.length / 4).map(
    (_, i) => 0.299 * rgba[4 * i]! + 0.587 * rgba[4 * i + 1]! + 0.114 * rgba[4 * i + 2]!,
  )
  const floats = new Uint8Array(Float32Array.from(rgba, (value) => value / 255).buffer)
  const signed = new Uint8Array(Float32Array.from(rgba, (value) => (value / 255 - 0.5) / 0.5).buffer)
  expect(pictureIn(rgba)).toContain('pixels')
  expect(pictureIn(grey)).toBe('luma plane')
  expect(pictureIn(floats)).toContain('floats')
  expect(pictureIn(signed)).toContain('floats')
  expect(pictureInText(Buffer.from(rgba).toString('base64'))).toContain('base64')
  expect(pictureInText(JSON.stringify(found.pixels.slice(0, 4096)))).toContain('numbers')
  expect(pictureInText(found.jpeg.split(',')[1] ?? '')).toContain('JPEG')
  expect(pictureInText(found.png)).toContain('data: URL')
})
