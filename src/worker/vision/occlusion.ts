import { arcFaceChip } from './align'

/** What is left of the structure that an uncovered eye or mouth has, over the brightness of the cheek beside it. */
export interface RegionDetail {
  /** Standard deviation of luma. */
  readonly spread: number
  /** Mean absolute second difference from above to below: lids, lashes, the line between the lips. */
  readonly thin: number
}

export interface FaceCover {
  /** On the picture's left, on its right. */
  readonly eyes: readonly [RegionDetail, RegionDetail]
  /** `profile`: standard deviation of the rows' means, which a mouth has and cloth or a hand has not. */
  readonly mouth: RegionDetail & { readonly profile: number }
}

/** Bounds by docs/quality.md: below one of them something covers the part. */
const bounds = {
  mouth: { spread: 0.065, thin: 0.1, profile: 0.035 },
  /** Low on purpose: narrow eyes have little structure on small faces, and covered ones cost hardly any accuracy. */
  eye: { spread: 0.05, thin: 0.075 },
} as const

const { size, points } = arcFaceChip
/** Rows apart for the second difference: the thickness of a lid or a lip's line at this size. */
const reach = 3
/** Keeps black pictures from dividing by nothing. */
const floor = 4

/** `luma` of an aligned face, {@link arcFaceChip}, row by row, 0..255. */
export function measureCover(luma: Float32Array): FaceCover {
  const [leftEye, rightEye, , leftCorner, rightCorner] = points
  const cheeks = [medianOf(luma, region(34, 74, 7, 6)), medianOf(luma, region(79, 74, 7, 6))] as const
  const eye = ({ x, y }: { readonly x: number; readonly y: number }, cheek: number): RegionDetail => ({
    spread: spreadOf(luma, region(x, y, 11, 6)) / (cheek + floor),
    thin: thinOf(luma, region(x, y, 9, 4)) / (cheek + floor),
  })
  const [x, y] = [(leftCorner.x + rightCorner.x) / 2, (leftCorner.y + rightCorner.y) / 2]
  const cheek = (cheeks[0] + cheeks[1]) / 2 + floor
  return {
    eyes: [eye(leftEye, cheeks[0]), eye(rightEye, cheeks[1])],
    mouth: {
      spread: spreadOf(luma, region(x, y, 15, 8)) / cheek,
      thin: thinOf(luma, region(x, y, 10, 7)) / cheek,
      profile: profileOf(luma, region(x, y, 10, 9)) / cheek,
    },
  }
}

/** The part that cannot be seen, if any. */
export function coverOf({ eyes, mouth }: FaceCover): 'eyes' | 'mouth' | undefined {
  if (eyes.some(({ spread, thin }) => spread < bounds.eye.spread || thin < bounds.eye.thin)) return 'eyes'
  const { spread, thin, profile } = bounds.mouth
  if (mouth.spread < spread || mouth.thin < thin || mouth.profile < profile) return 'mouth'
  return undefined
}

/** First and last row and column. */
interface Region {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

function region(x: number, y: number, halfWidth: number, halfHeight: number): Region {
  const within = (value: number) => Math.min(size - 1, Math.max(0, Math.floor(value)))
  return {
    top: within(y - halfHeight),
    bottom: within(y + halfHeight),
    left: within(x - halfWidth),
    right: within(x + halfWidth),
  }
}

/** What `measure` makes of a region's pixels, row by row; they are wiped after it (L17). */
function ofPixels<T>(
  luma: Float32Array,
  { top, bottom, left, right }: Region,
  measure: (values: Float32Array) => T,
): T {
  const width = right - left + 1
  const values = new Float32Array(width * (bottom - top + 1))
  for (let y = top; y <= bottom; y++)
    values.set(luma.subarray(y * size + left, y * size + right + 1), (y - top) * width)
  try {
    return measure(values)
  } finally {
    values.fill(0)
  }
}

function medianOf(luma: Float32Array, where: Region): number {
  return ofPixels(luma, where, (values) => values.sort()[values.length >> 1]!)
}

function spreadOf(luma: Float32Array, where: Region): number {
  return ofPixels(luma, where, deviation)
}

function thinOf(luma: Float32Array, { top, bottom, left, right }: Region): number {
  let sum = 0
  let count = 0
  for (let y = Math.max(top, reach); y <= Math.min(bottom, size - 1 - reach); y++) {
    for (let x = left; x <= right; x++) {
      const at = y * size + x
      sum += Math.abs(2 * luma[at]! - luma[at - reach * size]! - luma[at + reach * size]!)
      count += 1
    }
  }
  return sum / count
}

function profileOf(luma: Float32Array, { top, bottom, left, right }: Region): number {
  const rows = Array.from({ length: bottom - top + 1 }, (_, row) =>
    ofPixels(luma, { top: top + row, bottom: top + row, left, right }, meanOf),
  )
  return deviation(rows)
}

function meanOf(values: Iterable<number> & { readonly length: number }): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function deviation(values: Iterable<number> & { readonly length: number }): number {
  const mean = meanOf(values)
  let square = 0
  for (const value of values) square += (value - mean) ** 2
  return Math.sqrt(square / values.length)
}
