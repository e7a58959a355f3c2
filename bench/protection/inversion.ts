import { type LinearMap, signsOfTemplate, templateOfValues } from './map.ts'

/** A direction in the centred embedding space; length one. */
export type Direction = Float64Array

/**
 * The pseudo-inverse: each block is a rotation, so it is the sum of the rows with the template's signs. The best linear
 * guess for a face of which nothing else is known.
 */
export function invertLinear(template: Uint8Array, map: LinearMap): Direction {
  return unit(map.transpose(signsOfTemplate(template)))
}

/** Covariance of other people's centred embeddings, shrunk towards the sphere; row by row. What an attacker may expect. */
export interface Prior {
  readonly size: number
  readonly covariance: Float64Array
  /** Its largest eigenvalue. */
  readonly largest: number
}

/** `shrink` 0..1 is the share of the sphere; it stands for what a sample of people does not show. */
export function priorOf(vectors: readonly Direction[], shrink = 0.002): Prior {
  const size = vectors[0]!.length
  const covariance = new Float64Array(size * size)
  for (const vector of vectors) {
    for (let i = 0; i < size; i++) {
      const scaled = ((1 - shrink) * vector[i]!) / vectors.length
      for (let j = 0; j < size; j++) covariance[i * size + j]! += scaled * vector[j]!
    }
  }
  for (let i = 0; i < size; i++) covariance[i * size + i]! += shrink / size
  return { size, covariance, largest: largestOf(size, covariance) }
}

/** How sharply a row's sign depends on its value; found by trying. */
const sharpness = 150

/**
 * An optimiser: the most likely direction under a logistic model of the signs (1-bit compressed sensing), by gradient
 * descent with momentum. Without a prior every direction is as likely; with one, the steps go where faces differ.
 */
export function invertIteratively(template: Uint8Array, map: LinearMap, prior?: Prior, iterations = 120): Direction {
  const signs = signsOfTemplate(template)
  const shaped = (values: Float64Array) => (prior ? times(prior, values) : values.map((value) => value / values.length))
  const rate = 1 / ((sharpness ** 2 * (map.bits / map.size) * (prior ? prior.largest : 1 / map.size)) / 4 + 1)
  const guess = new Float64Array(map.size)
  const speed = new Float64Array(map.size)
  for (let iteration = 0; iteration < iterations; iteration++) {
    const pull = map.forward(guess).map((value, bit) => {
      const sign = signs[bit]!
      return (sign * sharpness) / (1 + Math.exp(value * sign * sharpness))
    })
    const move = shaped(map.transpose(pull))
    for (let index = 0; index < guess.length; index++) {
      speed[index] = 0.95 * speed[index]! + rate * (move[index]! - guess[index]!)
      guess[index]! += speed[index]!
    }
  }
  return unit(guess)
}

/** Bits that a vector gives under a map: what an attacker would submit. */
export function templateOf(direction: Direction, map: LinearMap): Uint8Array {
  return templateOfValues(map.forward(direction))
}

export function unit(vector: Float64Array): Float64Array {
  let square = 0
  for (const value of vector) square += value * value
  const length = Math.sqrt(square)
  return vector.map((value) => value / length)
}

export function cosine(a: Direction, b: Direction): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!
  return sum
}

function largestOf(size: number, covariance: Float64Array): number {
  let direction: Direction = new Float64Array(size).fill(1)
  let length = 0
  for (let step = 0; step < 100; step++) {
    direction = times({ size, covariance }, unit(direction))
    length = Math.hypot(...direction)
  }
  return length
}

function times({ size, covariance }: Omit<Prior, 'largest'>, vector: Float64Array): Float64Array {
  const result = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    let sum = 0
    for (let j = 0; j < size; j++) sum += covariance[i * size + j]! * vector[j]!
    result[i] = sum
  }
  return result
}
