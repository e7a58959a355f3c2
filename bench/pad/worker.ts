/// <reference path="../../src/worker/modules.d.ts" />
// The presentation-attack benchmark's worker: the shipped worker's modules, without the airlock and without gates, for
// every face must be scored here. Never shipped.
import { expose } from 'comlink'
import type { WorkerStart } from '../../src/wire/worker-protocol'
import { type Engine, startEngine } from '../../src/worker/engine'
import { livenessOf, type SpoofSignals } from '../../src/worker/liveness/fusion'
import { type FaceObservation, observeFace } from '../../src/worker/liveness/observation'
import { Picture } from '../../src/worker/vision/picture'
import { faceHint, measureFace } from '../../src/worker/vision/quality'
import { readFace } from '../../src/worker/vision/read-face'

export interface LookedAt {
  readonly signals: SpoofSignals
  /** The fusion, 0..1, 1 = live. */
  readonly liveness: number
  readonly observation: FaceObservation
  /** What the capture's gate would have said. */
  readonly hint?: string
  /** The face was found only with a border around the picture. */
  readonly bordered: boolean
}

export interface PadWorkerApi {
  start(input: WorkerStart): Promise<void>
  /** `undefined` where no face is found. `t` in milliseconds. Closes the image. */
  look(image: ImageBitmap, t: number): Promise<LookedAt | undefined>
}

let engine: Engine | undefined

const api: PadWorkerApi = {
  start: async (input) => {
    engine = (await startEngine(input)).engine
  },
  look: async (image, t) => {
    if (!engine?.spoof) throw new TypeError('not started')
    const whole = engine.reader.read(image)
    image.close()
    let picture = whole
    let faces = await engine.detector.detect(picture)
    // Tight crops, as collections of attacks hold them: the detector knows faces with something around them.
    if (faces.length === 0) {
      picture = withBorder(whole)
      faces = await engine.detector.detect(picture)
    }
    const face = [...faces].sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height)[0]
    if (!face) return undefined
    const read = readFace(engine, picture, face)
    const { landmarks, pose } = read
    const signals = engine.spoof.measure(picture, face.box, landmarks)
    const hint = faceHint(measureFace(picture, face, read))
    const observation = observeFace(t, picture, landmarks, pose)
    const bordered = picture !== whole
    return { signals, liveness: livenessOf(signals), observation, bordered, ...(hint && { hint }) }
  },
}

expose(api)

/** Half the picture's sides more all round, in middle gray. */
function withBorder({ width, height, rgba }: Picture): Picture {
  const [left, top] = [width >> 1, height >> 1]
  const wide = width + 2 * left
  const pixels = new Uint8ClampedArray(wide * (height + 2 * top) * 4).fill(127)
  for (let y = 0; y < height; y++) {
    pixels.set(rgba.subarray(y * width * 4, (y + 1) * width * 4), ((y + top) * wide + left) * 4)
  }
  return new Picture(wide, height + 2 * top, pixels)
}
