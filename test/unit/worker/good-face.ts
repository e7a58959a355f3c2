import type { FaceMeasures } from '../../../src/worker/vision/quality'

/** What a face measures with which nothing is wrong. */
export const goodFace: FaceMeasures = {
  luma: 130,
  contrast: 45,
  glare: 0,
  sharpness: 0.5,
  across: 0.3,
  iris: 0.45,
  cover: {
    eyes: [
      { spread: 0.19, thin: 0.3 },
      { spread: 0.18, thin: 0.31 },
    ],
    mouth: { spread: 0.15, thin: 0.28, profile: 0.12 },
  },
  extent: 200,
  share: 0.45,
  offCentre: 0.05,
  outside: 0,
  pose: { yaw: 3, pitch: -2, roll: 1 },
}
