import {
  add,
  dispose,
  fused,
  io,
  mean,
  mul,
  type NamedTensorMap,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core'

/**
 * Runs the graph models that models/prepare.ts writes: a tfjs `model.json` with nodes in order of evaluation. Only the
 * eight operators of those nets are known; `@tensorflow/tfjs-converter` would bring every operator of TensorFlow along.
 */
interface GraphNode {
  readonly name: string
  readonly op: string
  readonly input?: readonly string[]
  readonly attr: Readonly<Record<string, NodeAttribute>>
}

interface NodeAttribute {
  readonly s?: string
  readonly b?: boolean
  readonly list?: { readonly i?: readonly string[]; readonly s?: readonly string[] }
}

interface GraphJson {
  readonly modelTopology: { readonly node: readonly GraphNode[] }
  readonly weightsManifest: readonly [{ readonly weights: io.WeightsManifestEntry[] }]
}

type Padding = 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]]
const activations = { Relu: 'relu', Prelu: 'prelu', Sigmoid: 'sigmoid' } as const

/** A loaded net: one input named `input`, one output named `output`. */
export class GraphModel {
  readonly #nodes: readonly GraphNode[]
  readonly #weights: NamedTensorMap
  /** Shapes and axes are read once, for their values are needed on the JavaScript side. */
  readonly #integers = new Map<string, number[]>()

  /** Throws `TypeError` for an operator that is not known. Weights are float16 in the file, float32 in memory. */
  constructor(json: string, weights: ArrayBuffer) {
    const graph = JSON.parse(json) as GraphJson
    this.#nodes = graph.modelTopology.node
    this.#weights = io.decodeWeights(weights, graph.weightsManifest[0].weights)
    for (const [name, tensor] of Object.entries(this.#weights)) {
      if (tensor.dtype === 'int32') this.#integers.set(name, Array.from(tensor.dataSync()))
    }
    const unknown = this.#nodes.find((node) => !knownOperators.includes(node.op))
    if (unknown) throw new TypeError(`operator ${unknown.op}`)
  }

  /** `input` is `[n, height, width, 3]`; the result is `[n, outputs]`. The caller disposes of both. */
  run(input: Tensor4D): Tensor2D {
    return tidy(() => {
      const values = new Map<string, Tensor>(Object.entries(this.#weights))
      values.set('input', input)
      for (const node of this.#nodes) {
        if (node.op !== 'Const' && node.op !== 'Placeholder') values.set(node.name, this.#evaluate(node, values))
      }
      return tensorOf(values, 'output') as Tensor2D
    })
  }

  dispose(): void {
    dispose(this.#weights)
  }

  #evaluate(node: GraphNode, values: ReadonlyMap<string, Tensor>): Tensor {
    const [first = '', second = ''] = node.input ?? []
    const x = tensorOf(values, first)
    switch (node.op) {
      case 'AddV2':
        return add(x, tensorOf(values, second))
      case 'Mul':
        return mul(x, tensorOf(values, second))
      case 'Mean':
        return mean(x, this.#integersOf(second), node.attr.keep_dims?.b ?? false)
      case 'Reshape':
        return reshape(x, this.#integersOf(second))
      case '_FusedMatMul':
        return fused.matMul({
          a: x as Tensor2D,
          b: tensorOf(values, second) as Tensor2D,
          transposeA: false,
          transposeB: false,
          ...this.#fusedParts(node, values),
        })
      default:
        return this.#convolve(node, x as Tensor4D, values)
    }
  }

  #convolve(node: GraphNode, x: Tensor4D, values: ReadonlyMap<string, Tensor>): Tensor4D {
    const [, vertical, horizontal] = numbers(node.attr.strides)
    const filter = tensorOf(values, node.input?.[1] ?? '') as Tensor4D
    const strides: [number, number] = [vertical!, horizontal!]
    const pad = paddingOf(node)
    const rest = this.#fusedParts(node, values)
    if (node.op === '_FusedConv2D') return fused.conv2d({ x, filter, strides, pad, ...rest })
    // Takes explicit padding too, which its type leaves out.
    return fused.depthwiseConv2d({ x, filter, strides, pad: pad as 'same', ...rest })
  }

  #fusedParts(node: GraphNode, values: ReadonlyMap<string, Tensor>) {
    const names = (node.attr.fused_ops?.list?.s ?? []).map((encoded) => atob(encoded))
    const activation = activations[names.find((name) => name !== 'BiasAdd') as keyof typeof activations]
    const slope = activation === 'prelu' ? tensorOf(values, node.input?.[3] ?? '') : undefined
    return {
      bias: tensorOf(values, node.input?.[2] ?? '') as Tensor1D,
      activation: activation ?? ('linear' as const),
      ...(slope && { preluActivationWeights: slope }),
    }
  }

  #integersOf(name: string): number[] {
    const found = this.#integers.get(name)
    if (!found) throw new TypeError(`constant ${name}`)
    return found
  }
}

const knownOperators: readonly string[] = [
  'AddV2',
  'Const',
  'FusedDepthwiseConv2dNative',
  'Mean',
  'Mul',
  'Placeholder',
  'Reshape',
  '_FusedConv2D',
  '_FusedMatMul',
]

function tensorOf(values: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = values.get(name)
  if (!value) throw new TypeError(`tensor ${name}`)
  return value
}

function numbers(attribute: NodeAttribute | undefined): number[] {
  return (attribute?.list?.i ?? []).map(Number)
}

function paddingOf(node: GraphNode): Padding {
  const name = atob(node.attr.padding?.s ?? '').toLowerCase()
  if (name === 'same' || name === 'valid') return name
  const pads = numbers(node.attr.explicit_paddings)
  const pair = (at: number): [number, number] => [pads[at] ?? 0, pads[at + 1] ?? 0]
  return [pair(0), pair(2), pair(4), pair(6)]
}
