import type { HintCode } from '../../wire/worker-protocol'
import { irisContrast } from '../liveness/eyes'
import { arcFaceChip, chipToPicture } from './align'
import type { DetectedFace } from './detect'
import { coverOf, type FaceCover, measureCover } from './occlusion'
import type { Picture } from './picture'
import type { Pose } from './pose'
import type { ReadFace } from './read-face'
import { sampleLuma } from './sample'

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
  /** The same from left to right alone: a head that turns or a camera that is moved blurs only that. */
  readonly across: number
  readonly cover: FaceCover
  /** See {@link irisContrast}: low where the eyes are closed or cannot be seen. */
  readonly iris: number
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

/** Measured on degraded copies of the London set and LFW: docs/quality.md. */
export const bounds = {
  darkFrame: 40,
  brightFrame: 235,
  flatFrame: 12,
  darkFace: 40,
  brightFace: 215,
  glare: 0.25,
  flatFace: 14,
  minSharpness: 0.12,
  minAcross: 0.055,
  maxSharpness: 1.1,
  minExtent: 60,
  minShare: 0.16,
  maxShare: 0.92,
  maxOffCentre: 0.28,
  maxOutside: 0.06,
  maxYaw: 28,
  maxPitch: 28,
  /** Pitch that poseOf gives for faces that look straight ahead: median of the London set. */
  straightPitch: 9.8,
  maxRoll: 35,
  minIris: 0.08,
  minStrength: 2.6,
} as const

/** Strength of what is no face any more, and of studio portraits. */
const weakest = 2
const strongest = 4.2

const chipSize = 112
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

/** `read` is what {@link readFace} made of the face. */
export function measureFace(picture: Picture, face: DetectedFace, read: ReadFace): FaceMeasures {
  const { landmarks, points, pose } = read
  sampleLuma(picture, chipToPicture(points, arcFaceChip), chipSize, luma)
  const light = lightOf(luma)
  const { sharpness, across } = fineStructure(luma, chipSize, Math.max(light.contrast, 1))
  const cover = measureCover(luma)
  luma.fill(0)
  const { x, y, width, height } = face.box
  const extent = Math.max(width, height)
  const inside =
    Math.max(0, Math.min(x + width, picture.width) - Math.max(x, 0)) *
    Math.max(0, Math.min(y + height, picture.height) - Math.max(y, 0))
  return {
    ...light,
    ...{ sharpness, across, cover, extent, pose },
    iris: irisContrast(picture, landmarks),
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
  // What is sharper than skin and hair can be is noise: more light helps.
  if (face.sharpness > bounds.maxSharpness) return 'too_dark'
  // Smooth cloth has as little structure across as a face that moves: asked before, it would be called blurred.
  if (coverOf(face.cover)) return 'covered'
  if (face.across < bounds.minAcross) return 'blurred'
  return face.iris < bounds.minIris ? 'eyes_closed' : undefined
}

/** For a face of which the net saw less than the measures tell; `strength` is the embedder's. */
export function strengthHint(strength: number | undefined): QualityHint | undefined {
  return strength !== undefined && strength < bounds.minStrength ? 'covered' : undefined
}

/**
 * 0..1 for a face that passed: orders the frames of one capture. The embedder's `strength` foretells the score against
 * another picture of the person better than all measures together (docs/quality.md); they stand in where it is missing.
 */
export function faceScore(face: FaceMeasures, strength?: number): number {
  const { yaw, pitch, roll } = face.pose
  const straight =
    1 -
    Math.max(
      Math.abs(yaw) / bounds.maxYaw,
      Math.abs(pitch - bounds.straightPitch) / bounds.maxPitch,
      Math.abs(roll) / bounds.maxRoll,
    )
  if (strength !== undefined) return ramp(strength, weakest, strongest) * ramp(straight, -1.5, 1)
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

function lightOf(values: Float32Array): Pick<FaceMeasures, 'luma' | 'contrast' | 'glare'> {
  let sum = 0
  let glaring = 0
  for (const value of values) {
    sum += value
    if (value > 248) glaring += 1
  }
  const mean = sum / values.length
  let square = 0
  for (const value of values) square += (value - mean) ** 2
  return { luma: mean, contrast: Math.sqrt(square / values.length), glare: glaring / values.length }
}

/** Root mean squares of the Laplacian and of its part across, over the inner part, where face and not background is. */
function fineStructure(values: Float32Array, size: number, contrast: number) {
  const margin = Math.round(size * 0.15)
  let both = 0
  let across = 0
  let count = 0
  for (let y = margin; y < size - margin; y++) {
    for (let x = margin; x < size - margin; x++) {
      const at = y * size + x
      const sideways = 2 * values[at]! - values[at - 1]! - values[at + 1]!
      const laplacian = sideways + 2 * values[at]! - values[at - size]! - values[at + size]!
      both += laplacian * laplacian
      across += sideways * sideways
      count += 1
    }
  }
  return { sharpness: Math.sqrt(both / count) / contrast, across: Math.sqrt(across / count) / contrast }
}

function ramp(value: number, low: number, high: number): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low)))
}
