import { describe, expect, it } from 'vitest'
import { cameraRisk } from '../../../src/page/capture/camera-signals'
import { injectionRisk, StreamWitness } from '../../../src/worker/liveness/injection'
import { Picture } from '../../../src/worker/vision/picture'

const [width, height] = [160, 120]
let state = 1

/** A gray picture; `noise` is the share of pixels that a sensor would have changed. */
function frame({ noise = 1, level = 128 } = {}): Picture {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(level)
  for (let at = 0; at < rgba.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    if (at / rgba.length < noise) rgba[at + 1] = level + (state >>> 29)
  }
  return new Picture(width, height, rgba)
}

function signsOf(frames: readonly (readonly [timestamp: number | undefined, picture: Picture])[]) {
  const witness = new StreamWitness()
  for (const [timestamp, picture] of frames) witness.see(timestamp, picture)
  return witness.signs
}

/** Microseconds between the frames of Chromium's fake camera, as measured: a clock with jitter. */
const jittery = [37_700, 33_700, 30_100, 31_900, 31_200, 36_800, 29_900, 33_300, 33_200, 66_900, 33_200, 35_000]
const timed = (intervals: readonly number[]) => {
  let now = 1e6
  return signsOf(
    [0, ...intervals].map((interval) => {
      now += interval
      return [now, frame()] as const
    }),
  )
}

describe('what a stream shows of its source', () => {
  it('a camera: noise everywhere, a shutter of its own', () => {
    expect(timed(jittery)).toEqual({ backwards: false, metronomic: false, still: false })
  })

  it('a timer: whole multiples of one interval, dropped frames or not', () => {
    const beat = [33_333, 33_334, 66_667, 33_333, 33_333, 100_000, 33_333, 33_334, 33_333]
    expect(timed(beat)).toMatchObject({ metronomic: true, backwards: false })
    expect(timed(beat.slice(0, 5))).toMatchObject({ metronomic: false })
  })

  it('time that stands still or runs backwards', () => {
    expect(timed([33_000, 0, 35_000])).toMatchObject({ backwards: true })
    expect(timed([33_000, -400, 35_000])).toMatchObject({ backwards: true })
  })

  it('a decoded recording: most tiles equal from frame to frame', () => {
    const played = (noise: number, level = 128) =>
      signsOf(Array.from({ length: 12 }, () => [undefined, frame({ noise, level })] as const))
    expect(played(0.3)).toMatchObject({ still: true })
    expect(played(0.8)).toMatchObject({ still: false })
    // Black has no noise in any camera.
    expect(played(0.3, 2)).toMatchObject({ still: false })
  })
})

describe('the camera by its name and kind', () => {
  const webcam = {
    ...{ label: 'HD Webcam (046d:0825)', deviceId: 'a', track: 'MediaStreamTrack', inputs: ['a', 'b'] },
  }

  it.each([
    ['a webcam', {}, 0],
    ['a browser that lists nothing', { inputs: undefined }, 0],
    ['no name', { label: '' }, 1],
    ['a telephone as webcam', { label: 'Camo' }, 1],
    ['OBS', { label: 'OBS Virtual Camera (m-de:vice)' }, 2],
    ['ManyCam', { label: 'ManyCam Virtual Webcam' }, 2],
    ['a Chinese one', { label: '某某虚拟摄像头' }, 2],
    ["Chromium's fake camera", { label: 'clips/camera.mjpeg' }, 2],
    ['a canvas', { label: 'x', deviceId: 'x', track: 'CanvasCaptureMediaStreamTrack' }, 3],
    ['a device that nobody lists', { deviceId: 'z' }, 3],
  ])('%s', (_, change, risk) => {
    expect(cameraRisk({ ...webcam, ...change })).toBe(risk)
  })

  it.each([
    'FaceTime HD Camera',
    'Jobs Cam',
    'Logitech BRIO',
    'Integrated Camera',
    'USB2.0 HD UVC WebCam',
    'camera2 1, facing front',
  ])('%s is no program', (label) => expect(cameraRisk({ ...webcam, label })).toBe(0))
})

describe('the bucket', () => {
  const quiet = {
    accepted: 5,
    different: 5,
    cameraRisk: 0,
    stream: { backwards: false, metronomic: false, still: false },
  }

  it.each([
    ['nothing seen', {}, 0],
    ['some frames equal', { different: 4 }, 1],
    ['all frames equal', { different: 1 }, 2],
    ['a timer', { stream: { ...quiet.stream, metronomic: true } }, 1],
    ['impossible time', { stream: { ...quiet.stream, backwards: true } }, 2],
    ['a software camera', { cameraRisk: 2 }, 2],
    ['a software camera that repeats itself', { cameraRisk: 2, different: 4 }, 3],
    ['everything', { cameraRisk: 3, different: 1 }, 3],
  ])('%s', (_, change, risk) => {
    expect(injectionRisk({ ...quiet, ...change })).toBe(risk)
  })
})
