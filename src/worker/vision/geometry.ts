/** A point in pixels; a pixel's centre lies at +0.5, so that scaling needs no correction. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** An upright rectangle in pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Turn, scale and shift: x' = a·x - b·y + tx, y' = b·x + a·y + ty. */
export interface Similarity {
  readonly a: number
  readonly b: number
  readonly tx: number
  readonly ty: number
}

export function apply({ a, b, tx, ty }: Similarity, { x, y }: Point): Point {
  return { x: a * x - b * y + tx, y: b * x + a * y + ty }
}

/** The same map into a picture made `factor` times as large. */
export function scaled({ a, b, tx, ty }: Similarity, factor: number): Similarity {
  return { a: factor * a, b: factor * b, tx: factor * tx, ty: factor * ty }
}

export function invert({ a, b, tx, ty }: Similarity): Similarity {
  const square = a * a + b * b
  return { a: a / square, b: -b / square, tx: -(a * tx + b * ty) / square, ty: (b * tx - a * ty) / square }
}

/**
 * The similarity that takes `from` to `to` with the least sum of squares (Umeyama 1991, without reflection).
 * At least two distinct points; throws `RangeError` otherwise.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const source = centroid(from)
  const target = centroid(to)
  let square = 0
  let dot = 0
  let cross = 0
  from.forEach((point, index) => {
    const px = point.x - source.x
    const py = point.y - source.y
    const qx = to[index]!.x - target.x
    const qy = to[index]!.y - target.y
    square += px * px + py * py
    dot += px * qx + py * qy
    cross += px * qy - py * qx
  })
  if (!(square > 0)) throw new RangeError('points coincide')
  const a = dot / square
  const b = cross / square
  return { a, b, tx: target.x - a * source.x + b * source.y, ty: target.y - b * source.x - a * source.y }
}

export function centroid(points: readonly Point[]): Point {
  let x = 0
  let y = 0
  for (const point of points) {
    x += point.x
    y += point.y
  }
  return { x: x / points.length, y: y / points.length }
}

/** Takes a square chip of `size` pixels to the square around `centre` with side `side`, turned by `roll` radians. */
export function squareOf(centre: Point, side: number, roll: number, size: number): Similarity {
  const scale = side / size
  const a = scale * Math.cos(roll)
  const b = scale * Math.sin(roll)
  const half = size / 2
  return { a, b, tx: centre.x - a * half + b * half, ty: centre.y - b * half - a * half }
}
