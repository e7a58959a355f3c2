import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decodeEnvelope } from '../../src/wire/envelope'
import { type LivenessStep, livenessSteps } from '../../src/wire/liveness'
import { answerConsent } from './acts'
import { type AttackName, prepareAttacks } from './attacks'
import { openStage, type Stage, type Visitor } from './harness'
import { beginWith, createLab, type Lab, outcomeOf, performWith } from './lab'

let stage: Stage
let visitor: Visitor
let clips: Readonly<Record<AttackName, string>>

beforeAll(async () => {
  clips = await prepareAttacks()
  stage = await openStage()
}, 900_000)
afterAll(() => stage.close())
beforeEach(async () => {
  visitor = await stage.visit()
})
afterEach(() => visitor.close())

/** Where the try got to: the page's code for what went wrong, or how the ceremony ended. */
async function attempt(lab: Lab, steps: readonly LivenessStep[]) {
  const options = await optionsFor(lab, steps)
  await beginWith(visitor, options)
  await answerConsent(visitor)
  return await endOf()
}

async function endOf() {
  const problem = visitor.page.locator('[data-faceseal-capture][data-problem]')
  const code = problem.waitFor().then(() => problem.getAttribute('data-problem'))
  return await Promise.race([code, outcomeOf(visitor).then(({ kind, code: failure }) => failure ?? kind)])
}

/** Options are random: asked again until they name these steps, in this order. */
async function optionsFor(lab: Lab, steps: readonly LivenessStep[]) {
  for (;;) {
    const options = await lab.options('verify')
    if (options.liveness?.steps.join() === steps.join()) return options
  }
}

const active = (steps: readonly LivenessStep[], stepTimeoutMs = 3500) =>
  createLab(stage.demo.url, 'estate', {
    liveness: {
      ...{ level: 'active', steps: steps.length, substitutes: 0, stepTimeoutMs },
      avoid: livenessSteps.filter((step) => !steps.includes(step)),
    },
  })

describe('who does what is asked', () => {
  test.each([
    ['follows-mouth-left', ['open_mouth', 'turn_left']],
    ['follows-mouth-right', ['open_mouth', 'turn_right']],
  ] as const)('%s is accepted, and the backend agrees on the transcript', async (clip, steps) => {
    const lab = await active(steps, 15_000)
    await stage.showFile(clips[clip])
    const options = await optionsFor(lab, steps)
    await visitor.page.evaluate(() => {
      globalThis.hints = []
      new MutationObserver(() => {
        const hint = document.querySelector<HTMLElement>('[data-faceseal-capture]')?.dataset.hint
        if (hint && globalThis.hints.at(-1) !== hint) globalThis.hints.push(hint)
      }).observe(document, { subtree: true, childList: true, attributes: true })
    })
    await beginWith(visitor, options)
    await answerConsent(visitor)
    expect(await endOf()).toBe('sealed')
    const outcome = await outcomeOf(visitor)
    await lab.sendReceipts(outcome.receipts)
    // Not enrolled: what counts is that the transcript was taken, and no `challenge_mismatch` came.
    expect(await lab.send('verify', outcome.response)).toMatchObject({ status: 200, verified: false })
    expect(decodeEnvelope(outcome.response).header.liveness).toHaveLength(43)
    const hints = await visitor.page.evaluate(() => globalThis.hints)
    const asked = hints.filter((hint) => steps.some((step) => step === hint))
    expect([...new Set(asked)]).toEqual(steps)
    expect(hints).toContain('face_forward')
  })
})

describe('attacks are refused', () => {
  const refusals = ['liveness_failed', 'identity_changed']

  test('without a challenge the noisy photo passes: it is the challenge that refuses it', async () => {
    const lab = await createLab(stage.demo.url, 'estate')
    await stage.showFile(clips['photo-with-noise'])
    const outcome = await performWith(visitor, await lab.options('verify'))
    expect(outcome.kind).toBe('sealed')
  })

  test.each([
    ['photo', ['turn_left', 'blink']],
    ['photo-with-noise', ['turn_right', 'open_mouth']],
    ['photo-in-hand', ['turn_left', 'blink']],
    ['photo-in-hand', ['move_closer', 'turn_right']],
    ['photo-turned', ['turn_left', 'turn_right']],
    ['photo-turned', ['turn_right', 'blink']],
    ['photo-turned-far', ['turn_left', 'blink']],
    ['photo-turned-far', ['turn_right', 'blink']],
    ['photo-nodded', ['look_up', 'turn_left']],
    ['photo-nodded', ['look_down', 'turn_left']],
    ['other-capture', ['turn_left', 'blink']],
    ['cut', ['open_mouth', 'turn_left']],
    ['mask', ['blink', 'turn_left']],
    ['mask', ['open_mouth', 'turn_right']],
  ] as const)('%s, asked to %s', async (clip, steps) => {
    await stage.showFile(clips[clip])
    expect(refusals).toContain(await attempt(await active(steps), steps))
  })
})

declare global {
  var hints: string[]
}
