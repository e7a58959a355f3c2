import { tensor4d, tidy } from '@tensorflow/tfjs-core'
import type { AssetBytes } from '../../wire/worker-protocol'
import { findAsset, requireNet } from '../assets'
import type { Box } from '../vision/geometry'
import { GraphModel } from '../vision/graph-model'
import type { Picture } from '../vision/picture'
import { sampleChip } from '../vision/sample'

const chipSize = 128
/** The net was trained on the face with its surroundings: 2.7 times the box, moved or shrunk to stay inside. */
const surroundings = 2.7

/** Passive presentation-attack detector. A hint for the backend's rules, never proof: SECURITY.md. */
export interface SpoofDetector {
  /** Probability that a live face is seen, 0..1. */
  liveness(picture: Picture, box: Box): number
}

/** MiniFASNet (Silent-Face-Anti-Spoofing), where its files came along; else nothing is scored. */
export function createSpoofDetector(assets: AssetBytes): SpoofDetector | undefined {
  if (!findAsset(assets, 'minifasnet-128')) return undefined
  const { json, weights } = requireNet(assets, 'minifasnet-128')
  const model = new GraphModel(json, weights)
  const chip = new Float32Array(chipSize * chipSize * 3)
  return {
    liveness: (picture, box) => {
      const extent = Math.max(box.width, box.height)
      const side = Math.min(surroundings * extent, picture.width, picture.height)
      const x = clamp(box.x + box.width / 2 - side / 2, 0, picture.width - side)
      const y = clamp(box.y + box.height / 2 - side / 2, 0, picture.height - side)
      sampleChip(picture, { a: side / chipSize, b: 0, tx: x, ty: y }, chipSize, chip)
      const logits = tidy(() => model.run(tensor4d(chip, [1, chipSize, chipSize, 3])).dataSync())
      chip.fill(0)
      const top = Math.max(...logits)
      const powers = Array.from(logits, (logit) => Math.exp(logit - top))
      return powers[0]! / powers.reduce((sum, power) => sum + power, 0)
    },
  }
}

/** Bucket of the mean liveness of the frames that were used: 0 none seen … 3 high; 0 where nothing was scored. */
export function spoofBucket(scores: readonly number[]): number {
  if (scores.length === 0) return 0
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  return [0.8, 0.5, 0.2].filter((bound) => mean < bound).length
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high))
}
