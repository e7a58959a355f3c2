import { describe, expect, it } from 'vitest'
import { areaUnderCurve, leastAcer, rateOf } from '../../../bench/pad/figures'
import { readLabels, scoreFile } from '../../../bench/pad/samples'
import { livenessOf, oddGrain, spoofBucket } from '../../../src/worker/liveness/fusion'

describe('figures', () => {
  // R: binom.test(k, n)$conf.int
  it.each([
    [0, 10, 0, 0.3084971],
    [1, 17, 0.001488174, 0.2868893],
    [4, 32, 0.03513065, 0.2899484],
    [10, 10, 0.6915029, 1],
  ])('Clopper and Pearson, %s of %s', (errors, of, low, high) => {
    const rate = rateOf(errors, of)
    expect(rate.low).toBeCloseTo(low, 6)
    expect(rate.high).toBeCloseTo(high, 6)
  })

  it('area and least error', () => {
    expect(areaUnderCurve([3, 2], [1, 2])).toBe(0.875)
    expect(areaUnderCurve([1], [1])).toBe(0.5)
    expect(leastAcer([0.9, 0.8, 0.2], [0.1, 0.3])).toEqual({ acer: 1 / 6, threshold: 0.8 })
  })

  it('labels: columns by name, other labels ignored, a row without a file refused', () => {
    const csv = 'file,label,attack,source\na.jpg,live,,s\nb.mp4,spoof,print,\nc.jpg,disguise,hat,s\n'
    expect(readLabels(csv).map(({ label, attack, source }) => [label, attack, source])).toEqual([
      ['live', 'unspecified', 's'],
      ['spoof', 'print', 'b.mp4'],
      ['other', 'hat', 's'],
    ])
    expect(() => readLabels('file,label\n,live\n')).toThrow('no file')
  })

  it('a file without a face has no score', () => {
    const [sample] = readLabels('file,label\na.jpg,live\n')
    expect(scoreFile(sample!, [{ t: 0 }])).toMatchObject({ liveness: undefined, faces: 0, frames: 1 })
  })
})

describe('fusion', () => {
  const skin = { net: [5, 6], chromaGrain: -2.6, redShading: 0.4 }

  it('each signal moves it the right way', () => {
    const live = livenessOf(skin)
    expect(live).toBeGreaterThan(0.8)
    expect(livenessOf({ ...skin, net: [-6, -6] })).toBeLessThan(live)
    expect(livenessOf({ ...skin, chromaGrain: -1 })).toBeLessThan(live)
    expect(livenessOf({ ...skin, redShading: -0.6 })).toBeLessThan(live)
  })

  it('no colour at all is as odd as coloured grain', () => {
    expect(livenessOf({ ...skin, chromaGrain: -5, net: [1, 1], redShading: 0 })).toBeLessThan(0.3)
    expect(oddGrain(-2)).toBe(-2)
    expect(oddGrain(-5)).toBeGreaterThan(-1)
  })

  it('buckets', () => {
    expect([[0.9], [0.6], [0.3], [0.1], [], [0.9, 0.1]].map(spoofBucket)).toEqual([0, 1, 2, 3, 0, 1])
  })
})
