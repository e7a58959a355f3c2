import type { Landmarks } from '../vision/align'
import { centroid, type Point } from '../vision/geometry'

/** Eye corners, bridge and tip of the nose, nostrils, mouth corners: points that stay on the skin while a head turns. */
const rigid = [36, 39, 42, 45, 27, 28, 29, 30, 31, 33, 35, 48, 54] as const

/** How two views of a face differ, against what a flat picture could do. */
export interface ViewChange {
  /**
   * Root mean square distance, in eye distances, of the second view's points from the best homography of the first's. A
   * plane, however it is held, gives only the landmarks' noise; the depth of a head cannot be explained.
   */
  readonly residual: number
  /** Width over height of the eyes-and-mouth figure, second view over first. A plane turned by θ about its upright axis gives cos θ. */
  readonly narrowing: number
}

export function compareViews(first: Landmarks, second: Landmarks): ViewChange {
  const from = normalised(rigid.map((index) => first[index]!))
  const to = normalised(rigid.map((index) => second[index]!))
  const homography = fitHomography(from.points, to.points)
  const square = from.points.reduce((sum, point, index) => {
    const seen = to.points[index]!
    const expected = project(homography, point)
    return sum + (seen.x - expected.x) ** 2 + (seen.y - expected.y) ** 2
  }, 0)
  const unit = eyeDistance(second) || 1
  return {
    residual: Math.sqrt(square / rigid.length) / (to.scale * unit),
    narrowing: aspect(second) / aspect(first),
  }
}

/** Width between the outer eye corners over the height from eyes to mouth. */
function aspect(points: Landmarks): number {
  const eyes = centroid([points[36]!, points[45]!])
  const mouth = centroid([points[48]!, points[54]!])
  return distance(points[36]!, points[45]!) / Math.max(distance(eyes, mouth), 1e-6)
}

function eyeDistance(points: Landmarks): number {
  return distance(centroid(points.slice(36, 42)), centroid(points.slice(42, 48)))
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

/** Hartley's normalisation: centroid at 0, mean distance √2; the least squares below are ill-conditioned without it. */
function normalised(points: readonly Point[]): { readonly points: readonly Point[]; readonly scale: number } {
  const { x, y } = centroid(points)
  const mean = points.reduce((sum, point) => sum + Math.hypot(point.x - x, point.y - y), 0) / points.length
  const scale = Math.SQRT2 / (mean || 1)
  return { points: points.map((point) => ({ x: (point.x - x) * scale, y: (point.y - y) * scale })), scale }
}

/** Least squares with h33 = 1: eight unknowns from two equations a point. */
function fitHomography(from: readonly Point[], to: readonly Point[]): readonly number[] {
  const normal = Array.from({ length: 8 }, () => new Array<number>(9).fill(0))
  const add = (row: readonly number[], value: number) => {
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 8; j++) normal[i]![j]! += row[i]! * row[j]!
      normal[i]![8]! += row[i]! * value
    }
  }
  from.forEach(({ x, y }, index) => {
    const seen = to[index]!
    add([x, y, 1, 0, 0, 0, -x * seen.x, -y * seen.x], seen.x)
    add([0, 0, 0, x, y, 1, -x * seen.y, -y * seen.y], seen.y)
  })
  // The slightest ridge, so that degenerate points give a poor fit and not NaN.
  for (let i = 0; i < 8; i++) normal[i]![i]! += 1e-9
  return solve(normal)
}

/** Gaussian elimination with pivoting of an 8 × 9 system. */
function solve(rows: number[][]): readonly number[] {
  const n = rows.length
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row
    }
    ;[rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!]
    for (let row = 0; row < n; row++) {
      if (row === column) continue
      const factor = rows[row]![column]! / rows[column]![column]!
      for (let k = column; k <= n; k++) rows[row]![k]! -= factor * rows[column]![k]!
    }
  }
  return rows.map((row, index) => row[n]! / row[index]!)
}

function project(h: readonly number[], { x, y }: Point): Point {
  const w = h[6]! * x + h[7]! * y + 1
  return { x: (h[0]! * x + h[1]! * y + h[2]!) / w, y: (h[3]! * x + h[4]! * y + h[5]!) / w }
}
