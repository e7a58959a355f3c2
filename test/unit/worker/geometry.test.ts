import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arcFaceChip, chipToPicture, fivePoints } from '../../../src/worker/vision/align'
import { apply, fitSimilarity, invert, type Point, squareOf } from '../../../src/worker/vision/geometry'

const number = fc.double({ min: -500, max: 500, noNaN: true })
const point: fc.Arbitrary<Point> = fc.record({ x: number, y: number })
const turn = fc.record({
  scale: fc.double({ min: 0.1, max: 10, noNaN: true }),
  angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
  tx: number,
  ty: number,
})
const similarityOf = ({ scale, angle, tx, ty }: { scale: number; angle: number; tx: number; ty: number }) => ({
  a: scale * Math.cos(angle),
  b: scale * Math.sin(angle),
  tx,
  ty,
})

describe('similarity', () => {
  it('is found again from the points it moved', () => {
    fc.assert(
      fc.property(turn, (parameters) => {
        const wanted = similarityOf(parameters)
        const { points } = arcFaceChip
        const found = fitSimilarity(
          points,
          points.map((corner) => apply(wanted, corner)),
        )
        for (const key of ['a', 'b', 'tx', 'ty'] as const) expect(found[key]).toBeCloseTo(wanted[key], 6)
      }),
    )
  })

  it('is undone by its inverse', () => {
    fc.assert(
      fc.property(turn, point, (parameters, start) => {
        const similarity = similarityOf(parameters)
        const back = apply(invert(similarity), apply(similarity, start))
        expect(back.x).toBeCloseTo(start.x, 6)
        expect(back.y).toBeCloseTo(start.y, 6)
      }),
    )
  })

  it('has the least error: moving it a little makes it worse', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 5, maxLength: 5 }), fc.integer({ min: 0, max: 3 }), (to, which) => {
        const { points } = arcFaceChip
        const best = fitSimilarity(points, to)
        const error = (similarity: typeof best) =>
          points.reduce((sum, from, index) => {
            const moved = apply(similarity, from)
            return sum + (moved.x - to[index]!.x) ** 2 + (moved.y - to[index]!.y) ** 2
          }, 0)
        const key = (['a', 'b', 'tx', 'ty'] as const)[which]!
        for (const step of [-0.01, 0.01]) {
          expect(error({ ...best, [key]: best[key] + step })).toBeGreaterThanOrEqual(error(best) - 1e-6)
        }
      }),
    )
  })

  it('refuses points that coincide', () => {
    expect(() =>
      fitSimilarity(
        [
          { x: 1, y: 1 },
          { x: 1, y: 1 },
        ],
        [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
      ),
    ).toThrow(RangeError)
  })
})

describe('squareOf', () => {
  it('puts the chip centre on the centre and its corner at half the diagonal', () => {
    const square = squareOf({ x: 100, y: 50 }, 40, 0.5, 112)
    const centre = apply(square, { x: 56, y: 56 })
    expect(centre.x).toBeCloseTo(100)
    expect(centre.y).toBeCloseTo(50)
    const corner = apply(square, { x: 0, y: 0 })
    expect(Math.hypot(corner.x - 100, corner.y - 50)).toBeCloseTo(Math.hypot(20, 20))
    const right = apply(square, { x: 112, y: 56 })
    expect(Math.atan2(right.y - 50, right.x - 100)).toBeCloseTo(0.5)
  })
})

describe('alignment', () => {
  it('takes the chip template onto the face it was fitted to', () => {
    const pose = similarityOf({ scale: 2.5, angle: 0.4, tx: 200, ty: 120 })
    const face = arcFaceChip.points.map((corner) => apply(pose, corner))
    const [a, b, c, d, e] = face
    const toPicture = chipToPicture([a!, b!, c!, d!, e!], arcFaceChip)
    arcFaceChip.points.forEach((corner, index) => {
      const found = apply(toPicture, corner)
      expect(found.x).toBeCloseTo(face[index]!.x, 6)
      expect(found.y).toBeCloseTo(face[index]!.y, 6)
    })
  })

  it('reads the five points out of 68 by the iBUG order', () => {
    const landmarks = Array.from({ length: 68 }, (_, index) => ({ x: index, y: -index }))
    expect(fivePoints(landmarks).map(({ x }) => x)).toEqual([38.5, 44.5, 30, 48, 54])
  })
})
