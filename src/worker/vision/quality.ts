import type { HintCode } from '../../wire/worker-protocol'
import { arcFaceChip, chipToPicture, type FivePoints } from './align'
import type { DetectedFace } from './detect'
import type { Picture } from './picture'
import type { Pose } from './pose'
import { sampleChip } from './sample'

/** What is asked for when it is not good enough. */
export type QualityHint = Exclude<HintCode, 'look_here' | 'hold_still' | 'done' | 'no_face' | 'several_faces'>

/** Light of the whole frame, from some thousand of its pixels. Luma 0..255 (ITU-R BT.601). */
export interface FrameLight {
  /** A tenth of the frame is brighter than this. */
  readonly highlight: number
  /** A tenth of the frame is darker than this. */
  readonly shadow: number
}

/** What decides whether a face's picture is good enough to recognise. */
export interface FaceMeasures {
  /** Mean luma of the aligned face, 0..255. */
  readonly luma: number
  /** Its standard deviation. */
  readonly contrast: number
  /** Share of pixels at the upper end of the range. */
  readonly glare: number
  /** Root mean square of the Laplacian over the contrast: how much fine structure is left. About 0.1 blurred … 1 crisp. */
  readonly sharpness: number
  /** Longer side of the face's box, pixels. */
  readonly extent: number
  /** The same as a share of the picture's shorter side. */
  readonly share: number
  /** Distance of the box's centre from the picture's, as a share of the picture's sides; the larger of both axes. */
  readonly offCentre: number
  /** Share of the box that lies outside the picture. */
  readonly outside: number
  readonly pose: Pose
}

/** Starting bounds, tried on a few hundred stills; not calibrated on degraded copies yet. */
const bounds = {
  darkFrame: 40,
  brightFrame: 235,
  flatFrame: 12,
  darkFace: 45,
  brightFace: 215,
  glare: 0.35,
  flatFace: 14,
  minSharpness: 0.16,
  minExtent: 72,
  minShare: 0.16,
  maxShare: 0.92,
  maxOffCentre: 0.28,
  maxOutside: 0.06,
  maxYaw: 28,
  maxPitch: 28,
  /** Pitch that poseOf gives for faces that look straight ahead: median of the London set. */
  straightPitch: 9.8,
  maxRoll: 25,
} as const

const chipSize = 112
const chip = new Float32Array(chipSize * chipSize * 3)
const luma = new Float32Array(chipSize * chipSize)

export function measureFrame({ rgba, width, height }: Picture): FrameLight {
  const stride = Math.max(1, Math.floor(Math.sqrt((width * height) / 3000)))
  const histogram = new Uint32Array(256)
  let total = 0
  for (let y = stride >> 1; y < height; y += stride) {
    for (let x = stride >> 1; x < width; x += stride) {
      const at = (y * width + x) * 4
      histogram[Math.round(lumaOf(rgba[at]!, rgba[at + 1]!, rgba[at + 2]!))]! += 1
      total += 1
    }
  }
  return { highlight: percentile(histogram, 0.9 * total), shadow: percentile(histogram, 0.1 * total) }
}

/** The hint of a frame in which no face can be expected; before the detector runs. */
export function frameHint({ highlight, shadow }: FrameLight): QualityHint | undefined {
  if (highlight < bounds.darkFrame) return 'too_dark'
  if (shadow > bounds.brightFrame) return 'too_bright'
  if (highlight - shadow < bounds.flatFrame) return 'low_contrast'
  return undefined
}

