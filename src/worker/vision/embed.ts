import { type Tensor, tensor3d, tensor4d, tidy } from '@tensorflow/tfjs-core'
import { FaceRecognitionNet, NetInput } from '#face-api'
import { means } from '#models'
import type { EmbedderName } from '../../wire/ceremony-options'
import { FaceSealError } from '../../wire/errors'
import type { AssetBytes } from '../../wire/worker-protocol'
import { requireAsset, requireNet, sha256Hex } from '../assets'
import { arcFaceChip, type ChipTemplate, chipToPicture, dlibChip, type FivePoints } from './align'
import { GraphModel } from './graph-model'
import type { Picture } from './picture'
import { mirrorChip, sampleChip, swapRedAndBlue } from './sample'
import { meanDirection, normalised } from './vectors'
import { weightMap } from './weight-map'

/** A face to a vector, and the public mean that srht-sign/v1 takes away from it. */
export interface Embedder {
  readonly name: EmbedderName
  /** `mobilefacenet.1a2b3c4d`: name, and the first 8 hex digits of SHA-256(weight files ‖ mean as float32, LE). */
  readonly modelId: string
  readonly mean: Float32Array
  embed(picture: Picture, points: FivePoints): EmbeddedFace
}

export interface EmbeddedFace {
  /** Unit length, `mean.length` values; the average of the face and its mirror image. The caller wipes it. */
  readonly embedding: Float32Array
  /**
   * Length of MobileFaceNet's vector before it is made one: short where little of a face is left to see
   * (docs/quality.md). `undefined` without that net.
   */
  readonly strength: number | undefined
}

/** One net with its chip: `run` takes `[2, size, size, 3]` in `chips` (RGB 0..255) and gives two vectors. */
interface Net {
  readonly chip: ChipTemplate
  readonly mean: Float32Array
  readonly weights: readonly ArrayBuffer[]
  run(chips: Float32Array): Tensor
}

/** Throws `model_unavailable` where the nets' files are missing. */
export async function createEmbedder(assets: AssetBytes, name: EmbedderName): Promise<Embedder> {
  const net = name === 'mobilefacenet' ? createMobileFaceNet(assets) : createDlibNet(assets)
  const hash = await sha256Hex(await new Blob([...net.weights, net.mean.slice()]).arrayBuffer())
  return {
    name,
    modelId: `${name}.${hash.slice(0, 8)}`,
    mean: net.mean,
    embed: (picture, points) => {
      const { vector, length } = embedWith(net, picture, points)
      return { embedding: vector, strength: name === 'mobilefacenet' ? length : undefined }
    },
  }
}

/** A vector of length one, and how long the net's own was. */
function embedWith(
  net: Net,
  picture: Picture,
  points: FivePoints,
): { readonly vector: Float32Array; readonly length: number } {
  const { size } = net.chip
  const face = size * size * 3
  const chips = new Float32Array(2 * face)
  try {
    sampleChip(picture, chipToPicture(points, net.chip), size, chips)
    mirrorChip(chips, size, 0, face)
    const values = tidy(() => net.run(chips).dataSync()) as Float32Array
    const half = values.length / 2
    const length = Math.hypot(...values.subarray(0, half))
    const straight = normalised(values.subarray(0, half))
    const mirrored = normalised(values.subarray(half))
    const vector = meanDirection([straight, mirrored])
    for (const used of [values, straight, mirrored]) used.fill(0)
    return { vector, length }
  } finally {
    chips.fill(0)
  }
}

function createMobileFaceNet(assets: AssetBytes): Net {
  const { json, weights } = requireNet(assets, 'mobilefacenet-512')
  const model = new GraphModel(json, weights)
  const { size } = arcFaceChip
  return {
    chip: arcFaceChip,
    mean: meanOf('mobilefacenet-512'),
    weights: requireAsset(assets, 'mobilefacenet-512'),
    run: (chips) => {
      // Trained on OpenCV's channel order: shown RGB, it loses a point of TAR at FAR 1e-3 and five at 1e-5 (docs/accuracy.md).
      swapRedAndBlue(chips)
      for (let index = 0; index < chips.length; index++) chips[index] = chips[index]! / 127.5 - 1
      return model.run(tensor4d(chips, [2, size, size, 3]))
    },
  }
}

function createDlibNet(assets: AssetBytes): Net {
  const { json, weights } = requireNet(assets, 'dlib-resnet-128')
  const net = new FaceRecognitionNet()
  net.loadFromWeightMap(weightMap(json, weights))
  const { size } = dlibChip
  const face = size * size * 3
  return {
    chip: dlibChip,
    mean: meanOf('dlib-resnet-128'),
    weights: requireAsset(assets, 'dlib-resnet-128'),
    run: (chips) => {
      const image = (at: number) => tensor3d(chips.slice(at, at + face), [size, size, 3])
      return net.forwardInput(new NetInput([image(0), image(face)]))
    },
  }
}

function meanOf(net: string): Float32Array<ArrayBuffer> {
  const base64 = means[net]?.float32
  if (base64 === undefined) throw new FaceSealError('model_unavailable', { detail: `mean of ${net}` })
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  return new Float32Array(bytes.buffer)
}
