import { dirname } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { messagesFor } from '../../src/page/i18n'
import { decodeEnvelope } from '../../src/wire/envelope'
import { type LivenessOptions, type LivenessStep, livenessSteps, passiveLiveness } from '../../src/wire/liveness'
import { openLab, type Lab as WorkerLab } from '../browser/worker/lab'
import { answerConsent, hintShown, otherWay, perform, press, problemShown } from './acts'
import { type AttackName, prepareAttacks } from './attacks'
import { openStage, type Stage, type Visitor } from './harness'
import { beginWith, createLab, outcomeOf } from './lab'

const { otherMovement } = messagesFor('en').ceremony

let clips: Readonly<Record<AttackName, string>>

beforeAll(async () => {
  clips = await prepareAttacks()
}, 900_000)

const asked = (steps: readonly LivenessStep[], stepTimeoutMs: number): LivenessOptions => ({
  ...{ level: 'active', steps: [...steps], substitutes: [], stepTimeoutMs },
})

describe('before the shipped worker', () => {
  const refusals = ['liveness_failed', 'identity_changed']
  let lab: WorkerLab

  beforeAll(async () => {
    lab = await openLab(dirname(clips.photo))
    await lab.start()
  })
  afterAll(() => lab.close())

  /** One capture of a clip at its own pace, with these movements asked, or none. */
  const capture = (clip: AttackName, steps: readonly LivenessStep[], stepTimeoutMs = 3000) => {
    const liveness = steps.length > 0 ? asked(steps, stepTimeoutMs) : passiveLiveness
    return lab.page.evaluate((input) => window.lab.capture(input), {
      ...{ shots: [], clip: `/clips/${clip}.mjpeg`, timeoutMs: 100_000 },
      binding: lab.binding({ liveness }),
    })
  }

  test('without a challenge the noisy photo passes: it is the challenge that refuses it', async () => {
    expect((await capture('photo-with-noise', [])).kind).toBe('sealed')
  })

  test('who does what is asked passes, and the claim says what was done', async () => {
    const steps = ['open_mouth', 'turn_right'] as const
    const outcome = await capture('mouth-then-right', steps, 20_000)
    expect((await lab.open(outcome.envelope ?? '')).claim.steps).toEqual(steps)
    expect(outcome.hints.filter((hint) => steps.some((step) => step === hint))).toEqual(steps)
    expect(outcome.hints).toContain('face_forward')
  })

  // Every challenge of two movements against every clip: bench/liveness/attacks.ts.
  test.each([
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
  ] as const)('%s is refused, asked to %s', async (clip, steps) => {
    const { failure } = await capture(clip, steps)
    expect(refusals).toContain(failure?.code)
  })
})

describe('in the page', () => {
  let stage: Stage
  let visitor: Visitor

  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage.close())
  beforeEach(async () => {
    visitor = await stage.visit()
  })
  afterEach(() => visitor.close())

  test('who does what is asked is accepted, and the backend agrees on the transcript', async () => {
    const lab = await createLab(stage.demo.url, 'estate', {
      liveness: {
        ...{ level: 'active', steps: 1, substitutes: 0, stepTimeoutMs: 30_000 },
        avoid: livenessSteps.filter((step) => step !== 'open_mouth'),
      },
    })
    await stage.showFile(clips['opens-mouth-slowly'])
    const options = await lab.options('verify')
    await beginWith(visitor, options)
    await answerConsent(visitor)
    const problem = visitor.page.locator('[data-faceseal-capture][data-problem]')
    const outcome = await Promise.race([outcomeOf(visitor), problem.waitFor().then(() => undefined)])
    expect(outcome?.kind).toBe('sealed')
    await lab.sendReceipts(outcome?.receipts ?? [])
    // Not enrolled: what counts is that the transcript was taken, and no `challenge_mismatch` came.
    const response = outcome?.response ?? new Uint8Array()
    expect(await lab.send('verify', response)).toMatchObject({ status: 200, verified: false })
    expect(decodeEnvelope(response).header.liveness).toHaveLength(43)
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
    await pressOtherMovement()
    await hintShown(visitor, substitute!)
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
      .getByRole('button', { name: otherMovement, exact: true })
      .dispatchEvent('click')

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
