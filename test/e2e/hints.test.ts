import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { begin, hintShown, otherWay, perform, press, settled } from './acts'
import { openStage, type Stage, type Visitor } from './harness'

let stage: Stage
let visitor: Visitor

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
afterEach(() => visitor.close())

test.each([
  ['no-face', 'no_face'],
  ['two-faces', 'several_faces'],
  ['dark', 'too_dark'],
  ['covered', 'covered'],
] as const)('%s: the person is told (%s), and nothing is captured', async (clip, hint) => {
  await stage.show(clip)
  visitor = await stage.visit()
  await begin(visitor, 'enrol')
  await hintShown(visitor, hint)
  const spoken = visitor.page.locator('[data-faceseal-capture]').getByRole('status')
  expect((await spoken.textContent())?.length).toBeGreaterThan(5)

  await press(visitor, otherWay)
  expect(await settled(visitor)).toEqual({ state: 'alternative', detail: 'other_way' })
  expect(await visitor.trackStates()).toEqual(['ended'])
  expect(visitor.requests.filter(({ url }) => url.pathname === '/face/enrol')).toEqual([])
  expect(await visitor.page.locator('[data-faceseal-capture]').count()).toBe(0)
})

test('cancelling stops the camera, and another try with a face succeeds', async () => {
  await stage.show('no-face')
  visitor = await stage.visit()
  await begin(visitor, 'enrol')
  await hintShown(visitor, 'no_face')
  await press(visitor, 'Cancel')
  expect(await settled(visitor)).toEqual({ state: 'alternative', detail: 'cancelled' })

  await stage.show('man-a')
  expect(await perform(visitor, 'enrol')).toEqual({ state: 'enrolled', detail: 'backend' })
})
