import { dirname } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadMessages } from '../../src/page/i18n'
import { decodeEnvelope } from '../../src/wire/envelope'
import { type LivenessOptions, type LivenessStep, livenessSteps, passiveLiveness } from '../../src/wire/liveness'
import { openLab, type Lab as WorkerLab } from '../browser/worker/lab'
import { answerConsent, hintShown, otherWay, perform, press, problemShown } from './acts'
import { type AttackName, prepareAttacks } from './attacks'
import { openStage, type Stage, type Visitor } from './harness'
import { beginWith, createLab, outcomeOf } from './lab'

const words = await loadMessages('en')

let clips: Readonly<Record<AttackName, string>>
let stage: Stage

beforeAll(async () => {
  clips = await prepareAttacks()
  stage = await openStage()
}, 900_000)
afterAll(() => stage.close())

describe('before the shipped worker', () => {
  const refusals = ['liveness_failed', 'identity_changed']
  let lab: WorkerLab
  let pages: readonly Page[]

  beforeAll(async () => {
    lab = await openLab({ clips: dirname(clips.photo), shipped: true, browser: stage.browser })
    await lab.start()
    pages = [lab.page, ...(await Promise.all([lab.another(), lab.another()]))]
  })
  afterAll(() => lab.close())

  /** One capture of a clip at its own pace, with these movements asked, or none. */
  const capture = async (page: Page, clip: AttackName, steps: readonly LivenessStep[]) => {
    const active: LivenessOptions = { level: 'active', steps: [...steps], substitutes: [], stepTimeoutMs: 3000 }
    return await page.evaluate((input) => window.lab.capture(input), {
      ...{ shots: [], clip: `/clips/${clip}.mjpeg`, timeoutMs: 100_000 },
      binding: lab.binding({ liveness: steps.length > 0 ? active : passiveLiveness }),
    })
  }

  test('without a challenge the noisy photo passes: it is the challenge that refuses it', async () => {
    expect((await capture(lab.page, 'photo-with-noise', [])).kind).toBe('sealed')
  })

  // Every challenge of two movements against every clip: bench/liveness/attacks.ts.
  const attacks = [
    ['photo', ['turn_left', 'blink']],
    ['photo-with-noise', ['open_mouth', 'turn_right']],
    ['photo-in-hand', ['move_closer', 'turn_right']],
    ['photo-turned', ['turn_left', 'turn_right']],
    ['photo-turned-far', ['turn_right', 'blink']],
    ['photo-nodded', ['look_down', 'turn_left']],
    ['other-capture', ['turn_left', 'blink']],
    ['cut', ['open_mouth', 'turn_left']],
    ['mask', ['blink', 'turn_left']],
    ['mask', ['open_mouth', 'turn_right']],
  ] as const
  /** What each page does now: several at once, since an attack spends its time waiting to be refused. */
  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve(), Promise.resolve()]

  test.concurrent.each(attacks.map(([clip, steps], index) => [clip, steps, index % lanes.length] as const))(
    '%s is refused, asked to %s',
    async (clip, steps, lane) => {
      const attempt = lanes[lane]!.then(() => capture(pages[lane]!, clip, steps))
      lanes[lane] = attempt.catch(() => undefined)
      expect(refusals).toContain((await attempt).failure?.code)
    },
  )
})

