/** A new vector of the same direction and length one; sums in float64. Throws `RangeError` for a vector without length. */
export function normalised(vector: Float32Array): Float32Array {
  let square = 0
  for (const value of vector) square += value * value
  if (!(square > 0) || !Number.isFinite(square)) throw new RangeError('no direction')
  const length = Math.sqrt(square)
  return vector.map((value) => value / length)
}

/** The unit vector in the direction of the sum of unit vectors: one template out of several frames. */
export function meanDirection(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) for (let index = 0; index < sum.length; index++) sum[index]! += vector[index]!
  const rounded = Float32Array.from(sum)
  try {
    return normalised(rounded)
  } finally {
    sum.fill(0)
    rounded.fill(0)
  }
}

/** Cosine of two vectors after `mean` is taken from both; -1..1. */
export function centredCosine(a: Float32Array, b: Float32Array, mean: Float32Array): number {
  let dot = 0
  let squareA = 0
  let squareB = 0
  for (let index = 0; index < mean.length; index++) {
    const x = a[index]! - mean[index]!
    const y = b[index]! - mean[index]!
    dot += x * y
    squareA += x * x
    squareB += y * y
  }
  return dot / Math.sqrt(squareA * squareB)
}
