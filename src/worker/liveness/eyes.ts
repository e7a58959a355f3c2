import type { Landmarks } from '../vision/align'
import { squareOf } from '../vision/geometry'
import type { Picture } from '../vision/picture'
import { sampleLuma } from '../vision/sample'

const chipSize = 32
/** Side of the chip in eye widths. */
const around = 1.4
const luma = new Float32Array(chipSize * chipSize)
/** The eye's rows, to find what four fifths of their pixels are darker than. */
const sorted = new Float32Array(20 * chipSize)

/**
 * How dark the iris is against the white on both of its sides, mean of both eyes; about 0.4 open, below half of a
 * person's own value closed. The 68-point net draws its lids where open lids would be: on clips with known blinks the
 * points' openness fell by 10 %, this by 55 % and more (docs/liveness.md).
 */
export function irisContrast(picture: Picture, landmarks: Landmarks): number {
  return (contrastOf(picture, landmarks, 36, 39) + contrastOf(picture, landmarks, 42, 45)) / 2
}

function contrastOf(picture: Picture, landmarks: Landmarks, first: number, last: number): number {
  const a = landmarks[first]!
  const b = landmarks[last]!
  const width = Math.hypot(b.x - a.x, b.y - a.y)
  const centre = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
  sampleLuma(picture, squareOf(centre, around * width, Math.atan2(b.y - a.y, b.x - a.x), chipSize), chipSize, luma)
  sorted.set(luma.subarray(6 * chipSize, 26 * chipSize))
  const bright = sorted.sort()[16 * chipSize]!
  let best = Number.NEGATIVE_INFINITY
  for (let y = 11; y < 22; y++) {
    for (let x = 10; x < 22; x++) {
      const iris = meanOf(y - 3, y + 4, x - 3, x + 4)
      const white = (meanOf(y - 2, y + 3, x - 9, x - 5) + meanOf(y - 2, y + 3, x + 6, x + 10)) / 2
      best = Math.max(best, white - iris)
    }
  }
  luma.fill(0)
  sorted.fill(0)
  return best / Math.max(bright, 1)
}

/** Rows from `top` up to `bottom`, columns from `left` up to `right`. */
function meanOf(top: number, bottom: number, left: number, right: number): number {
  let sum = 0
  for (let y = top; y < bottom; y++) {
    for (let x = Math.max(left, 0); x < right; x++) sum += luma[y * chipSize + x]!
  }
  return sum / ((bottom - top) * (right - Math.max(left, 0)))
}
