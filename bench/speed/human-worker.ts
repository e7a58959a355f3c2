import { expose } from 'comlink'
import { Human } from '#human'
import { type ContestantApi, timed } from './contestant'

/** The face alone: detector, mesh, description. Pictures are read as they are. */
const face = {
  enabled: true,
  ...{ detector: { enabled: true }, mesh: { enabled: true }, description: { enabled: true } },
  ...{ iris: { enabled: false }, emotion: { enabled: false }, antispoof: { enabled: false } },
  ...{ liveness: { enabled: false }, attention: { enabled: false }, gear: { enabled: false } },
}
const off = { enabled: false }
const config = {
  ...{ backend: 'wasm', wasmPath: '/tfjs/', modelBasePath: '/packages/@vladmandic/human/models/', debug: false },
  ...{ async: false, warmup: 'none', filter: off, gesture: off, body: off, hand: off, object: off, segmentation: off },
  face,
}
const human = new Human(config)

const api: ContestantApi = {
  start: async () => {
    await human.load()
    await human.init()
    return human.tf.getBackend()
  },
  look: async (image, video) => {
    // Its cache answers a frame that resembles the last with the last one's results. On stills that would time nothing.
    const cacheSensitivity = video ? 0.7 : 0
    const ms: Record<string, number> = {}
    const result = await timed(ms, 'frame', () => human.detect(image, { cacheSensitivity }))
    image.close()
    return { faces: result.face.length, ms: { ...ms, ...result.performance } }
  },
  tensors: async () => human.tf.memory().numTensors,
}

expose(api)
