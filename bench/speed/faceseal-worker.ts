/// <reference path="../../src/worker/modules.d.ts" />
// FaceSeal's modules as the shipped worker has them, built by the same configuration; stages are timed one by one.
import { memory } from '@tensorflow/tfjs-core'
import { expose } from 'comlink'
import { type Engine, startEngine } from '../../src/worker/engine'
import { livenessOf } from '../../src/worker/liveness/fusion'
import { protectWithToken } from '../../src/worker/protect'
import { faceHint, frameHint, measureFace, measureFrame } from '../../src/worker/vision/quality'
import { readFace } from '../../src/worker/vision/read-face'
import { centralFace } from '../common/central-face'
import { type ContestantApi, timed } from './contestant'

let engine: Engine | undefined
const token = new Uint8Array(32).fill(7)

const api: ContestantApi = {
  start: async ({ assets }) => {
    const started = await startEngine({ assets, embedder: 'mobilefacenet' })
    engine = started.engine
    const { backend, simd, detector } = started.report
    return `${backend}${simd ? ' SIMD' : ''}, ${detector}`
  },
  look: async (image) => {
    if (!engine) throw new TypeError('not started')
    const { reader, detector, embedder, spoof } = engine
    const ms: Record<string, number> = {}
    const picture = await timed(ms, 'read', () => reader.read(image))
    image.close()
    await timed(ms, 'quality', () => frameHint(measureFrame(picture)))
    const spotted = centralFace(await timed(ms, 'spot', () => detector.detect(picture, 'glance')), picture)
    if (spotted) {
      const glance = await timed(ms, 'glance', () => readFace(engine!, picture, spotted, 'glance'))
      await timed(ms, 'quality', () => faceHint(measureFace(picture, spotted, glance)))
      ms.guidance = ms.read! + ms.spot! + ms.glance! + ms.quality!
    }
    const faces = await timed(ms, 'detect', () => detector.detect(picture))
    const face = centralFace(faces, picture)
    if (spotted && face) {
      // A good frame that follows a good one is looked at once, but more closely.
      const read = await timed(ms, 'landmarks', () => readFace(engine!, picture, face))
      await timed(ms, 'spoof', () => spoof && livenessOf(spoof.measure(picture, face.box, read.landmarks)))
      const { embedding } = await timed(ms, 'embed', () => embedder.embed(picture, read.points))
      await timed(ms, 'protect', () => protectWithToken(embedding, embedder.mean, token, 2048))
      ms.frame = ms.read! + ms.detect! + ms.landmarks! + ms.quality! + ms.embed!
      ms.afterLastFrame = ms.frame + ms.spoof! + ms.protect!
    }
    picture.wipe()
    return { faces: faces.length, ms }
  },
  tensors: async () => memory().numTensors,
}

expose(api)
