import {
  filterToHwio,
  floatsOf,
  foldBatchNorm,
  type Layer,
  paddingName,
  windowOf,
  windowOutput,
} from './layer-weights.js'
import { Fusions } from './onnx-fusion.js'
import { type OnnxGraph, type OnnxNode, readOnnx } from './onnx-graph.js'
import { foldShapeNode, integersOf } from './onnx-shapes.js'
import { PrepareError } from './prepare-error.js'
import { attributes, type NodeAttribute, TfjsGraphWriter, type TfjsModel } from './tfjs-graph.js'

/** A tensor already in the tfjs graph: its node, and its ONNX shape with a batch of 1 (`[1,C,H,W]` or `[1,C]`). */
interface Value {
  readonly node: string
  readonly shape: readonly number[]
}

const unsupported = (message: string): PrepareError => new PrepareError('onnx_unsupported', message)

/**
 * Converts a feed-forward ONNX image net (NCHW, batch 1) to a tfjs graph model (NHWC, any batch) with float16 weights.
 * Input `input` `[-1,H,W,C]`, output `output` `[-1,N]`. PRelu, Relu and Sigmoid are fused into the convolution before
 * them, BatchNormalization is folded into weights; `fractionBits`, 10 unless told, is how many large tensors keep. Throws `onnx_invalid`, or `onnx_unsupported` for any operator,
 * layout or padding that would not come out exactly equal.
 */
export function convertOnnx(onnx: Uint8Array, weightFile: string, fractionBits?: number): TfjsModel {
  const graph = readOnnx(onnx)
  try {
    return new Conversion(graph, fractionBits).run(weightFile)
  } catch (cause) {
    if (cause instanceof RangeError) throw new PrepareError('onnx_unsupported', cause.message, { cause })
    throw cause
  }
}

class Conversion {
  readonly #graph: OnnxGraph
  readonly #writer: TfjsGraphWriter
  readonly #values = new Map<string, Value>()
  readonly #integers = new Map<string, readonly number[]>()
  readonly #fusions: Fusions

  constructor(graph: OnnxGraph, fractionBits: number | undefined) {
    this.#graph = graph
    this.#writer = new TfjsGraphWriter(fractionBits)
    this.#fusions = new Fusions(graph)
    for (const [name, tensor] of graph.constants) {
      const integers = integersOf(tensor)
      if (integers) this.#integers.set(name, integers)
    }
  }

  run(weightFile: string): TfjsModel {
    const [input, ...others] = this.#graph.inputs
    const [, channels, height, width] = input?.shape ?? []
    const isImage = Math.min(channels ?? 0, height ?? 0, width ?? 0) > 0
    if (!input || !channels || !height || !width || !isImage || others.length > 0 || this.#graph.outputs.length !== 1) {
      throw unsupported('Only nets with one image in ([1,C,H,W]) and one output are converted')
    }
    const inputShape = [-1, height, width, channels]
    this.#writer.node('input', 'Placeholder', [], { dtype: attributes.float, shape: attributes.shape(inputShape) })
    this.#values.set(input.name, { node: 'input', shape: [1, channels, height, width] })

    for (const node of this.#graph.nodes) if (!this.#fusions.isAbsorbed(node)) this.#convert(node)

    const output = this.#value(this.#graph.outputs[0])
    if (output.shape.length !== 2) throw unsupported(`The output has shape [${output.shape}], not [1,N]`)
    return this.#writer.finish(
      weightFile,
      { name: 'input', shape: inputShape },
      { name: output.node, shape: [-1, output.shape[1]!] },
    )
  }

