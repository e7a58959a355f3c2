import { describe, expect, it } from 'vitest'
import { arcFaceChip } from '../../../src/worker/vision/align'
import { coverOf, measureCover } from '../../../src/worker/vision/occlusion'

const { size, points } = arcFaceChip
const [leftEye, rightEye, , leftCorner, rightCorner] = points
const mouth = { x: (leftCorner.x + rightCorner.x) / 2, y: (leftCorner.y + rightCorner.y) / 2 }

type Paint = (x: number, y: number, luma: number) => number

/** Skin with brows, lids, irises and lips where an aligned face has them; `cover` paints over it. */
function face(skin: number, cover: Paint = (_x, _y, luma) => luma): Float32Array {
  const near = (x: number, y: number, at: { x: number; y: number }, w: number, h: number) =>
    ((x - at.x) / w) ** 2 + ((y - at.y) / h) ** 2 < 1
  return Float32Array.from({ length: size * size }, (_, index) => {
    const [x, y] = [index % size, Math.floor(index / size)]
    const drawn = [leftEye, rightEye].reduce((luma, eye) => {
      if (near(x, y, { x: eye.x, y: eye.y - 9 }, 11, 2)) return 0.4 * skin
      if (near(x, y, eye, 3.5, 3.5)) return 0.25 * skin
      return near(x, y, eye, 9, 4) ? 1.15 * skin : luma
    }, skin)
    const lips = near(x, y, mouth, 15, 6) ? 0.7 * skin : drawn
    return cover(x, y, Math.abs(y - mouth.y) < 1 && Math.abs(x - mouth.x) < 14 ? 0.4 * skin : lips)
  })
}

const cloth: Paint = (x, y, luma) => (y > 72 ? 190 + 12 * Math.sin((x + y) / 15) : luma)
const hand: Paint = (x, y, luma) => (Math.hypot(x - mouth.x, y - mouth.y) < 26 ? 120 + 0.3 * x : luma)
const patch: Paint = (x, y, luma) => (Math.hypot(x - leftEye.x, y - leftEye.y) < 15 ? 130 : luma)
const glasses: Paint = (x, y, luma) =>
  [leftEye, rightEye].some((eye) => Math.abs(x - eye.x) < 15 && Math.abs(y - eye.y) < 11) ? 15 + 0.05 * luma : luma
/** Frames around the eyes, which stay to be seen. */
const spectacles: Paint = (x, y, luma) =>
  [leftEye, rightEye].some((eye) => Math.abs(Math.hypot(x - eye.x, (y - eye.y) * 1.2) - 14) < 1.2) ? 30 : luma

describe('what covers a face', () => {
  it.each([
    ['cloth over mouth and nose', cloth, 'mouth'],
    ['a hand before the mouth', hand, 'mouth'],
    ['a patch on one eye', patch, 'eyes'],
    ['dark glasses', glasses, 'eyes'],
    ['spectacles', spectacles, undefined],
    ['nothing', undefined, undefined],
  ] as const)('%s → %s', (_what, paint, part) => {
    expect(coverOf(measureCover(face(150, paint)))).toBe(part)
  })

  it('is the same for dark and light skin, and for one half in shadow', () => {
    for (const skin of [45, 90, 150, 220]) {
      expect(coverOf(measureCover(face(skin)))).toBeUndefined()
      expect(coverOf(measureCover(face(skin, glasses)))).toBe('eyes')
    }
    const shadow: Paint = (x, _y, luma) => luma * (x < size / 2 ? 0.3 : 1)
    expect(coverOf(measureCover(face(180, shadow)))).toBeUndefined()
  })

  it('measures a black picture without dividing by nothing', () => {
    const { eyes, mouth: lips } = measureCover(new Float32Array(size * size))
    for (const value of [...eyes.flatMap(Object.values), ...Object.values(lips)]) expect(value).toBe(0)
  })
})
