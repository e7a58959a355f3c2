import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { answerConsent, begin, hintShown, otherWay, perform, press, problemShown, settled } from './acts'
import { openStage, type Stage, type VisitOptions, type Visitor } from './harness'
import { beginWith, createLab, outcomeOf } from './lab'

let stage: Stage
let visitor: Visitor

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(() => stage.show('no-face'))
afterEach(() => visitor.close())

async function visitAndBegin(options?: VisitOptions): Promise<void> {
  visitor = await stage.visit(options)
  await begin(visitor, 'enrol')
}

async function expectAllGone(tracks: readonly string[] = ['ended']): Promise<void> {
  expect(await visitor.trackStates()).toEqual(tracks)
  await expect.poll(() => visitor.page.workers().length).toBe(0)
  expect(await visitor.page.locator('[data-faceseal-capture], [data-faceseal-dialog]').count()).toBe(0)
}

test('a second ceremony while one runs is refused, and the first goes on', async () => {
  const lab = await createLab(stage.demo.url, 'estate')
  await visitAndBegin()
  await hintShown(visitor, 'no_face')
  await beginWith(visitor, await lab.options('enrol'))
  expect((await outcomeOf(visitor)).code).toBe('already_running')
  await press(visitor, 'Cancel')
  expect(await settled(visitor)).toEqual({ state: 'alternative', detail: 'cancelled' })
  await expectAllGone()
})

test.each(['dialog', 'models', 'capture'] as const)('an abort during %s ends everything at once', async (moment) => {
  visitor = await stage.visit({
    before: async (page) => {
      // Models that never come, so that there is a moment to abort in.
      if (moment === 'models') await page.route('**/*.tflite', () => undefined)
    },
  })
  const lab = await createLab(stage.demo.url, 'estate')
  await visitor.page.evaluate(
    (optionsJSON) => {
      const stop = new AbortController()
      Object.assign(globalThis, { stop })
      globalThis.outcome = globalThis.faceseal.startEnrolment({ optionsJSON, locale: 'en', signal: stop.signal })
      globalThis.outcome.catch(() => undefined)
    },
    await lab.options('enrol'),
  )
  if (moment === 'dialog') await visitor.page.getByRole('dialog').waitFor()
  else await answerConsent(visitor)
  if (moment === 'models') await visitor.page.locator('[data-faceseal-capture] progress').waitFor()
  if (moment === 'capture') await hintShown(visitor, 'no_face')
  await visitor.page.evaluate(() => (globalThis as unknown as { stop: AbortController }).stop.abort())
  expect((await outcomeOf(visitor)).code).toBe('aborted')
  await expectAllGone(moment === 'capture' ? ['ended'] : [])

  // And the next one works.
  await visitor.page.unrouteAll()
  await stage.show('man-a')
  expect(await perform(visitor, 'enrol')).toEqual({ state: 'enrolled', detail: 'backend' })
})

test('a camera that the browser denies: told, and leaving is the other way, not an error', async () => {
  await visitAndBegin({ camera: 'denied' })
  await problemShown(visitor, 'camera_denied')
  await press(visitor, otherWay)
  expect(await settled(visitor)).toEqual({ state: 'alternative', detail: 'camera_denied' })
  await expectAllGone([])
})

test('no dialog, no camera and no worker is left when nothing can start: plain http', async () => {
  visitor = await stage.visit()
  const lab = await createLab(stage.demo.url, 'estate')
  await visitor.page.evaluate(() => Object.defineProperty(globalThis, 'isSecureContext', { value: false }))
  await beginWith(visitor, await lab.options('enrol'))
  expect((await outcomeOf(visitor)).code).toBe('insecure_context')
  await expectAllGone([])
})
