import { FaceDetector } from '@mediapipe/tasks-vision'
import { ModuleFactory } from '#mediapipe-loader'
import { FaceSealError } from '../../wire/errors'
import type { AssetBytes, DetectorName } from '../../wire/worker-protocol'
import { findAsset, requireAsset } from '../assets'
import { BlazeFace } from './blazeface'
import { type Care, onEnough } from './enough'
import type { Box } from './geometry'
import type { Picture } from './picture'

/** One face as a detector sees it. */
export interface DetectedFace {
  /** Forehead to chin, ear to ear, in picture pixels; may reach over the picture's edge. */
  readonly box: Box
  /** 0..1. */
  readonly score: number
  /** In-plane turn in radians, positive clockwise; 0 where the detector gives no eyes. */
  readonly roll: number
}

export interface Detector {
  readonly name: DetectorName
  /** Faces by descending score; found closely unless `care` says otherwise. */
  detect(picture: Picture, care?: Care): Promise<readonly DetectedFace[]>
  /** Overwrites what the detector keeps of the last picture (its texture and wasm memory). */
  forget(): Promise<void>
}

/** Its loader is bundled here: nothing may be imported at run time. */
const mediaPipeWasm = 'vision_wasm_module_internal.wasm'
const minScore = 0.4

/**
 * MediaPipe's BlazeFace where it came along and works, which takes WebGL 2 in a worker, else the same net on tfjs.
 * Throws `self_test_failed` when neither runs, `model_unavailable` when the files of a forced choice are missing.
 */
export async function createDetector(assets: AssetBytes, forced?: DetectorName): Promise<Detector> {
  if (forced !== 'blazeface') {
    try {
      const detector = await createMediaPipe(assets)
      return forced === 'mediapipe' ? detector : untilLost(detector, () => createBlazeFace(assets))
    } catch (cause) {
      if (forced === 'mediapipe') throw new FaceSealError('self_test_failed', { detail: 'mediapipe', cause })
    }
  }
  return createBlazeFace(assets)
}

/** Graphics drivers restart, and take the context with them; MediaPipe would see no face from then on, and say nothing. */
function untilLost(first: MediaPipeDetector, createSubstitute: () => Detector): Detector {
  let substitute: Detector | undefined
  const current = () => {
    if (!substitute && first.isLost()) substitute = createSubstitute()
    return substitute ?? first
  }
  return {
    get name() {
      return current().name
    },
    detect: (picture, care) => current().detect(picture, care),
    forget: () => current().forget(),
  }
}

interface MediaPipeDetector extends Detector {
  /** True once its WebGL context is gone. */
  isLost(): boolean
}

async function createMediaPipe(assets: AssetBytes): Promise<MediaPipeDetector> {
  const [model] = findAsset(assets, 'blazeface-short-range') ?? []
  const wasmBinary = assets[mediaPipeWasm]
  if (!model || !wasmBinary) throw new FaceSealError('model_unavailable', { detail: mediaPipeWasm })
  // The task looks for its module here, uses it once and clears both; with the bytes at hand it fetches nothing.
  const silent = () => undefined
  Object.assign(globalThis, {
    ModuleFactory,
    custom_dbg: silent,
    Module: { wasmBinary, print: silent, printErr: silent },
  })
  const canvas = new OffscreenCanvas(1, 1)
  const task = await FaceDetector.createFromOptions(
    { wasmLoaderPath: '', wasmBinaryPath: '' },
    {
      baseOptions: { modelAssetBuffer: new Uint8Array(model), delegate: 'CPU' },
      canvas,
      runningMode: 'IMAGE',
      minDetectionConfidence: minScore,
    },
  )
  const blank = new ImageData(64, 64)
  // Self-test: without WebGL 2 it is here that the task throws.
  task.detect(blank)
  return {
    name: 'mediapipe',
    // Its boxes are whole pixels, of the half where that is shown: so they may be off by one pixel of the picture more.
    detect: async (picture, care) =>
      onEnough(picture, care, ({ rgba, width, height }) =>
        task.detect(new ImageData(rgba, width, height)).detections.flatMap(({ boundingBox, categories, keypoints }) => {
          if (!boundingBox) return []
          const { originX: x, originY: y, width: across, height: down } = boundingBox
          const [first, second] = keypoints
          const roll = first && second ? Math.atan2((second.y - first.y) * height, (second.x - first.x) * width) : 0
          const box = { x, y, width: across, height: down }
          return [{ box, score: categories[0]?.score ?? 0, roll }]
        }),
      ),
    forget: async () => {
      task.detect(blank)
    },
    isLost: () => canvas.getContext('webgl2')?.isContextLost() ?? true,
  }
}

function createBlazeFace(assets: AssetBytes): Detector {
  const [file] = requireAsset(assets, 'blazeface-short-range')
  const net = new BlazeFace(file!)
  return {
    name: 'blazeface',
    detect: async (picture, care) => onEnough(picture, care, (shown) => net.detect(shown, minScore)),
    forget: async () => undefined,
  }
}