  #convert(node: OnnxNode): void {
    const folded = foldShapeNode(
      node,
      (name) => this.#values.get(name)?.shape,
      (name) => this.#integers.get(name),
    )
    if (folded) {
      // A shape has a handful of sizes; more is a damaged file, and concatenation could go on doubling it.
      if (folded.length > 8) throw unsupported(`${node.op} of ${folded.length} sizes`)
      this.#integers.set(node.outputs[0]!, folded)
      return
    }
    switch (node.op) {
      case 'Conv':
        this.#convolution(node)
        break
      case 'MatMul':
        this.#dense(node)
        break
      case 'Add':
        this.#pairwise(node, 'AddV2')
        break
      case 'Mul':
        this.#pairwise(node, 'Mul')
        break
      case 'GlobalAveragePool':
        this.#globalAverage(node)
        break
      case 'Reshape':
        this.#flatten(node)
        break
      default:
        throw unsupported(`Operator ${node.op}`)
    }
  }

  #convolution(node: OnnxNode): void {
    const input = this.#value(node.inputs[0])
    const [, channels, height, width] = this.#map(input)
    const filter = this.#graph.constants.get(node.inputs[1] ?? '')
    const [out, perGroup, kernelHeight, kernelWidth] = filter?.shape ?? []
    if (!filter || !out || !perGroup || !kernelHeight || !kernelWidth) throw unsupported('Conv without a 4-d filter')
    const groups = node.attributes.get('group')?.int ?? 1
    const depthwise = groups === channels && out === channels && perGroup === 1
    if (!depthwise && (groups !== 1 || perGroup !== channels)) throw unsupported(`Conv with ${groups} groups`)

    const perChannel = perGroup * kernelHeight * kernelWidth
    const bias = node.inputs[2]
    const { layer, last: linear } = this.#withBatchNorm(node, (index) => Math.floor(index / perChannel), {
      weights: floatsOf(filter, 'filter of Conv'),
      bias: bias ? floatsOf(this.#graph.constants.get(bias), bias) : new Float32Array(out),
    })
    const activation = this.#fusions.activationAfter(linear, out)
    const last = activation?.node ?? linear

    const window = windowOf(node, [kernelHeight, kernelWidth])
    const [top, left, bottom, right] = window.pads
    const padding = paddingName(window, height, width)
    const name = this.#nameOf(last)
    // A depthwise filter is [out,1,h,w] there and [h,w,out,1] here, so the same move with the axes relabelled.
    const weights = filterToHwio(layer.weights, [out, perGroup, kernelHeight, kernelWidth])
    const shape = depthwise ? [kernelHeight, kernelWidth, out, 1] : [kernelHeight, kernelWidth, perGroup, out]
    const inputs = [
      input.node,
      this.#writer.floats(`${name}/filter`, weights, shape),
      this.#writer.floats(`${name}/bias`, layer.bias, [out]),
      ...(activation?.alpha ? [this.#writer.floats(`${name}/alpha`, activation.alpha, [out])] : []),
    ]
    this.#emit(
      last,
      depthwise ? 'FusedDepthwiseConv2dNative' : '_FusedConv2D',
      inputs,
      {
        strides: attributes.ints([1, ...window.stride, 1]),
        padding: attributes.text(padding),
        ...(padding === 'EXPLICIT' && {
          explicit_paddings: attributes.ints([0, 0, top, bottom, left, right, 0, 0]),
        }),
        data_format: attributes.text('NHWC'),
        fused_ops: attributes.texts(['BiasAdd', ...(activation ? [activation.name] : [])]),
        num_args: attributes.int(inputs.length - 2),
      },
      [1, out, windowOutput(window, 0, height), windowOutput(window, 1, width)],
    )
  }

  #dense(node: OnnxNode): void {
    const input = this.#value(node.inputs[0])
    const matrix = this.#graph.constants.get(node.inputs[1] ?? '')
    const [into, out] = matrix?.shape ?? []
    if (!matrix || !into || !out || input.shape.length !== 2 || input.shape[1] !== into) {
      throw unsupported(`MatMul of [${input.shape}] and [${matrix?.shape}]`)
    }
    const plain = { weights: floatsOf(matrix, 'matrix of MatMul'), bias: new Float32Array(out) }
    const { layer, last } = this.#withBatchNorm(node, (index) => index % out, plain)
    const name = this.#nameOf(last)
    const inputs = [
      input.node,
      this.#writer.floats(`${name}/matrix`, layer.weights, [into, out]),
      this.#writer.floats(`${name}/bias`, layer.bias, [out]),
    ]
    const attr = { fused_ops: attributes.texts(['BiasAdd']), num_args: attributes.int(1) }
    this.#emit(last, '_FusedMatMul', inputs, attr, [1, out])
  }

  #pairwise(node: OnnxNode, op: 'AddV2' | 'Mul'): void {
    const [first, second] = [this.#value(node.inputs[0]), this.#value(node.inputs[1])]
    const [a, b] = [this.#map(first), this.#map(second)]
    // Equal maps, or one value for each channel: both mean the same in NHWC. Other broadcasts are not met.
    const perChannel = a[1] === b[1] && ((a[2] === 1 && a[3] === 1) || (b[2] === 1 && b[3] === 1))
    if (!perChannel && a.join() !== b.join()) throw unsupported(`${node.op} of [${a}] and [${b}]`)
    this.#emit(node, op, [first.node, second.node], {}, [1, a[1], Math.max(a[2], b[2]), Math.max(a[3], b[3])])
  }

  #globalAverage(node: OnnxNode): void {
    const input = this.#value(node.inputs[0])
    const axes = this.#writer.ints(`${this.#nameOf(node)}/axes`, [1, 2])
    this.#emit(node, 'Mean', [input.node, axes], { keep_dims: attributes.flag(true) }, [1, this.#map(input)[1], 1, 1])
  }

  #flatten(node: OnnxNode): void {
    const input = this.#value(node.inputs[0])
    const [, channels, height, width] = this.#map(input)
    const [batch, size, ...more] = this.#integers.get(node.inputs[1] ?? '') ?? []
    const flattens = (batch === 1 || batch === -1) && (size === channels || (size === -1 && batch === 1))
    // A larger map flattens in another order in NHWC than in NCHW; no net of the manifest needs that.
    if (height !== 1 || width !== 1 || !flattens || more.length > 0) throw unsupported(`Reshape of [${input.shape}]`)
    const shape = this.#writer.ints(`${this.#nameOf(node)}/shape`, [-1, channels])
    this.#emit(node, 'Reshape', [input.node, shape], {}, [1, channels])
  }

  #withBatchNorm(node: OnnxNode, channelOf: (index: number) => number, layer: Layer): { layer: Layer; last: OnnxNode } {
    const next = this.#fusions.batchNormAfter(node)
    if (!next) return { layer, last: node }
    return { layer: foldBatchNorm(layer, channelOf, next, this.#graph.constants), last: next }
  }

  #value(name: string | undefined): Value {
    const value = this.#values.get(name ?? '')
    if (!value) throw unsupported(`Tensor "${name}" is not computed from the image`)
    return value
  }

  #map({ shape }: Value): readonly [number, number, number, number] {
    if (shape.length !== 4) throw unsupported(`A map was expected, not [${shape}]`)
    return [shape[0]!, shape[1]!, shape[2]!, shape[3]!]
  }

  /** Exporters number their tensors; a letter before keeps the names from being taken for array indices. */
  #nameOf(node: OnnxNode): string {
    const output = node.outputs[0]!
    return this.#graph.outputs.includes(output) ? 'output' : `t${output}`
  }

  #emit(
    node: OnnxNode,
    op: string,
    inputs: readonly string[],
    attr: Readonly<Record<string, NodeAttribute>>,
    shape: readonly number[],
  ): void {
    this.#writer.node(this.#nameOf(node), op, inputs, attr)
    this.#values.set(node.outputs[0]!, { node: this.#nameOf(node), shape })
  }
}
