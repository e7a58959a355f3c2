import type { SurfaceTexture } from './texture'

/** What was measured of one face. */
export interface SpoofSignals extends SurfaceTexture {
  /** Natural logarithm of MiniFASNet's odds for a live face, per crop, within ±6. */
  readonly net: readonly number[]
}

/**
 * Weights of a logistic regression over the net's mean and the two surface numbers, fitted by `bench/pad/fit.ts` on 49
 * stills and 19 clips: a small set, so three coefficients and no more. docs/liveness.md has the error with each source
 * left out in turn.
 */
const weights = { bias: -4.41, net: 0.157, chromaGrain: -1.917, redShading: 1.494 } as const

/** Skin's chroma grain is above this in every live picture measured (least: -3.1); below it there is no colour at all. */
const colourless = -3.3

/** Chroma grain with what is too little turned into too much: a gray print has none, and is no better than a grainy one. */
export function oddGrain(chromaGrain: number): number {
  return chromaGrain >= colourless ? chromaGrain : colourless + 2 * (colourless - chromaGrain)
}

/** Probability of a live face by the fusion, 0..1. */
export function livenessOf({ net, chromaGrain, redShading }: SpoofSignals): number {
  const mean = net.reduce((sum, value) => sum + value, 0) / net.length
  const sum =
    weights.bias + weights.net * mean + weights.chromaGrain * oddGrain(chromaGrain) + weights.redShading * redShading
  return 1 / (1 + Math.exp(-sum))
}

/** Bucket of the mean liveness of the frames that were used: 0 none seen … 3 high; 0 where nothing was scored. */
export function spoofBucket(scores: readonly number[]): number {
  if (scores.length === 0) return 0
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  return [0.8, 0.5, 0.2].filter((bound) => mean < bound).length
}
