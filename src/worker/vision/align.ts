import { centroid, fitSimilarity, invert, type Point, type Similarity } from './geometry'

/** 68 points of one face in picture pixels, in the order of the iBUG 300-W markup. */
export type Landmarks = readonly Point[]

/** Eye on the picture's left, eye on its right, nose tip, mouth corner left, mouth corner right. */
export type FivePoints = readonly [Point, Point, Point, Point, Point]

/** Where the five points belong in a square chip. */
export interface ChipTemplate {
  readonly size: number
  readonly points: FivePoints
}

/** Deng et al. 2019 (ArcFace), 112 px. Given for pixel indices; half a pixel is added because centres are at +0.5 here. */
export const arcFaceChip: ChipTemplate = chipTemplate(112, 0.5, [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
])

/** dlib's `get_face_chip_details(150, 0.25)`, reduced to five of its points. */
export const dlibChip: ChipTemplate = chipTemplate(150, 0.5, [
  [47.55, 46.6],
  [100.5, 46.6],
  [74.0, 76.6],
  [50.4, 103.0],
  [97.6, 103.0],
])

/** Eye centres are the means of the six points of each eye. */
export function fivePoints(landmarks: Landmarks): FivePoints {
  return [
    centroid(landmarks.slice(36, 42)),
    centroid(landmarks.slice(42, 48)),
    landmarks[30]!,
    landmarks[48]!,
    landmarks[54]!,
  ]
}

/** From chip pixels to picture pixels; the fit is made in the chip, as the nets were trained. */
export function chipToPicture(points: FivePoints, template: ChipTemplate): Similarity {
  return invert(fitSimilarity(points, template.points))
}

function chipTemplate(size: number, shift: number, points: readonly (readonly [number, number])[]): ChipTemplate {
  const [a, b, c, d, e] = points.map(([x, y]) => ({ x: x + shift, y: y + shift }))
  return { size, points: [a!, b!, c!, d!, e!] }
}
