import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPage, pageFolder, visit, walk } from '../../bench/speed/path'
import { openStage, type Stage } from './harness'

let stage: Stage

beforeAll(async () => {
  await buildPage()
  stage = await openStage(pageFolder)
})
afterAll(() => stage.close())

test('the lite profile enrols and verifies without a byte of MediaPipe', async () => {
  const visitor = await visit(stage)
  const enrolled = await walk(visitor, 'enrol', 'lite')
  expect(enrolled).toMatchObject({ outcome: 'enrolled', detector: 'blazeface' })
  expect(await walk(visitor, 'verify', 'lite')).toMatchObject({
    outcome: 'verified true',
    detector: 'blazeface',
  })
  const paths = [...new Set(visitor.requests.map((request) => request.url()))]
  expect(paths.filter((path) => path.includes('vision_wasm'))).toEqual([])
  expect(paths.filter((path) => path.includes('blazeface-short-range'))).toHaveLength(1)
  // tfjs has three builds of its wasm; one is fetched.
  expect(paths.filter((path) => path.includes('tfjs-backend-wasm'))).toHaveLength(1)
  await visitor.context.close()
})
