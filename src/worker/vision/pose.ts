import type { Landmarks } from './align'

/** Degrees. Yaw: positive when the face turns to the picture's right; pitch: positive when it looks up; roll: clockwise. */
export interface Pose {
  readonly yaw: number
  readonly pitch: number
  readonly roll: number
}

/**
 * Rough proportions of an adult face, in interocular distances, right-handed with y down and z towards the camera:
 * outer and inner eye corners, nose tip, nostrils' base, mouth corners, chin. By index of the 68 points.
 */
const shape: readonly (readonly [index: number, x: number, y: number, z: number])[] = [
  [36, -0.71, 0, -0.17],
  [39, -0.29, 0.02, 0],
  [42, 0.29, 0.02, 0],
  [45, 0.71, 0, -0.17],
  [30, 0, 0.72, 0.46],
  [33, 0, 0.92, 0.2],
  [48, -0.41, 1.3, 0.02],
  [54, 0.41, 1.3, 0.02],
  [8, 0, 2.05, 0.02],
]

const model = centred(shape.map(([, x, y, z]) => [x, y, z]))
const pseudoInverse = solver(model)

/** Weak-perspective pose (POS: DeMenthon and Davis 1995, its first step) from nine of the 68 points. */
export function poseOf(points: Landmarks): Pose {
  const seen = centred(shape.map(([index]) => [points[index]!.x, points[index]!.y, 0]))
  const across = pseudoInverse(seen.map(([x]) => x))
  const down = pseudoInverse(seen.map(([, y]) => y))
  const i = unit(across)
  const j = unit(down)
  const k = cross(i, j)
  return {
    // The row that a turn in the picture's plane leaves alone gives yaw and pitch.
    yaw: degrees(Math.atan2(-k[0], k[2])),
    pitch: degrees(Math.asin(Math.max(-1, Math.min(1, k[1])))),
    roll: degrees(Math.atan2(-i[1], j[1])),
  }
}

type Vector = readonly [number, number, number]

/** Least squares for fixed rows: returns v with rows·v ≈ values. */
function solver(rows: readonly Vector[]): (values: readonly number[]) => Vector {
  const sum = (i: number, j: number) => rows.reduce((total, row) => total + row[i]! * row[j]!, 0)
  const [a, b, c, d, e, f] = [sum(0, 0), sum(0, 1), sum(0, 2), sum(1, 1), sum(1, 2), sum(2, 2)] as const
  const determinant = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d)
  const inverse: readonly Vector[] = [
    [(d * f - e * e) / determinant, (c * e - b * f) / determinant, (b * e - c * d) / determinant],
    [(c * e - b * f) / determinant, (a * f - c * c) / determinant, (b * c - a * e) / determinant],
    [(b * e - c * d) / determinant, (b * c - a * e) / determinant, (a * d - b * b) / determinant],
  ]
  return (values) => {
    const moment = [0, 1, 2].map((axis) => rows.reduce((total, row, n) => total + row[axis]! * values[n]!, 0))
    const dot = (row: Vector) => row[0] * moment[0]! + row[1] * moment[1]! + row[2] * moment[2]!
    return [dot(inverse[0]!), dot(inverse[1]!), dot(inverse[2]!)]
  }
}

function centred(points: readonly (readonly [number, number, number])[]): readonly Vector[] {
  const mean = [0, 1, 2].map((axis) => points.reduce((sum, point) => sum + point[axis]!, 0) / points.length)
  return points.map(([x, y, z]) => [x - mean[0]!, y - mean[1]!, z - mean[2]!])
}

function unit([x, y, z]: Vector): Vector {
  const length = Math.hypot(x, y, z) || 1
  return [x / length, y / length, z / length]
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI
}
