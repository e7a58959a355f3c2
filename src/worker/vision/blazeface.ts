import { tensor4d, tidy } from '@tensorflow/tfjs-core'
import type { DetectedFace } from './detect'
import type { Box, Point } from './geometry'
import type { Picture } from './picture'
import { sampleChip } from './sample'
import { TfliteModel } from './tflite-model'

/** Side of the net's picture. */
const side = 128
/** Cells a side and anchors a cell, in the order of the outputs (MediaPipe's short-range detector). */
const layers = [
  { cells: 16, anchors: 2 },
  { cells: 8, anchors: 6 },
] as const
/** x, y, width, height, and x and y of both eyes, nose, mouth and ears. */
const numbersPerAnchor = 16
/** Boxes that share more than this of their union are one face. */
const sameFace = 0.3
/** A box this small has no face that could be verified: two samples a pixel are enough to find the others. */
const mostSamples = 2

const anchors: readonly Point[] = layers.flatMap(({ cells, anchors: perCell }) =>
  Array.from({ length: cells * cells * perCell }, (_, index) => {
    const cell = Math.floor(index / perCell)
    return { x: ((cell % cells) + 0.5) / cells, y: (Math.floor(cell / cells) + 0.5) / cells }
  }),
)

/** One anchor that sees a face: fractions of the square that the net was shown. */
interface Sight {
  readonly score: number
  readonly values: Float32Array
}

/**
 * BlazeFace short range (Bazarevsky et al. 2019) from the file that MediaPipe runs, decoded as MediaPipe decodes it: sides
 * made equal with black, overlapping boxes averaged by their scores.
 */
export class BlazeFace {
  readonly #model: TfliteModel
  readonly #chip = new Float32Array(side * side * 3)

  constructor(file: ArrayBuffer) {
    this.#model = new TfliteModel(file)
  }

  /** Faces by descending score, each at least `minScore`. */
  detect(picture: Picture, minScore: number): readonly DetectedFace[] {
    const extent = Math.max(picture.width, picture.height)
    const [left, top] = [(picture.width - extent) / 2, (picture.height - extent) / 2]
    sampleChip(picture, { a: extent / side, b: 0, tx: left, ty: top }, side, this.#chip, 0, mostSamples)
    for (let at = 0; at < this.#chip.length; at++) this.#chip[at] = this.#chip[at]! / 127.5 - 1
    const [regressors, scores] = tidy(() => {
      const outputs = this.#model.run(tensor4d(this.#chip, [1, side, side, 3]))
      const wide = outputs.find(({ shape }) => shape.at(-1) === numbersPerAnchor)
      return [wide?.dataSync(), outputs.find((output) => output !== wide)?.dataSync()]
    })
    this.#chip.fill(0)
    if (!regressors || !scores) throw new TypeError('outputs of BlazeFace')
    const sights = anchors.flatMap((anchor, index): Sight[] => {
      const score = 1 / (1 + Math.exp(-scores[index]!))
      return score < minScore ? [] : [{ score, values: decoded(regressors, index, anchor) }]
    })
    const place = (x: number, y: number): Point => ({ x: left + x * extent, y: top + y * extent })
    return oneEach(sights).map(({ score, values }) => {
      const [x, y, width, height] = values as unknown as readonly [number, number, number, number]
      const corner = place(x - width / 2, y - height / 2)
      const eyes = [place(values[4]!, values[5]!), place(values[6]!, values[7]!)] as const
      return {
        box: { ...corner, width: width * extent, height: height * extent },
        score,
        roll: Math.atan2(eyes[1].y - eyes[0].y, eyes[1].x - eyes[0].x),
      }
    })
  }
}

/** Offsets from the anchor in pixels of the net's picture → fractions of it. */
function decoded(regressors: ArrayLike<number>, index: number, anchor: Point): Float32Array {
  return Float32Array.from({ length: numbersPerAnchor }, (_, at) => {
    const value = regressors[index * numbersPerAnchor + at]! / side
    const isSize = at === 2 || at === 3
    return isSize ? value : value + (at % 2 === 0 ? anchor.x : anchor.y)
  })
}

/** Weighted non-maximum suppression: the surest sight keeps its score and takes the weighted mean of all that overlap it. */
function oneEach(sights: readonly Sight[]): readonly Sight[] {
  let rest = [...sights].sort((a, b) => b.score - a.score)
  const faces: Sight[] = []
  while (rest[0]) {
    const [surest] = rest
    const same = rest.filter((sight) => overlap(boxOf(sight), boxOf(surest)) > sameFace)
    const total = same.reduce((sum, { score }) => sum + score, 0)
    const values = surest.values.map(
      (_, at) => same.reduce((sum, sight) => sum + sight.score * sight.values[at]!, 0) / total,
    )
    faces.push({ score: surest.score, values })
    rest = rest.filter((sight) => sight !== surest && !same.includes(sight))
  }
  return faces
}

function boxOf({ values }: Sight): Box {
  const [x = 0, y = 0, width = 0, height = 0] = values
  return { x: x - width / 2, y: y - height / 2, width, height }
}

/** Intersection over union, 0..1. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  if (width <= 0 || height <= 0) return 0
  const both = width * height
  return both / (a.width * a.height + b.width * b.height - both)
}
