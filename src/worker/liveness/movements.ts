import type { LivenessStep } from '../../wire/liveness'
import type { Landmarks } from '../vision/align'
import type { FaceObservation } from './observation'
import { compareViews } from './plane'

/** A face at rest, before the first step: every movement is measured against the person's own. */
export interface Neutral {
  readonly yaw: number
  readonly pitch: number
  readonly iris: number
  readonly mouth: number
  readonly extent: number
  readonly landmarks: Landmarks
}

/** How far a movement must go. docs/liveness.md shows what a plane reaches at most. */
const full = {
  /** Degrees; a photo held at ±40° before a wide lens looks like at most 16. */
  yaw: 18,
  pitch: 14,
  mouth: 0.22,
  /** Growth of the face. */
  closer: 0.22,
} as const

/**
 * Share of the person's own iris contrast below which the eyes count as closed, above which as open again. Below `shut` no
 * iris is left to be seen: half-closed lids and a wink do not come there (docs/liveness.md).
 */
const lids = { shut: 0.4, closed: 0.58, open: 0.75 } as const
/**
 * Below this the iris cannot be told from the white surely enough: a pale iris, glasses with a glare, too small a face.
 * Medians of clips: 0.10 to 0.18 where blinks are lost, 0.27 and more where they show.
 */
const readableIris = 0.2

/** Every step but the blink as a share of its full movement; below 0 it goes the other way. */
export function extentOfMovement(step: Exclude<LivenessStep, 'blink'>, face: FaceObservation, rest: Neutral): number {
  switch (step) {
    // Towards the picture's right is the person's left, for a camera's frames are not mirrored.
    case 'turn_left':
      return (face.pose.yaw - rest.yaw) / full.yaw
    case 'turn_right':
      return (rest.yaw - face.pose.yaw) / full.yaw
    case 'look_up':
      return (face.pose.pitch - rest.pitch) / full.pitch
    case 'look_down':
      return (rest.pitch - face.pose.pitch) / full.pitch
    case 'open_mouth':
      return (face.mouth - rest.mouth) / full.mouth
    case 'move_closer':
      return (face.extent / rest.extent - 1) / full.closer
  }
}

/** Whether a blink of this person could be seen at all. */
export function eyesReadable(rest: Neutral): boolean {
  return rest.iris >= readableIris
}

export function eyesClosed(face: FaceObservation, rest: Neutral): boolean {
  return eyesReadable(rest) && face.iris < lids.closed * rest.iris
}

/** So surely closed that one frame is enough. */
export function eyesShut(face: FaceObservation, rest: Neutral): boolean {
  return eyesReadable(rest) && face.iris < lids.shut * rest.iris
}

export function eyesOpen(face: FaceObservation, rest: Neutral): boolean {
  return face.iris > lids.open * rest.iris
}

/**
 * Back where it was before a step. Size is left out: who came closer may stay. `nod`: degrees of pitch that are let pass;
 * between movements that are no nods people lower or lift the head by more than they know.
 */
export function atRest(face: FaceObservation, rest: Neutral, nod = 9): boolean {
  return (
    Math.abs(face.pose.yaw - rest.yaw) < 9 &&
    Math.abs(face.pose.pitch - rest.pitch) < nod &&
    face.mouth - rest.mouth < 0.12
  )
}

/** Least homography residual of a head that turned, in eye distances. */
const depth = 0.03
/** A plane that looks turned by α is in truth turned far more, and narrower than cos α by more than this. */
const slack = 0.17

/**
 * Whether the view could be the resting picture itself, turned as a plane. A picture that was turned away at rest and comes
 * to the front grows in width alone, which no head does that turns or comes closer. Other steps say nothing: false.
 */
export function looksFlat(step: LivenessStep, face: FaceObservation, rest: Neutral): boolean {
  const { residual, narrowing } = compareViews(rest.landmarks, face.landmarks)
  switch (step) {
    case 'turn_left':
    case 'turn_right':
      return residual < depth || narrowing < cosine(face.pose.yaw - rest.yaw) - slack || narrowing > 1 + slack
    case 'look_up':
    case 'look_down':
      return narrowing > 1 / cosine(face.pose.pitch - rest.pitch) + slack
    case 'move_closer':
      return narrowing > 1 + slack
    default:
      return false
  }
}

function cosine(degrees: number): number {
  return Math.cos((degrees * Math.PI) / 180)
}
