import { floatsOf } from './layer-weights.js'
import type { OnnxGraph, OnnxNode } from './onnx-graph.js'
import { PrepareError } from './prepare-error.js'

/** An activation that tfjs can run inside the convolution before it; `alpha` holds PRelu's slope for each channel. */
export interface Activation {
  readonly node: OnnxNode
  readonly name: 'Prelu' | 'Relu' | 'Sigmoid'
  readonly alpha?: Float32Array
}

const FUSED_NAMES: Readonly<Record<string, Activation['name']>> = { PRelu: 'Prelu', Relu: 'Relu', Sigmoid: 'Sigmoid' }

/** Knows who reads each tensor, and so which nodes may disappear into the layer before them. */
export class Fusions {
  readonly #graph: OnnxGraph
  readonly #readers = new Map<string, OnnxNode[]>()
  readonly #absorbed = new Set<OnnxNode>()

  constructor(graph: OnnxGraph) {
    this.#graph = graph
    for (const node of graph.nodes) {
      for (const name of node.inputs) this.#readers.set(name, [...(this.#readers.get(name) ?? []), node])
    }
  }

  /** True for a node that one of the calls below has handed out: it must not be converted on its own. */
  isAbsorbed(node: OnnxNode): boolean {
    return this.#absorbed.has(node)
  }

  /** The BatchNormalization that alone reads the result of `node`. */
  batchNormAfter(node: OnnxNode): OnnxNode | undefined {
    return this.#absorb(node, ['BatchNormalization'])
  }

  /** The activation that alone reads the result of `node`; throws `onnx_unsupported` for a slope not per channel. */
  activationAfter(node: OnnxNode, channels: number): Activation | undefined {
    const next = this.#absorb(node, Object.keys(FUSED_NAMES))
    if (!next) return undefined
    const name = FUSED_NAMES[next.op]!
    if (name !== 'Prelu') return { node: next, name }
    const slope = this.#graph.constants.get(next.inputs[1] ?? '')
    if (slope?.shape[0] !== channels || slope.values.length !== channels) {
      throw new PrepareError('onnx_unsupported', 'PRelu without one slope for each channel')
    }
    return { node: next, name, alpha: floatsOf(slope, 'slope of PRelu') }
  }

  #absorb(node: OnnxNode, ops: readonly string[]): OnnxNode | undefined {
    const result = node.outputs[0]!
    const [next, ...others] = this.#readers.get(result) ?? []
    // A result that someone else needs as well must stay a tensor of its own.
    if (!next || others.length > 0 || this.#graph.outputs.includes(result)) return undefined
    if (!ops.includes(next.op) || next.inputs[0] !== result) return undefined
    this.#absorbed.add(next)
    return next
  }
}
