import { describe, expect, it } from 'vitest'
import {
  boundsOf,
  type Clip,
  captureFigures,
  conditionsOf,
  type Look,
  personFigures,
  refusals,
  rejectCurve,
} from '../../../bench/quality/figures'
import { bits, faceless, look, type MadeUp } from './quality-looks'

const threshold = 0.25
const [near, far] = [100, 800]

/** Copies of one picture of a person, then the other picture. */
function pair(person: string, copies: readonly MadeUp[], set = 'set'): readonly Look[] {
  return [
    ...copies.map((made) => look(person, `${set}/${person}_2`, { set, ...made })),
    look(person, `${set}/${person}_1`, { set }),
  ]
}

describe('conditions', () => {
  it('counts false rejects of all copies and of those that the gate lets pass, by halves of the level', () => {
    const { clean, dark, all, ...parts } = conditionsOf(
      [
        ...pair('a', [{}, { kind: 'dark', level: 0.3, flips: near }, { kind: 'dark', level: 0.8, flips: far }]),
        ...pair('b', [{}, { kind: 'dark', level: 0.9, flips: far, measures: { luma: 20 } }]),
      ],
      threshold,
    )
    expect(clean).toMatchObject({ n: 2, refused: { errors: 0 }, fnmrAll: { errors: 0, of: 2 }, hints: {} })
    expect(dark).toMatchObject({ n: 3, refused: { errors: 1, of: 3 }, hints: { too_dark: 1 } })
    expect(dark!.fnmrAll).toMatchObject({ errors: 2, of: 3 })
    expect(dark!.fnmrAccepted).toMatchObject({ errors: 1, of: 2 })
    expect(parts['dark/gentle']!.fnmrAll).toMatchObject({ errors: 0, of: 1 })
    expect(parts['dark/hard']!.fnmrAll).toMatchObject({ errors: 2, of: 2 })
    // The pictures that copies are compared with are none themselves.
    expect(all!.n).toBe(5)
  })

  it('a copy without a face is refused and a false reject', () => {
    const looks = [...pair('a', [{}]), faceless('a', 'set/a_2', { kind: 'blur', level: 0.2 })]
    const { blur } = conditionsOf(looks, threshold)
    expect(blur).toMatchObject({ fnmrAll: { errors: 1, of: 1 }, fnmrAccepted: { of: 0 }, hints: { no_face: 1 } })
  })

  it('accepts at the threshold and rejects one bit beyond', () => {
    const most = threshold * bits
    const at = (flips: number) => conditionsOf(pair('a', [{}, { kind: 'jpeg', flips }]), threshold).jpeg!.fnmrAll.errors
    expect(at(most)).toBe(0)
    expect(at(most + 1)).toBe(1)
  })

  it('says what the capture said before the face was measured, and else what the vector tells', () => {
    const looks = pair('a', [
      { early: 'several_faces', measures: { luma: 20 } },
      { kind: 'mask', strength: 2 },
    ])
    expect(conditionsOf(looks, threshold).all!.hints).toEqual({ several_faces: 1, covered: 1 })
  })

  it('counts false matches with other people of the same set only', () => {
    const twin = (set: string) => ({ ...look('a', `${set}/z_1`, { set }), person: 'z' })
    const copied = look('z', 'set/z_2', { kind: 'jpeg', flips: near })
    const looks = [...pair('a', [{ kind: 'jpeg', flips: near }]), ...pair('b', [{ kind: 'jpeg' }])]
    expect(conditionsOf(looks, threshold).jpeg!.fmrAll).toBe(0)
    // z's other picture looks as a's: one of the six comparisons with strangers passes.
    expect(conditionsOf([...looks, twin('set'), copied], threshold).jpeg!.fmrAll).toBeCloseTo(1 / 6, 10)
    const elsewhere = [...looks, twin('else'), { ...copied, set: 'else', path: 'else/z_2' }]
    expect(conditionsOf(elsewhere, threshold).jpeg!.fmrAll).toBe(0)
  })
})

describe('error against reject', () => {
  it('takes away what has no face, then what the gate refuses, then the weakest', () => {
    const looks = Array.from({ length: 20 }, (_, index): readonly Look[] => {
      const person = `p${index}`
      if (index < 5) return [...pair(person, []), faceless(person, `set/${person}_2`, { kind: 'noise' })]
      if (index < 10) return pair(person, [{ kind: 'noise', flips: far, strength: 4, measures: { luma: 20 } }])
      return pair(person, [{ kind: 'noise', flips: index < 15 ? far : near, strength: 2.7 + index / 20 }])
    })
    const { n, curve, gate } = rejectCurve(looks.reverse().flat(), threshold)
    expect(n).toBe(20)
    curve.forEach(([away, wrong], step) => {
      expect(away).toBeCloseTo(step / 20, 10)
      expect(wrong).toBeCloseTo(Math.max(0, 15 - step) / (20 - step), 10)
    })
    expect(gate).toMatchObject({ rejectedShare: 0.5, fnmr: { errors: 5, of: 10 } })
  })
})

