import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { answerConsent, hintShown, otherWay, press, problemShown } from '../../e2e/acts.ts'
import type { VisitOptions, Visitor } from '../../e2e/harness.ts'
import { installSabotage } from '../../e2e/sabotage.ts'
import { openWidgetStage, type WidgetStage } from './site.ts'

let stage: WidgetStage
let visitor: Visitor
let page: Page

beforeAll(async () => {
  stage = await openWidgetStage()
})
afterAll(() => stage.close())
beforeEach(() => stage.show('no-face'))
afterEach(() => visitor.close())

async function visit(options: VisitOptions = {}): Promise<void> {
  visitor = await stage.visit({ path: '/form.html', ...options })
  page = visitor.page
  await page.waitForFunction(() => 'widget' in globalThis)
}

const face = () => page.locator('face-seal#one')
const button = (name: string) => face().getByRole('button', { name, exact: true })
const inState = (state: string) => page.locator(`face-seal#one[state=${state}]`).waitFor()
const says = () => face().getByRole('status').textContent()
const ways = () => face().locator('button.choice').allTextContents()
const lit = async () => (await visitor.trackStates()).filter((state) => state === 'live').length
const codes = () =>
  page.evaluate(() =>
    globalThis.widget.heard
      .filter((line) => line.startsWith('error'))
      .map((line) => JSON.parse(line.slice('error '.length)).error as { code: string; detail?: string }),
  )

/** The camera view's own sentence. */
const viewSays = () => page.locator('[data-faceseal-capture]').getByRole('status').textContent()

/** The next camera is refused so; without a name it opens. */
async function refuseCamera(name?: string, permission: PermissionState = 'granted'): Promise<void> {
  await page.evaluate(
    ([error, state]) => {
      globalThis.sabotage.refuseCamera = error
      navigator.permissions.query = async () => ({ state }) as PermissionStatus
    },
    [name, permission] as const,
  )
}

it('a question for the camera that is closed, then a camera in use, then one that works; the phone is turned meanwhile', async () => {
  await visit({ before: (each) => each.addInitScript(installSabotage) })
  await refuseCamera('NotAllowedError', 'prompt')
  await button('Verify with face').click()
  await answerConsent(visitor)
  await problemShown(visitor, 'camera_dismissed')
  await inState('problem')
  expect(await viewSays()).toBe('The browser asked for the camera and got no answer. Try again, or use another way.')

  await refuseCamera('NotReadableError')
  await press(visitor, 'Try again')
  await problemShown(visitor, 'camera_busy')
  expect(await viewSays()).toBe('Another program is using the camera. Close it and try again.')
  const offered = page.locator('[data-faceseal-capture]').getByRole('button')
  expect(await offered.allTextContents()).toEqual(['Try again', otherWay, 'Cancel'])
  expect(await lit()).toBe(0)

  await refuseCamera()
  await press(visitor, 'Try again')
  await hintShown(visitor, 'no_face')
  for (const size of [
    { width: 360, height: 740 },
    { width: 740, height: 360 },
  ]) {
    await page.setViewportSize(size)
    await hintShown(visitor, 'no_face')
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBe(0)
    for (const name of [otherWay, 'Cancel']) {
      const way = page.locator('[data-faceseal-capture]').getByRole('button', { name })
      const { x, width } = (await way.boundingBox())!
      expect(x + width).toBeLessThanOrEqual(size.width)
    }
  }
  expect(await lit()).toBe(1)
  await press(visitor, otherWay)
  await inState('alternative')
  expect(await lit()).toBe(0)
})

