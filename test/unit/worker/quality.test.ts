import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arcFaceChip } from '../../../src/worker/vision/align'
import { Picture } from '../../../src/worker/vision/picture'
import {
  type FaceMeasures,
  faceHint,
  faceScore,
  frameHint,
  measureFace,
  measureFrame,
  qualityBucket,
  strengthHint,
} from '../../../src/worker/vision/quality'
import { goodFace as good } from './good-face'

/** A grey picture, each pixel from its place. */
function picture(width: number, height: number, luma: (x: number, y: number) => number): Picture {
  const rgba = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = luma(x, y)
      rgba.set([value, value, value, 255], 4 * (y * width + x))
    }
  return new Picture(width, height, rgba)
}

describe('the frame gate', () => {
  it.each([
    ['too_dark', picture(320, 240, () => 12)],
    ['too_bright', picture(320, 240, () => 250)],
    ['low_contrast', picture(320, 240, (x) => 120 + (x % 5))],
    [undefined, picture(320, 240, (x, y) => (x * 7 + y * 13) % 256)],
    // A lit face before a dark room: most of the frame is dark, and still it is good enough.
    [undefined, picture(320, 240, (x) => (x > 100 && x < 200 ? 140 : 5))],
  ])('%s', (hint, frame) => {
    expect(frameHint(measureFrame(frame))).toBe(hint)
  })
})

describe('the face gate', () => {
  it('lets a good face pass', () => {
    expect(faceHint(good)).toBeUndefined()
    expect(faceScore(good)).toBeGreaterThan(0.6)
  })

  it.each<[string, Partial<FaceMeasures>]>([
    ['too_dark', { luma: 25 }],
    ['too_bright', { luma: 230 }],
    ['too_bright', { glare: 0.5 }],
    ['too_far', { extent: 50 }],
    ['too_far', { share: 0.1 }],
    ['too_near', { share: 0.98 }],
    ['off_centre', { offCentre: 0.4 }],
    ['off_centre', { outside: 0.2 }],
    ['turned', { pose: { yaw: 40, pitch: 0, roll: 0 } }],
    ['turned', { pose: { yaw: -40, pitch: 0, roll: 0 } }],
    ['turned', { pose: { yaw: 0, pitch: 45, roll: 0 } }],
    ['turned', { pose: { yaw: 0, pitch: -25, roll: 0 } }],
    ['tilted', { pose: { yaw: 0, pitch: 0, roll: -42 } }],
    ['low_contrast', { contrast: 8 }],
    ['blurred', { sharpness: 0.05 }],
    ['blurred', { across: 0.03 }],
    ['too_dark', { sharpness: 1.6 }],
    ['covered', { cover: { ...good.cover, mouth: { spread: 0.02, thin: 0.01, profile: 0.01 } } }],
    ['covered', { cover: { ...good.cover, eyes: [good.cover.eyes[0], { spread: 0.05, thin: 0.04 }] } }],
    ['eyes_closed', { iris: 0.03 }],
  ])('%s', (hint, change) => {
    expect(faceHint({ ...good, ...change })).toBe(hint)
  })

  it('names light before distance before position before pose before sharpness', () => {
    const bad: FaceMeasures = {
      ...good,
      luma: 10,
      extent: 20,
      offCentre: 0.45,
      pose: { yaw: 60, pitch: 0, roll: 60 },
      sharpness: 0,
    }
    expect(faceHint(bad)).toBe('too_dark')
    expect(faceHint({ ...bad, luma: 120 })).toBe('too_far')
    expect(faceHint({ ...bad, luma: 120, extent: 200 })).toBe('off_centre')
    expect(faceHint({ ...bad, luma: 120, extent: 200, offCentre: 0 })).toBe('turned')
    expect(faceHint({ ...good, sharpness: 0, pose: { yaw: 0, pitch: 0, roll: 60 } })).toBe('tilted')
  })

  it('names blur before a cover, which a blurred face seems to have, and a cover before movement, and the eyes last', () => {
    const covered = { ...good.cover, mouth: { spread: 0.02, thin: 0.01, profile: 0.01 } }
    expect(faceHint({ ...good, sharpness: 0.05, across: 0.03, cover: covered, iris: 0 })).toBe('blurred')
    expect(faceHint({ ...good, across: 0.03, cover: covered, iris: 0 })).toBe('covered')
    expect(faceHint({ ...good, across: 0.03, iris: 0 })).toBe('blurred')
  })

  it('calls a face covered that the embedder hardly sees, and does not ask where no net says', () => {
    expect(strengthHint(2)).toBe('covered')
    expect(strengthHint(3.5)).toBeUndefined()
    expect(strengthHint(undefined)).toBeUndefined()
  })

  it('scores what the embedder is sure of higher, whatever the measures say', () => {
    expect(faceScore({ ...good, sharpness: 0.2 }, 4)).toBeGreaterThan(faceScore(good, 3))
    expect(faceScore(good, 9)).toBeLessThanOrEqual(1)
    expect(faceScore(good, 0)).toBe(0)
  })

  it('scores within 0 and 1, and never higher for a worse pose', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 60, noNaN: true }), fc.double({ min: 0, max: 60, noNaN: true }), (a, b) => {
        const at = (yaw: number) => faceScore({ ...good, pose: { yaw, pitch: 0, roll: 0 } })
        for (const score of [at(a), at(b)]) {
          expect(score).toBeGreaterThanOrEqual(0)
          expect(score).toBeLessThanOrEqual(1)
        }
        if (a <= b) expect(at(a)).toBeGreaterThanOrEqual(at(b))
      }),
    )
  })
})

describe('measureFace', () => {
  const face = { box: { x: 0, y: 0, width: 112, height: 112 }, score: 0.9, roll: 0 }
  const landmarks = Array.from({ length: 68 }, (_, index) => ({ x: 20 + index, y: 50 + (index % 5) }))
  const read = { landmarks, points: arcFaceChip.points, pose: { yaw: 0, pitch: 0, roll: 0 } }

  it('calls a blurred picture less sharp than a crisp one, whatever its contrast', () => {
    const crisp = (x: number, y: number) => ((x >> 1) + (y >> 1)) % 2 === 0
    const sharp = measureFace(
      picture(112, 112, (x, y) => (crisp(x, y) ? 160 : 100)),
      face,
      read,
    )
    const faint = measureFace(
      picture(112, 112, (x, y) => (crisp(x, y) ? 140 : 120)),
      face,
      read,
    )
    const soft = measureFace(
      picture(112, 112, (x) => 130 + 60 * Math.sin(x / 12)),
      face,
      read,
    )
    expect(sharp.sharpness).toBeGreaterThan(5 * soft.sharpness)
    expect(faint.sharpness).toBeCloseTo(sharp.sharpness, 0)
  })

  it('measures place and share', () => {
    const box = { x: 200, y: 0, width: 100, height: 100 }
    const measures = measureFace(
      picture(250, 200, () => 100),
      { ...face, box },
      read,
    )
    expect(measures.outside).toBeCloseTo(0.5)
    expect(measures.offCentre).toBeCloseTo(0.5)
    expect(measures.share).toBeCloseTo(0.5)
    expect(measures.luma).toBeCloseTo(100)
  })
})

describe('qualityBucket', () => {
  it.each([
    [0, 0],
    [0.4, 1],
    [0.6, 2],
    [0.9, 3],
  ])('%d → %d', (score, bucket) => expect(qualityBucket(score)).toBe(bucket))
})
