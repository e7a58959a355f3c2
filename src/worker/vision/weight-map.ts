import { io, type NamedTensorMap } from '@tensorflow/tfjs-core'

/** Tensors by name out of a face-api.js `…-weights_manifest.json` and its `.bin`. */
export function weightMap(manifest: string, weights: ArrayBuffer): NamedTensorMap {
  const [group] = JSON.parse(manifest) as readonly [{ readonly weights: io.WeightsManifestEntry[] }]
  return io.decodeWeights(weights, group.weights)
}