describe('what cannot begin says so before anybody is asked', () => {
  it('a browser without what it takes: each by its name, and the other way', async () => {
    await visit()
    for (const [name, owner] of [
      ['Worker', 'globalThis'],
      ['WebAssembly', 'globalThis'],
      ['OffscreenCanvas', 'globalThis'],
      ['subtle', 'crypto'],
      ['mediaDevices', 'navigator'],
    ] as const) {
      await page.evaluate(
        async ([what, where]) => {
          const holder: object = { globalThis, crypto, navigator }[where]
          const before = Object.getOwnPropertyDescriptor(holder, what)
          Object.defineProperty(holder, what, { value: undefined, configurable: true, writable: true })
          const { widget } = globalThis
          widget.element().reset()
          await widget.element().start()
          if (before) Object.defineProperty(holder, what, before)
          else Reflect.deleteProperty(holder, what)
        },
        [name, owner] as const,
      )
      await inState('error')
      expect((await codes()).at(-1)).toMatchObject({
        code: 'browser_unsupported',
        detail: expect.stringContaining(name),
      })
      expect(await says()).toBe('This browser cannot do it. Please use another way, or update the browser.')
      expect(await ways()).toEqual(['Use another way'])
    }
    expect(visitor.requests.filter(({ url }) => url.pathname.startsWith('/face'))).toEqual([])
    expect(await visitor.trackStates()).toEqual([])
    // With everything there again, it goes.
    await page.evaluate(() => globalThis.widget.element().reset())
    await button('Verify with face').click()
    await page.getByRole('dialog').waitFor()
  })

  it('L17 a page without https', async () => {
    await visit()
    const insecure = 'http://face.example'
    await page.route(`${insecure}/**`, async (route) => {
      const { pathname } = new URL(route.request().url())
      await route.fulfill({ response: await page.request.get(stage.demo.url + pathname) })
    })
    await page.goto(`${insecure}/form.html`)
    await button('Verify with face').click()
    await inState('error')
    expect((await codes()).at(-1)).toMatchObject({ code: 'insecure_context' })
    expect(await says()).toBe('The connection is not secure, so face verification cannot be used.')
    expect(await ways()).toEqual(['Use another way'])
  })

  it('no network: it says so, and starts once there is one', async () => {
    await visit()
    await visitor.context.setOffline(true)
    await button('Verify with face').click()
    await inState('error')
    expect(await says()).toBe('There is no network connection. Check it and try again, or use another way.')
    expect(await ways()).toEqual(['Start again', 'Use another way'])
    await visitor.context.setOffline(false)
    await button('Start again').click()
    await page.getByRole('dialog').waitFor()
  })
})

it('options that ran out while the notice was read: nothing is recorded as agreed, and fresh ones are asked for', async () => {
  await visit()
  await button('Verify with face').click()
  await page.getByRole('dialog').waitFor()
  await page.evaluate(() => {
    const now = Date.now.bind(Date)
    Object.assign(globalThis, { late: 86_400_000 })
    Date.now = () => now() + (globalThis as unknown as { late: number }).late
  })
  await answerConsent(visitor)
  await inState('error')
  expect((await codes()).at(-1)).toMatchObject({ code: 'options_expired' })
  expect(await ways()).toEqual(['Start again', 'Use another way'])
  expect(await visitor.count('workers')).toBe(0)
  await page.evaluate(() => Object.assign(globalThis, { late: 0 }))
  await button('Start again').click()
  await page.getByRole('dialog').waitFor()
})

it('level="backend" and a device that compared alone: accepted is not enough; each address on its own', async () => {
  await stage.show('man-a')
  await visit()
  const asked: string[] = []
  await page.route('**/elsewhere/**', async (route) => {
    const { pathname } = new URL(route.request().url())
    asked.push(pathname)
    const path = pathname.replace('/elsewhere', '/face').replace('/said', '/local').replace('/records', '/receipts')
    await route.continue({ url: stage.demo.url + path })
  })
  const run = async (mode: 'enrol' | 'verify') => {
    await page.evaluate((kind) => {
      const one = globalThis.widget.element()
      one.removeAttribute('base-url')
      one.setAttribute('mode', kind)
      one.setAttribute('options-url', `/elsewhere/${kind}/options`)
      one.setAttribute('answer-url', '/elsewhere/unused')
      one.setAttribute('local-url', '/elsewhere/said')
      one.setAttribute('receipts-url', '/elsewhere/records')
      one.setAttribute('withdraw-url', '/elsewhere/withdraw')
      one.setAttribute('level', 'backend')
      one.localOnly = true
    }, mode)
    await inState('idle')
    await page.evaluate(() => void globalThis.widget.element().start())
    await answerConsent(visitor, { transmit: 'unasked' })
  }
  await run('enrol')
  await inState('enrolled')
  await run('verify')
  await inState('accepted')
  expect(await says()).toMatch(/^Verified on this device only, as you chose\. This step needs more/)
  expect(await ways()).toEqual(['Start again', 'Use another way'])
  const last = await page.evaluate(() => globalThis.widget.heard.findLast((line) => line.startsWith('result')))
  expect(JSON.parse(last!.slice('result '.length))).toEqual({
    ...{ kind: 'verified', verified: true, by: 'device', sufficient: false },
  })
  expect(await page.evaluate(() => globalThis.widget.element().value)).toBeNull()
  const each = (kind: string) => [`/elsewhere/${kind}/options`, '/elsewhere/records', '/elsewhere/said']
  expect(asked).toEqual([...each('enrol'), ...each('verify')])
  expect(await lit()).toBe(0)

  await page.evaluate(() => {
    const one = globalThis.widget.element()
    one.removeAttribute('local-url')
    one.removeAttribute('withdraw-url')
  })
  await button('Start again').click()
  await inState('error')
  // L10: no consent without the way back
  expect((await codes()).at(-1)).toMatchObject({ code: 'configuration_invalid', detail: 'local-url, withdraw-url' })
})
