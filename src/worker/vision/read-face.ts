import { type FivePoints, fivePoints, type Landmarks } from './align'
import type { DetectedFace } from './detect'
import type { Care } from './enough'
import type { LandmarkFinder } from './landmarks'
import type { Picture } from './picture'
import { type Pose, poseOf } from './pose'

/** One face, read: where its points are and where it looks. */
export interface ReadFace {
  readonly landmarks: Landmarks
  readonly points: FivePoints
  readonly pose: Pose
}

/** From a detected face to its points; the same code for a camera's frame and for a benchmark's still. */
export function readFace(
  engine: { readonly landmarks: LandmarkFinder },
  picture: Picture,
  face: DetectedFace,
  care: Care = 'find',
): ReadFace {
  const landmarks = engine.landmarks[care](picture, face)
  return { landmarks, points: fivePoints(landmarks), pose: poseOf(landmarks) }
}
