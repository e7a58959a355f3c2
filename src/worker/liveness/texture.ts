import type { Landmarks } from '../vision/align'
import { centroid, squareOf } from '../vision/geometry'
import type { Picture } from '../vision/picture'
import { sampleChip } from '../vision/sample'

/** Two numbers of a face's surface in which prints and screens differ from skin; docs/liveness.md has the measurements. */
export interface SurfaceTexture {
  /**
   * ln of the fine structure of red chroma over that of luma; about -4 … -1. A recaptured print or screen shows its ink
   * dots and sub-pixels as coloured grain; a camera's picture of skin has little colour at its finest scale.
   */
  readonly chromaGrain: number
  /** Correlation of redness and luma over the face, -1..1: skin in the light is red where it is lit. */
  readonly redShading: number
}

const chipSize = 128
/** Of the points' extent: brows to lower lip, without hair and background. */
const inner = 0.75

const chip = new Float32Array(chipSize * chipSize * 3)
const luma = new Float32Array(chipSize * chipSize)
const red = new Float32Array(chipSize * chipSize)

/** `landmarks` in picture pixels. */
export function measureTexture(picture: Picture, landmarks: Landmarks): SurfaceTexture {
  const xs = landmarks.map(({ x }) => x)
  const ys = landmarks.map(({ y }) => y)
  const extent = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys))
  sampleChip(picture, squareOf(centroid(landmarks.slice(27, 60)), inner * extent, 0, chipSize), chipSize, chip)
  for (let index = 0; index < luma.length; index++) {
    const [r, g, b] = [chip[3 * index]!, chip[3 * index + 1]!, chip[3 * index + 2]!]
    const y = 0.299 * r + 0.587 * g + 0.114 * b
    luma[index] = y
    red[index] = 0.713 * (r - y)
  }
  const texture = {
    chromaGrain: Math.log((fineStructure(red) + 1e-3) / (fineStructure(luma) + 1e-3)),
    redShading: correlation(red, luma),
  }
  for (const used of [chip, luma, red]) used.fill(0)
  return texture
}

/** Root mean square of what a pixel differs from the mean of its four neighbours. */
function fineStructure(values: Float32Array): number {
  let square = 0
  for (let y = 1; y < chipSize - 1; y++) {
    for (let x = 1; x < chipSize - 1; x++) {
      const at = y * chipSize + x
      const around = values[at - 1]! + values[at + 1]! + values[at - chipSize]! + values[at + chipSize]!
      square += (values[at]! - around / 4) ** 2
    }
  }
  return Math.sqrt(square / (chipSize - 2) ** 2)
}

function correlation(a: Float32Array, b: Float32Array): number {
  const meanA = a.reduce((sum, value) => sum + value, 0) / a.length
  const meanB = b.reduce((sum, value) => sum + value, 0) / b.length
  let [ab, aa, bb] = [0, 0, 0]
  for (let index = 0; index < a.length; index++) {
    const x = a[index]! - meanA
    const y = b[index]! - meanB
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return ab / Math.sqrt(aa * bb + 1e-9)
}
