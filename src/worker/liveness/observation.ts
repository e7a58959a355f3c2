import type { Landmarks } from '../vision/align'
import { centroid } from '../vision/geometry'
import type { Picture } from '../vision/picture'
import type { Pose } from '../vision/pose'
import { irisContrast } from './eyes'

/** What a challenge sees of one frame. Never leaves the worker. */
export interface FaceObservation {
  /** Milliseconds, not falling. */
  readonly t: number
  readonly pose: Pose
  readonly landmarks: Landmarks
  /** See {@link irisContrast}. */
  readonly iris: number
  /** Height of the gap between the lips over the mouth's width; 0 closed, above 0.3 open. */
  readonly mouth: number
  /** Distance from eyes' centre to mouth's centre and between outer eye corners, the larger, in pixels. */
  readonly extent: number
  /** FNV-1a of some thousand pixels: equal only for pictures that are equal to the bit, since a sensor has noise. */
  readonly fingerprint: number
}

export function observeFace(t: number, picture: Picture, landmarks: Landmarks, pose: Pose): FaceObservation {
  return {
    ...{ t, pose, landmarks },
    iris: irisContrast(picture, landmarks),
    mouth: mouthOpenness(landmarks),
    extent: extentOf(landmarks),
    fingerprint: fingerprintOf(picture),
  }
}

export function mouthOpenness(landmarks: Landmarks): number {
  const gap = between(landmarks, 61, 67) + between(landmarks, 62, 66) + between(landmarks, 63, 65)
  return gap / 3 / Math.max(between(landmarks, 48, 54), 1e-6)
}

/** The larger of width and height, so that a turn does not look like stepping back. */
export function extentOf(landmarks: Landmarks): number {
  const eyes = centroid([landmarks[36]!, landmarks[45]!])
  const mouth = centroid([landmarks[48]!, landmarks[54]!])
  return Math.max(between(landmarks, 36, 45), 1.2 * Math.hypot(eyes.x - mouth.x, eyes.y - mouth.y))
}

export function fingerprintOf({ rgba }: Picture): number {
  const stride = Math.max(4, 4 * Math.floor(rgba.length / 4 / 4099))
  let hash = 0x811c9dc5
  for (let at = 1; at < rgba.length; at += stride) hash = Math.imul(hash ^ rgba[at]!, 0x01000193)
  return hash >>> 0
}

function between(points: Landmarks, a: number, b: number): number {
  return Math.hypot(points[a]!.x - points[b]!.x, points[a]!.y - points[b]!.y)
}
