/** Modules that vite.worker.config.ts resolves, with the few types that the worker uses of them. */

declare module '#models' {
  /** models/files.json: the files of each entry with their pinned hashes. */
  export const files: Readonly<
    Record<string, readonly { readonly file: string; readonly bytes: number; readonly sha256: string }[]>
  >
  /** models/means: `float32` is base64 of little-endian floats. */
  export const means: Readonly<Record<string, { readonly dimensions: number; readonly float32: string }>>
}

declare module '#mediapipe-loader' {
  /** Emscripten's factory; takes the module overrides, gives the running module. */
  export const ModuleFactory: (overrides: Record<string, unknown>) => Promise<unknown>
}

declare module '#face-api' {
  import type { NamedTensorMap, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'

  export class NetInput {
    constructor(inputs: readonly Tensor3D[])
  }
  export class FaceRecognitionNet {
    loadFromWeightMap(weights: NamedTensorMap): void
    /** `[n, 128]`. */
    forwardInput(input: NetInput): Tensor2D
  }
}
