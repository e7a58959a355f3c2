import { tensor4d, tidy } from '@tensorflow/tfjs-core'
import type { AssetBytes } from '../../wire/worker-protocol'
import { findAsset, requireNet } from '../assets'
import type { Landmarks } from '../vision/align'
import type { Box } from '../vision/geometry'
import { GraphModel } from '../vision/graph-model'
import type { Picture } from '../vision/picture'
import { sampleChip, swapRedAndBlue } from '../vision/sample'
import type { SpoofSignals } from './fusion'
import { measureTexture } from './texture'

const chipSize = 128
/** Crops that the net is shown, in face boxes: the face alone, and with its surroundings; moved or shrunk to stay inside. */
export const spoofCrops: readonly number[] = [1, 2.7]
/** Beyond these odds the net says no more than "sure". */
const surest = 6

/** Passive presentation-attack detector. A hint for the backend's rules, never proof: SECURITY.md. */
export interface SpoofDetector {
  /** `landmarks` in picture pixels. */
  measure(picture: Picture, box: Box, landmarks: Landmarks): SpoofSignals
}

/** MiniFASNet (Silent-Face-Anti-Spoofing), where its files came along; else nothing is scored. */
export function createSpoofDetector(assets: AssetBytes): SpoofDetector | undefined {
  if (!findAsset(assets, 'minifasnet-128')) return undefined
  const { json, weights: weightBytes } = requireNet(assets, 'minifasnet-128')
  const model = new GraphModel(json, weightBytes)
  return {
    measure: (picture, box, landmarks) => ({
      net: spoofCrops.map((crop) => logOdds(model, picture, box, crop)),
      ...measureTexture(picture, landmarks),
    }),
  }
}

const chip = new Float32Array(chipSize * chipSize * 3)

/** Class 0 is a live face. */
function logOdds(model: GraphModel, picture: Picture, box: Box, crop: number): number {
  const extent = Math.max(box.width, box.height)
  const side = Math.min(crop * extent, picture.width, picture.height)
  const x = clamp(box.x + box.width / 2 - side / 2, 0, picture.width - side)
  const y = clamp(box.y + box.height / 2 - side / 2, 0, picture.height - side)
  sampleChip(picture, { a: side / chipSize, b: 0, tx: x, ty: y }, chipSize, chip)
  // Trained on OpenCV's channel order: with RGB its AUC falls from 0.75 to 0.65 (docs/liveness.md).
  swapRedAndBlue(chip)
  const [live, ...others] = tidy(() => model.run(tensor4d(chip, [1, chipSize, chipSize, 3])).dataSync())
  chip.fill(0)
  const top = Math.max(...others)
  const rest = top + Math.log(others.reduce((sum, logit) => sum + Math.exp(logit - top), 0))
  return clamp(live! - rest, -surest, surest)
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high))
}
