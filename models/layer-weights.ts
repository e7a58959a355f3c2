import type { OnnxNode, OnnxTensor } from './onnx-graph.js'
import { PrepareError } from './prepare-error.js'

/** Weights and bias of one convolution or dense layer; output channel `c` owns the weights where `channelOf(i) === c`. */
export interface Layer {
  readonly weights: Float32Array
  readonly bias: Float32Array
}

/** The float32 values of a constant; throws `onnx_unsupported` where the graph computes it, or has integers there. */
export function floatsOf(tensor: OnnxTensor | undefined, what: string): Float32Array {
  if (!(tensor?.values instanceof Float32Array)) {
    throw new PrepareError('onnx_unsupported', `${what} is not a float constant`)
  }
  return tensor.values
}

/**
 * Folds an inference-time BatchNormalization into the layer before it:
 * y = (Wx + b - mean)·g + beta with g = gamma / sqrt(variance + epsilon). Sums are in float64, rounded once.
 */
export function foldBatchNorm(
  layer: Layer,
  channelOf: (weightIndex: number) => number,
  node: OnnxNode,
  constants: ReadonlyMap<string, OnnxTensor>,
): Layer {
  const [gamma, beta, mean, variance] = node.inputs.slice(1).map((name) => floatsOf(constants.get(name), name))
  if (!gamma || !beta || !mean || !variance || gamma.length !== layer.bias.length) {
    throw new PrepareError('onnx_unsupported', 'BatchNormalization does not fit the layer before it')
  }
  const epsilon = node.attributes.get('epsilon')?.float ?? 1e-5
  const gain = Float64Array.from(gamma, (value, channel) => value / Math.sqrt(variance[channel]! + epsilon))
  return {
    weights: layer.weights.map((weight, index) => weight * gain[channelOf(index)]!),
    bias: layer.bias.map((bias, channel) => (bias - mean[channel]!) * gain[channel]! + beta[channel]!),
  }
}

/** ONNX `[out, in, height, width]` to TensorFlow `[height, width, in, out]`. */
export function filterToHwio(
  values: Float32Array,
  [out, into, height, width]: readonly [number, number, number, number],
) {
  const moved = new Float32Array(values.length)
  const area = height * width
  for (let o = 0; o < out; o++)
    for (let i = 0; i < into; i++)
      for (let p = 0; p < area; p++) moved[(p * into + i) * out + o] = values[(o * into + i) * area + p]!
  return moved
}

/** How far a convolution reaches, and the padding the ONNX file asks for: top, left, bottom, right. */
export interface Window {
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly pads: readonly [number, number, number, number]
}

/** The window of a Conv node; throws `onnx_unsupported` for dilation and for `auto_pad`. */
export function windowOf(node: OnnxNode, kernel: readonly [number, number]): Window {
  const ints = (name: string, fallback: readonly number[]): readonly number[] =>
    node.attributes.get(name)?.ints ?? fallback
  const autoPad = node.attributes.get('auto_pad')?.text ?? 'NOTSET'
  if (autoPad !== 'NOTSET' || ints('dilations', [1, 1]).some((step) => step !== 1)) {
    throw new PrepareError('onnx_unsupported', `Conv with dilation or auto_pad ${autoPad}`)
  }
  const stride = ints('strides', [1, 1])
  const pads = ints('pads', [0, 0, 0, 0])
  if (stride.length !== 2 || pads.length !== 4 || stride.some((step) => step < 1) || pads.some((pad) => pad < 0)) {
    throw new PrepareError('onnx_invalid', `Conv with strides [${stride}] and pads [${pads}]`)
  }
  return { kernel, stride: [stride[0]!, stride[1]!], pads: [pads[0]!, pads[1]!, pads[2]!, pads[3]!] }
}

/** Output height or width (axis 0 or 1) of a window over `size` pixels; throws `onnx_invalid` where it does not fit. */
export function windowOutput({ kernel, stride, pads }: Window, axis: 0 | 1, size: number): number {
  const reach = size + pads[axis] + pads[axis + 2]! - kernel[axis]
  if (reach < 0) throw new PrepareError('onnx_invalid', `Conv with a kernel of ${kernel[axis]} on ${size} pixels`)
  return Math.floor(reach / stride[axis]) + 1
}

/**
 * TensorFlow's name for the padding: SAME only where it puts the same pixels on the same sides. With stride 2 and an
 * even map it does not (it pads the far side only, ONNX exporters both), and the amounts are spelled out instead.
 */
export function paddingName(window: Window, height: number, width: number): 'VALID' | 'SAME' | 'EXPLICIT' {
  if (window.pads.every((pad) => pad === 0)) return 'VALID'
  const isSame = ([height, width] as const).every((size, at) => {
    const axis = at as 0 | 1
    const reach = (Math.ceil(size / window.stride[axis]) - 1) * window.stride[axis] + window.kernel[axis]
    const total = Math.max(reach - size, 0)
    return window.pads[axis] === Math.floor(total / 2) && window.pads[axis + 2] === Math.ceil(total / 2)
  })
  return isSame ? 'SAME' : 'EXPLICIT'
}
