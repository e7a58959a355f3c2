import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HintCode } from '../../../src/wire/worker-protocol'
import { SteadyHint } from '../../../src/worker/hints'

const codes: readonly HintCode[] = ['no_face', 'too_dark', 'blurred', 'turned', 'hold_still']

describe('SteadyHint', () => {
  it('shows the first real hint at once', () => {
    expect(new SteadyHint('look_here').next('too_dark', 0)).toBe('too_dark')
  })

  it('waits until a change has held', () => {
    const steady = new SteadyHint('look_here')
    steady.next('no_face', 0)
    expect(steady.next('blurred', 100)).toBe('no_face')
    expect(steady.next('blurred', 200)).toBe('no_face')
    expect(steady.next('blurred', 360)).toBe('blurred')
  })

  it('does not follow a hint that comes and goes', () => {
    const steady = new SteadyHint('look_here')
    steady.next('no_face', 0)
    for (let frame = 1; frame < 60; frame++) {
      expect(steady.next(frame % 2 ? 'blurred' : 'turned', frame * 40)).toBe('no_face')
    }
  })

  it('never changes faster than a person reads', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...codes), { minLength: 2, maxLength: 200 }), (sequence) => {
        const steady = new SteadyHint('look_here')
        let shown = steady.next(sequence[0]!, 0)
        let changed = Number.NEGATIVE_INFINITY
        sequence.forEach((hint, frame) => {
          const next = steady.next(hint, frame * 33)
          if (next !== shown) {
            expect(frame * 33 - changed).toBeGreaterThanOrEqual(250)
            changed = frame * 33
            shown = next
          }
        })
      }),
    )
  })
})