describe('in the page', () => {
  let visitor: Visitor

  beforeEach(async () => {
    visitor = await stage.visit()
  })
  afterEach(() => visitor.close())

  test('who does what is asked is enrolled: the backend agrees on the transcript, and the claim names both movements', async () => {
    const steps = ['open_mouth', 'turn_right'] as const
    const lab = await createLab(stage.demo.url, 'estate', {
      liveness: {
        ...{ level: 'active', steps: 2, substitutes: 0, stepTimeoutMs: 30_000 },
        avoid: livenessSteps.filter((step) => !steps.some((wanted) => wanted === step)),
      },
    })
    await stage.showFile(clips['mouth-then-right'])
    // The order is drawn; a recording knows but one.
    let options = await lab.options('enrol')
    while (options.liveness?.steps[0] !== steps[0]) options = await lab.options('enrol')
    await beginWith(visitor, options)
    await answerConsent(visitor)
    const problem = visitor.page.locator('[data-faceseal-capture][data-problem]')
    const refused = problem.waitFor().then(() => undefined)
    refused.catch(() => undefined)
    for (const step of steps) await Promise.race([hintShown(visitor, step), refused])
    const outcome = await Promise.race([outcomeOf(visitor), refused])
    expect(outcome?.kind).toBe('sealed')
    await lab.sendReceipts(outcome?.receipts ?? [])
    const response = outcome?.response ?? new Uint8Array()
    expect(decodeEnvelope(response).header.liveness).toHaveLength(43)
    expect(await lab.stepsIn('enrol', response)).toEqual(steps)
    expect(await lab.send('enrol', response)).toMatchObject({ status: 200, code: undefined })
  })

  test('L04 L05 another movement is one press away, a refusal leaves every way open, and all buttons are of one size', async () => {
    const lab = await createLab(stage.demo.url, 'estate', {
      ...{ liveness: { level: 'active', steps: 1, substitutes: 1, stepTimeoutMs: 60_000 } },
    })
    await stage.showFile(clips['photo-with-noise'])
    const options = await lab.options('verify')
    const [step, substitute] = [...options.liveness!.steps, ...options.liveness!.substitutes]
    await beginWith(visitor, options)
    await answerConsent(visitor)
    await hintShown(visitor, step!)
    const drawn = await guidance()
    expect(drawn).toMatchObject({ live: 'polite', text: words.hints[step!], steps: 1 })
    // A movement is drawn as well as said, and what is drawn stands still for whoever asked for that.
    expect(drawn.signs).toBeGreaterThan(0)
    expect(drawn.moving).toBe(drawn.signs)
    await visitor.page.emulateMedia({ reducedMotion: 'reduce' })
    expect((await guidance()).moving).toBe(0)
    await pressOtherMovement()
    await hintShown(visitor, substitute!)
    expect(await guidance()).toMatchObject({ text: words.hints[substitute!] })
    expect(await buttonSizes()).toEqual({ shown: 3, sizes: 1 })

    // There is no third: that ends the try, and nothing else.
    await pressOtherMovement()
    await problemShown(visitor, 'liveness_failed')
    expect(await buttonSizes()).toEqual({ shown: 3, sizes: 1 })
    await press(visitor, otherWay)
    expect(await outcomeOf(visitor)).toMatchObject({ kind: 'alternative', reason: 'liveness_failed' })
    expect(await visitor.trackStates()).toEqual(['ended'])
  })

  /** At once: a click that waits for two still frames can come after the clip's end where the machine is busy. */
  const pressOtherMovement = () =>
    visitor.page
      .locator('[data-faceseal-capture]')
      .getByRole('button', { name: words.ceremony.otherMovement, exact: true })
      .dispatchEvent('click')

  /** The one sentence in the live region, how many movements are counted, and the signs drawn beside it. */
  const guidance = () =>
    visitor.page.locator('[data-faceseal-capture]').evaluate((host) => {
      const region = host.shadowRoot?.querySelector('[aria-live]')
      const signs = [...(host.shadowRoot?.querySelectorAll('.sign') ?? [])]
      return {
        ...{ live: region?.getAttribute('aria-live'), text: region?.textContent },
        steps: host.shadowRoot?.querySelectorAll('.steps span').length,
        signs: signs.length,
        moving: signs.filter((sign) => getComputedStyle(sign).animationName !== 'none').length,
      }
    })

  /** Buttons to be seen in the camera view, and how many different sizes they have. */
  const buttonSizes = () =>
    visitor.page
      .locator('[data-faceseal-capture]')
      .getByRole('button')
      .evaluateAll((buttons) => {
        const sizes = buttons.map((button) => button.getBoundingClientRect()).filter(({ width }) => width > 0)
        const all = sizes.map(({ width, height }) => `${Math.round(width)} ${Math.round(height)}`)
        return { shown: all.length, sizes: new Set(all).size }
      })

  test('whoever registered a passkey signs for the enrolment with it; not answering it keeps a response here', async () => {
    await stage.show('man-a')
    const devtools = await visitor.context.newCDPSession(visitor.page)
    await devtools.send('WebAuthn.enable')
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
        ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
      },
    })
    await visitor.page.click('#passkey')
    await visitor.page.locator('#state[data-state=passkey-added]').waitFor()
    expect(await perform(visitor, 'enrol')).toEqual({ state: 'enrolled', detail: 'backend' })

    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    expect(await perform(visitor, 'verify')).toEqual({ state: 'error', detail: 'passkey_required' })
    const sent = visitor.requests.filter(({ contentType }) => contentType === 'application/octet-stream')
    expect(sent.map(({ url }) => url.pathname)).toEqual(['/face/enrol'])
  })
})
