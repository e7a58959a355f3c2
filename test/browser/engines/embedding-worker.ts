// Not the shipped worker: the same pipeline without the airlock, which hands the embedding out, so that engines can be compared.
import type { AssetBytes } from '../../../src/wire/worker-protocol'
import { soleFace } from '../../../src/worker/collect'
import { startEngine } from '../../../src/worker/engine'
import { createDetector } from '../../../src/worker/vision/detect'
import { readFace } from '../../../src/worker/vision/read-face'

/** The tests are compiled for the page's types; here it is a worker's global. */
const scope = globalThis as unknown as { postMessage(message: unknown): void }

export interface Embedded {
  /** With the detector that this engine chose, and with the one that runs in all of them. */
  readonly own?: readonly number[]
  readonly common?: readonly number[]
  readonly error?: string
}

addEventListener('message', async ({ data }: MessageEvent<{ readonly assets: AssetBytes; readonly photo: Blob }>) => {
  try {
    const { engine } = await startEngine({ assets: data.assets, embedder: 'mobilefacenet' })
    const bitmap = await createImageBitmap(data.photo)
    const embed = async (detector: typeof engine.detector): Promise<readonly number[]> => {
      const picture = engine.reader.read(bitmap)
      const face = soleFace(await detector.detect(picture))
      if (typeof face === 'string') throw new TypeError(face)
      return [...engine.embedder.embed(picture, readFace(engine, picture, face).points).embedding]
    }
    const embedded: Embedded = {
      own: await embed(engine.detector),
      common: await embed(await createDetector(data.assets, 'blazeface')),
    }
    scope.postMessage(embedded)
  } catch (error) {
    scope.postMessage({ error: String(error) } satisfies Embedded)
  }
})
