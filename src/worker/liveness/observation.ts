import type { Landmarks } from '../vision/align'
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
  /** Distance between the outer eye corners, in pixels, as it would be without the turn. */
  readonly extent: number
  /** FNV-1a of some thousand pixels: equal only for pictures that are equal to the bit, since a sensor has noise. */
  readonly fingerprint: number
}

export function observeFace(t: number, picture: Picture, landmarks: Landmarks, pose: Pose): FaceObservation {
  return {
    ...{ t, pose, landmarks },
    iris: irisContrast(picture, landmarks),
    mouth: mouthOpenness(landmarks),
    extent: extentOf(landmarks, pose.yaw),
    fingerprint: fingerprintOf(picture),
  }
}

export function mouthOpenness(landmarks: Landmarks): number {
  const gap = between(landmarks, 61, 67) + between(landmarks, 62, 66) + between(landmarks, 63, 65)
  return gap / 3 / Math.max(between(landmarks, 48, 54), 1e-6)
}

/** Neither a nod nor an open mouth changes it: only coming closer does. `yaw` in degrees. */
export function extentOf(landmarks: Landmarks, yaw: number): number {
  return between(landmarks, 36, 45) / Math.max(0.5, Math.cos((yaw * Math.PI) / 180))
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