/** `points` in picture pixels. */
export function measureFace(picture: Picture, face: DetectedFace, points: FivePoints, pose: Pose): FaceMeasures {
  sampleChip(picture, chipToPicture(points, arcFaceChip), chipSize, chip)
  for (let index = 0; index < luma.length; index++) {
    luma[index] = lumaOf(chip[3 * index]!, chip[3 * index + 1]!, chip[3 * index + 2]!)
  }
  const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length
  const contrast = Math.sqrt(luma.reduce((sum, value) => sum + (value - mean) ** 2, 0) / luma.length)
  const glare = luma.reduce((count, value) => count + (value > 248 ? 1 : 0), 0) / luma.length
  const sharpness = laplacianRms(luma, chipSize) / Math.max(contrast, 1)
  chip.fill(0)
  luma.fill(0)
  const { x, y, width, height } = face.box
  const extent = Math.max(width, height)
  const inside =
    Math.max(0, Math.min(x + width, picture.width) - Math.max(x, 0)) *
    Math.max(0, Math.min(y + height, picture.height) - Math.max(y, 0))
  return {
    ...{ luma: mean, contrast, glare, sharpness, extent, pose },
    share: extent / Math.min(picture.width, picture.height),
    offCentre: Math.max(
      Math.abs((x + width / 2) / picture.width - 0.5),
      Math.abs((y + height / 2) / picture.height - 0.5),
    ),
    outside: 1 - inside / (width * height),
  }
}

/** The most important thing to change, or `undefined` for a face that is good enough. */
export function faceHint(face: FaceMeasures): QualityHint | undefined {
  const { yaw, pitch, roll } = face.pose
  if (face.luma < bounds.darkFace) return 'too_dark'
  if (face.luma > bounds.brightFace || face.glare > bounds.glare) return 'too_bright'
  if (face.extent < bounds.minExtent || face.share < bounds.minShare) return 'too_far'
  if (face.share > bounds.maxShare) return 'too_near'
  if (face.offCentre > bounds.maxOffCentre || face.outside > bounds.maxOutside) return 'off_centre'
  if (Math.abs(yaw) > bounds.maxYaw || Math.abs(pitch - bounds.straightPitch) > bounds.maxPitch) return 'turned'
  if (Math.abs(roll) > bounds.maxRoll) return 'tilted'
  if (face.contrast < bounds.flatFace) return 'low_contrast'
  if (face.sharpness < bounds.minSharpness) return 'blurred'
  return undefined
}

/** 0..1 for a face that passed: how far it is from the bounds. Orders the frames of one capture. */
export function faceScore(face: FaceMeasures): number {
  const { yaw, pitch, roll } = face.pose
  const straight =
    1 -
    Math.max(
      Math.abs(yaw) / bounds.maxYaw,
      Math.abs(pitch - bounds.straightPitch) / bounds.maxPitch,
      Math.abs(roll) / bounds.maxRoll,
    )
  const sharp = ramp(face.sharpness, bounds.minSharpness, 3 * bounds.minSharpness)
  const large = ramp(face.extent, bounds.minExtent / 2, 2 * bounds.minExtent)
  const lit =
    ramp(face.luma, bounds.darkFace / 2, 2 * bounds.darkFace) *
    ramp(face.contrast, bounds.flatFace / 2, 2 * bounds.flatFace)
  return Math.cbrt(ramp(straight, -0.5, 0.7) * sharp * large) * lit
}

/** Bucket 0 poor … 3 good of a mean score. */
export function qualityBucket(score: number): number {
  return [0.35, 0.55, 0.75].filter((bound) => score >= bound).length
}

function lumaOf(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue
}

function percentile(histogram: Uint32Array, rank: number): number {
  let seen = 0
  for (let value = 0; value < histogram.length; value++) {
    seen += histogram[value]!
    if (seen > rank) return value
  }
  return histogram.length - 1
}

/** Over the inner part, where face and not background is. */
function laplacianRms(values: Float32Array, size: number): number {
  const margin = Math.round(size * 0.15)
  let square = 0
  let count = 0
  for (let y = margin; y < size - margin; y++) {
    for (let x = margin; x < size - margin; x++) {
      const at = y * size + x
      const laplacian = 4 * values[at]! - values[at - 1]! - values[at + 1]! - values[at - size]! - values[at + size]!
      square += laplacian * laplacian
      count += 1
    }
  }
  return Math.sqrt(square / count)
}

function ramp(value: number, low: number, high: number): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low)))
}
