import { join } from 'node:path'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter'
import { ready, setBackend, type Tensor, tensor4d, tidy } from '@tensorflow/tfjs-core'
import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web'
import type { TfjsModel } from '../../../models/tfjs-graph.js'

const root = join(import.meta.dirname, '../../..')

/** Two engines that share nothing: onnxruntime runs the ONNX file, tfjs (WASM backend) what prepare made of it. */
export async function startEngines(): Promise<void> {
  env.wasm.numThreads = 1
  env.logLevel = 'error'
  setWasmPaths(join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist/'))
  await setBackend('wasm')
  await ready()
}

/** Loads a converted model the way the worker does: from memory. */
export function loadConverted({ json, weights }: TfjsModel): Promise<GraphModel> {
  const { modelTopology, signature, weightsManifest } = JSON.parse(new TextDecoder().decode(json))
  const weightData = new Uint8Array(weights).buffer
  return loadGraphModel({
    load: async () => ({ modelTopology, signature, weightSpecs: weightsManifest[0].weights, weightData }),
  })
}

/** Runs `pixels` (NHWC, any batch) through a converted model. */
export function runConverted(model: GraphModel, pixels: Float32Array, side: number, channels = 3): Float32Array {
  return tidy(() => {
    const image = tensor4d(pixels, [pixels.length / (side * side * channels), side, side, channels])
    return (model.execute(image) as Tensor).dataSync() as Float32Array
  })
}

export class OnnxReference {
  readonly #session: InferenceSession

  private constructor(session: InferenceSession) {
    this.#session = session
  }

  static async load(onnx: Uint8Array): Promise<OnnxReference> {
    return new OnnxReference(await InferenceSession.create(new Uint8Array(onnx)))
  }

  /** Runs one image, given in NHWC like everywhere else in these tests. */
  async run(pixels: Float32Array, side: number, channels = 3): Promise<Float32Array> {
    const planes = Float32Array.from(pixels, (_, index) => {
      const area = side * side
      return pixels[(index % area) * channels + Math.floor(index / area)]!
    })
    const input = new OrtTensor('float32', planes, [1, channels, side, side])
    const results = await this.#session.run({ [this.#session.inputNames[0]!]: input })
    return results[this.#session.outputNames[0]!]!.data as Float32Array
  }
}

export function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, index) => sum + value * y[index]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - b[index]!)))
}
