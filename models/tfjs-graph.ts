import { encodeFloat16 } from './float16.js'

/** Attribute values of a tfjs graph node, in the JSON form of TensorFlow's `AttrValue`. */
export type NodeAttribute =
  | { readonly type: 'DT_FLOAT' | 'DT_INT32' }
  | { readonly s: string }
  | { readonly i: string }
  | { readonly b: boolean }
  | { readonly list: { readonly i?: readonly string[]; readonly s?: readonly string[] } }
  | { readonly shape: { readonly dim: readonly { readonly size: string }[] } }

interface GraphNode {
  readonly name: string
  readonly op: string
  readonly input?: readonly string[]
  readonly attr: Readonly<Record<string, NodeAttribute>>
}

/** A tfjs graph model: the text of `model.json` and the bytes of its only weight file. */
export interface TfjsModel {
  readonly json: Uint8Array
  readonly weights: Uint8Array
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

export const attributes = {
  float: { type: 'DT_FLOAT' } as NodeAttribute,
  int32: { type: 'DT_INT32' } as NodeAttribute,
  text: (text: string): NodeAttribute => ({ s: base64(text) }),
  texts: (texts: readonly string[]): NodeAttribute => ({ list: { s: texts.map(base64) } }),
  int: (value: number): NodeAttribute => ({ i: String(value) }),
  ints: (values: readonly number[]): NodeAttribute => ({ list: { i: values.map(String) } }),
  flag: (value: boolean): NodeAttribute => ({ b: value }),
  shape: (sizes: readonly number[]) => ({ shape: { dim: sizes.map((size) => ({ size: String(size) })) } }),
}

/** Only tensors of so many values are rounded further: they are nearly all of a net's bytes. */
const manyValues = 2048

/**
 * Collects nodes and weights in the order given and writes a tfjs graph model.
 * Floats are stored as float16 (`quantization: {dtype: 'float16'}`); the tfjs decoder is exact for every float16. With
 * fewer than ten fraction bits large tensors end in zeros, which brotli and gzip leave out on the wire.
 */
export class TfjsGraphWriter {
  readonly #fractionBits: number
  readonly #nodes: GraphNode[] = []
  readonly #specs: object[] = []
  readonly #weights: Uint8Array[] = []

  constructor(fractionBits: number | undefined) {
    this.#fractionBits = fractionBits ?? 10
  }

  /** A float32 weight, kept as float16, rounded where it is large; throws `RangeError` for values that float16 cannot hold. */
  floats(name: string, values: Float32Array, shape: readonly number[]): string {
    this.#nodes.push({ name, op: 'Const', attr: { dtype: attributes.float } })
    this.#specs.push({ name, shape, dtype: 'float32', quantization: { dtype: 'float16', original_dtype: 'float32' } })
    this.#weights.push(values.length < manyValues ? encodeFloat16(values) : encodeFloat16(values, this.#fractionBits))
    return name
  }

  /** A one-dimensional int32 constant: a shape or a list of axes. */
  ints(name: string, values: readonly number[]): string {
    const bytes = new Uint8Array(values.length * 4)
    const view = new DataView(bytes.buffer)
    for (const [index, value] of values.entries()) view.setInt32(index * 4, value, true)
    this.#nodes.push({ name, op: 'Const', attr: { dtype: attributes.int32 } })
    this.#specs.push({ name, shape: [values.length], dtype: 'int32' })
    this.#weights.push(bytes)
    return name
  }

  node(name: string, op: string, input: readonly string[], attr: Readonly<Record<string, NodeAttribute>>): string {
    this.#nodes.push(input.length > 0 ? { name, op, input, attr } : { name, op, attr })
    return name
  }

  /** Sizes of -1 in a shape are free: the batch. */
  finish(
    weightFile: string,
    input: { readonly name: string; readonly shape: readonly number[] },
    output: { readonly name: string; readonly shape: readonly number[] },
  ): TfjsModel {
    const describe = ({ name, shape }: typeof input) => ({
      [name]: { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: attributes.shape(shape).shape },
    })
    const model = {
      format: 'graph-model',
      generatedBy: 'faceseal models/prepare.ts',
      convertedBy: null,
      signature: { inputs: describe(input), outputs: describe(output) },
      modelTopology: { node: this.#nodes, library: {}, versions: {} },
      weightsManifest: [{ paths: [weightFile], weights: this.#specs }],
    }
    return { json: Buffer.from(`${JSON.stringify(model)}\n`), weights: Buffer.concat(this.#weights) }
  }
}