describe('bounds', () => {
  /** Ten people, each darker than the one before; odd places calibrate, for the first is 0. */
  const looks = (wrong: (index: number) => boolean) =>
    Array.from({ length: 10 }, (_, index) =>
      pair(`p${index}`, [{}, { kind: 'dark', flips: wrong(index) ? far : near, measures: { luma: 100 - 10 * index } }]),
    ).flat()

  it('is the loosest that keeps the target on one half, and is tried on the other', () => {
    const { luma } = boundsOf(
      looks((index) => index > 5),
      threshold,
    )
    expect(luma).toMatchObject({ bound: 60, calibrated: 5 })
    // Of the others 90, 70, 50, 30 and 10 are measured; what is below 60 is refused.
    expect(luma!.reported.refused).toMatchObject({ errors: 3, of: 5 })
    expect(luma!.reported.fnmrAll.errors).toBe(2)
    expect(luma!.reported.fnmrPassing).toMatchObject({ errors: 0, of: 2 })
  })

  it('never learns from the half that it is tried on', () => {
    const spoilt = boundsOf(
      looks((index) => index > 5 || index % 2 === 1),
      threshold,
    )
    expect(spoilt.luma).toMatchObject({ bound: 60, reported: { fnmrPassing: { errors: 2, of: 2 } } })
  })

  it('needs none where nothing is rejected, and leaves pairs out that fail undamaged', () => {
    expect(
      boundsOf(
        looks(() => false),
        threshold,
      ).luma!.bound,
    ).toBeNull()
    const unsound = pair('x', [{ flips: far }, { kind: 'dark', flips: far }])
    const { luma } = boundsOf([...unsound, ...looks(() => false)], threshold)
    expect(luma).toMatchObject({ bound: null, calibrated: 5, reported: { fnmrAll: { errors: 0, of: 5 } } })
  })
})

describe('refusals', () => {
  it('by every group of a look, with the light copies apart; luma of undamaged pictures only', () => {
    const looks = [
      look('a', 'a_1', { measures: { luma: 100 } }),
      look('a', 'a_2', { kind: 'dark', measures: { luma: 20 } }),
      look('a', 'a_2', { kind: 'mask', strength: 2, measures: { luma: 50 } }),
      look('b', 'b_1', { measures: { luma: 160, extent: 30 } }),
    ]
    const { one, all } = refusals(looks, ({ person }) => (person === 'a' ? ['one', 'all'] : ['all']))
    expect(one).toMatchObject({ medianLuma: 100, clean: { n: 1, refused: { errors: 0 } } })
    expect(one!.copies).toMatchObject({ n: 2, refused: { errors: 2 }, hints: { too_dark: 1, covered: 1 } })
    expect(one!.light).toMatchObject({ n: 1, hints: { too_dark: 1 } })
    expect(all!.clean).toMatchObject({ n: 2, refused: { errors: 1, of: 2 }, hints: { too_far: 1 } })
  })

  it('a clip with two good frames gives no capture, with three it does; copies of stills are not counted', () => {
    const clip = (path: string, good: number): Clip => ({
      path,
      frames: Array.from({ length: 4 }, (_, index) => look('a', path, index < good ? {} : { measures: { luma: 20 } })),
    })
    const stills = [look('a', 'a_1'), look('a', 'a_2', { kind: 'dark', measures: { luma: 20 } }), faceless('b', 'b_1')]
    const figures = captureFigures({ stills }, [clip('two', 2), clip('three', 3)])
    expect(figures.stills.stills).toMatchObject({ refused: { errors: 1, of: 2 }, hints: { no_face: 1 } })
    expect(figures.clips.two).toMatchObject({ refused: { errors: 2, of: 4 }, hints: { too_dark: 2 } })
    expect(figures.clipsWithoutCapture).toMatchObject({ errors: 1, of: 2, paths: ['two'] })
  })
})

describe('one person throughout', () => {
  const mean = new Float32Array(2)
  const frame = (path: string, t: number, angle: number, made: MadeUp = {}): Look => ({
    ...look('a', path, made),
    ...{ t, embedding: Float32Array.of(Math.cos(angle), Math.sin(angle)) },
  })
  const clip = (path: string, frames: readonly Look[]): Clip => ({ path, frames })

  it('compares good frames within 8 s, and with other people, of whom a second clip is none', () => {
    const { clips, people, same, others, bounds } = personFigures(
      [
        // The third frame comes too late, the fourth is refused.
        clip('a_long.mp4', [
          ...[frame('a', 0, 0), frame('a', 8000, Math.PI / 3), frame('a', 16_500, 3)],
          frame('a', 1000, 3, { measures: { luma: 20 } }),
        ]),
        clip('a_short.mp4', [frame('a', 0, 2)]),
        clip('b.mp4', [frame('b', 0, Math.PI / 2)]),
        clip('intel_headpose_two_people.mp4', [frame('c', 0, 0)]),
      ],
      mean,
    )
    expect([clips, people]).toEqual([3, 2])
    expect(same.n).toBe(1)
    expect(same.percentiles[0]).toBeCloseTo(0.5, 6)
    expect(others.n).toBe(4)
    expect(others.percentiles[1]).toBeCloseTo(Math.cos(2 - Math.PI / 2), 6)
    const at = (wanted: number) => bounds.find(({ bound }) => bound === wanted)!
    expect(at(0.45)).toMatchObject({ samePersonBelow: { errors: 0, of: 1 }, othersAbove: { errors: 2, of: 4 } })
  })
})
