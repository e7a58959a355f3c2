import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { drawLiveness } from '../../../src/server/liveness'
import {
  answersChallenge,
  livenessOptions,
  livenessSteps,
  passiveLiveness,
  transcriptHash,
} from '../../../src/wire/liveness'

describe('drawLiveness', () => {
  it('is passive unless asked, and where everything is avoided', () => {
    expect(drawLiveness(undefined)).toEqual(passiveLiveness)
    expect(drawLiveness({ level: 'passive' })).toEqual(passiveLiveness)
    expect(drawLiveness({ level: 'active', avoid: livenessSteps })).toEqual(passiveLiveness)
  })

  it('each movement once, a turn among them unless avoided, nothing avoided, as many as asked, by the schema', () => {
    const request = fc.record({
      steps: fc.integer({ min: 1, max: 4 }),
      substitutes: fc.integer({ min: 0, max: 3 }),
      avoid: fc.subarray([...livenessSteps], { maxLength: 6 }),
    })
    fc.assert(
      fc.property(request, ({ steps, substitutes, avoid }) => {
        const drawn = drawLiveness({ level: 'active', steps, substitutes, avoid })
        v.parse(livenessOptions, drawn)
        const left = livenessSteps.length - avoid.length
        expect(drawn.steps).toHaveLength(Math.min(steps, left))
        expect(drawn.substitutes).toHaveLength(Math.max(0, Math.min(substitutes, left - drawn.steps.length)))
        const named = [...drawn.steps, ...drawn.substitutes]
        expect(new Set(named).size).toBe(named.length)
        expect(named.filter((step) => avoid.includes(step))).toEqual([])
        const turns = (['turn_left', 'turn_right'] as const).filter((turn) => !avoid.includes(turn))
        if (turns.length > 0) expect(turns.some((turn) => drawn.steps.includes(turn))).toBe(true)
      }),
    )
  })

  it('every movement comes in every place, about as often', () => {
    const places = new Map<string, number>()
    const rounds = 3000
    for (let round = 0; round < rounds; round++) {
      drawLiveness({ level: 'active' }).steps.forEach((step, index) => {
        places.set(`${step} ${index}`, (places.get(`${step} ${index}`) ?? 0) + 1)
      })
    }
    expect(places.size).toBe(14)
    const expected = (step: string) => (step.startsWith('turn') ? rounds * (0.25 + 1 / 24) : rounds / 12)
    for (const [place, count] of places) {
      expect(Math.abs(count - expected(place)), place).toBeLessThan(6 * Math.sqrt(expected(place)))
    }
  })
})

describe('answersChallenge', () => {
  const options = v.parse(livenessOptions, {
    ...{ level: 'active', steps: ['turn_left', 'blink'], substitutes: ['open_mouth', 'look_up'], stepTimeoutMs: 5000 },
  })

  it.each([
    [['turn_left', 'blink'], true],
    [['open_mouth', 'blink'], true],
    [['turn_left', 'look_up'], true],
    [['open_mouth', 'look_up'], true],
    [['look_up', 'open_mouth'], false],
    [['open_mouth', 'open_mouth'], false],
    [['blink', 'turn_left'], false],
    [['turn_left'], false],
    [['turn_left', 'blink', 'open_mouth'], false],
    [['move_closer', 'blink'], false],
    [[], false],
  ] as const)('%s: %s', (done, answer) => {
    expect(answersChallenge(options, done)).toBe(answer)
  })

  it('passive is answered by nothing, and by nothing else', () => {
    expect(answersChallenge(passiveLiveness, [])).toBe(true)
    expect(answersChallenge(passiveLiveness, ['blink'])).toBe(false)
  })
})

it('every field of a transcript is in its hash', async () => {
  const base = {
    v: 1,
    nonce: 'n',
    level: 'active',
    asked: ['blink'],
    done: ['blink'],
    spoofRisk: 0,
    injectionRisk: 0,
  } as const
  const changes = [
    { nonce: 'm' },
    { level: 'passive' },
    { asked: ['look_up'] },
    { done: [] },
    { spoofRisk: 1 },
    { injectionRisk: 1 },
  ] as const
  const hashes = await Promise.all([{}, ...changes].map((change) => transcriptHash({ ...base, ...change })))
  expect(new Set(hashes).size).toBe(changes.length + 1)
})
