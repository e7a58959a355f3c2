import type { StartReport, WorkerStart } from '../wire/worker-protocol'
import { verifyAssets } from './assets'
import { createSpoofDetector, type SpoofDetector } from './liveness/spoof'
import { chooseBackend } from './vision/backends'
import { createDetector, type Detector } from './vision/detect'
import { createEmbedder, type Embedder } from './vision/embed'
import { createLandmarkFinder, type LandmarkFinder } from './vision/landmarks'
import { PictureReader } from './vision/picture'

/** Everything that looks at a picture, loaded and tested. */
export interface Engine {
  readonly reader: PictureReader
  readonly detector: Detector
  readonly landmarks: LandmarkFinder
  readonly embedder: Embedder
  readonly spoof: SpoofDetector | undefined
}

/**
 * Checks the files, chooses backend and detector by self-test, loads the nets.
 * Throws `model_integrity`, `model_unavailable`, `self_test_failed`.
 */
export async function startEngine(
  input: WorkerStart,
): Promise<{ readonly engine: Engine; readonly report: Omit<StartReport, 'removed'> }> {
  const timings: Record<string, number> = {}
  const timed = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const started = performance.now()
    try {
      return await work()
    } finally {
      timings[name] = Math.round(performance.now() - started)
    }
  }
  const { assets } = input
  await timed('integrity', () => verifyAssets(assets))
  const chosen = await timed('backend', () => chooseBackend(assets, input.backend))
  const detector = await timed('detector', () => createDetector(assets, input.detector))
  const engine = await timed('nets', async () => ({
    reader: new PictureReader(),
    detector,
    landmarks: createLandmarkFinder(assets),
    embedder: await createEmbedder(assets, input.embedder),
    spoof: createSpoofDetector(assets),
  }))
  const { backend, simd } = chosen
  const report = { backend, simd, detector: detector.name, model: engine.embedder.modelId }
  for (const [name, value] of Object.entries(chosen.timings)) timings[`test-${name}`] = Math.round(value * 10) / 10
  return { engine, report: { ...report, timings } }
}
