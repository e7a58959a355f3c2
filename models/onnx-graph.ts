import { PrepareError } from './prepare-error.js'
import { float32, packedInt64, protobufFields, signed } from './protobuf-reader.js'

/** A constant of the graph, in ONNX order (NCHW for maps, OIHW for filters). int64 values become numbers. */
export interface OnnxTensor {
  readonly shape: readonly number[]
  readonly type: 'float32' | 'int64'
  readonly values: Float32Array | readonly number[]
}

/** One attribute; only the kinds that image nets use. */
export interface OnnxAttribute {
  readonly float: number
  readonly int: number
  readonly ints: readonly number[]
  readonly text: string
  readonly tensor: OnnxTensor | undefined
}

export interface OnnxNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, OnnxAttribute>
}

export interface OnnxGraph {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly outputs: readonly string[]
  readonly nodes: readonly OnnxNode[]
  readonly constants: ReadonlyMap<string, OnnxTensor>
}

const utf8 = new TextDecoder()

/**
 * Reads an ONNX ModelProto: `graph` = 7, then `node` = 1, `initializer` = 5, `input` = 11, `output` = 12
 * (onnx/onnx.proto, IR version 3 and up). Throws `onnx_invalid` for anything that is not one.
 */
export function readOnnx(bytes: Uint8Array): OnnxGraph {
  try {
    const graph = [...protobufFields(bytes)].find((field) => field.number === 7)
    if (!graph) throw new RangeError('no graph in the file')
    return readGraph(graph.bytes)
  } catch (cause) {
    throw new PrepareError('onnx_invalid', `Not a readable ONNX model: ${(cause as Error).message}`, { cause })
  }
}

function readGraph(bytes: Uint8Array): OnnxGraph {
  const nodes: OnnxNode[] = []
  const constants = new Map<string, OnnxTensor>()
  const inputs: { name: string; shape: number[] }[] = []
  const outputs: string[] = []
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) nodes.push(readNode(field.bytes))
    if (field.number === 5) {
      const { name, tensor } = readTensor(field.bytes)
      constants.set(name, tensor)
    }
    if (field.number === 11) inputs.push(readValue(field.bytes))
    if (field.number === 12) outputs.push(readValue(field.bytes).name)
  }
  if (nodes.length === 0 || outputs.length === 0) throw new RangeError('no nodes or no outputs in the graph')
  // Old exporters list the initializers among the inputs as well.
  return { inputs: inputs.filter(({ name }) => !constants.has(name)), outputs, nodes, constants }
}

function readNode(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes = new Map<string, OnnxAttribute>()
  let op = ''
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) inputs.push(utf8.decode(field.bytes))
    if (field.number === 2) outputs.push(utf8.decode(field.bytes))
    if (field.number === 4) op = utf8.decode(field.bytes)
    if (field.number === 5) {
      const { name, attribute } = readAttribute(field.bytes)
      attributes.set(name, attribute)
    }
  }
  return { op, inputs, outputs, attributes }
}

function readAttribute(bytes: Uint8Array): { name: string; attribute: OnnxAttribute } {
  let name = ''
  let text = ''
  let float = 0
  let int = 0
  let tensor: OnnxTensor | undefined
  const ints: number[] = []
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) name = utf8.decode(field.bytes)
    if (field.number === 2) float = float32(field)
    if (field.number === 3) int = signed(field.varint)
    if (field.number === 4) text = utf8.decode(field.bytes)
    if (field.number === 5) tensor = readTensor(field.bytes).tensor
    if (field.number === 8) ints.push(...packedInt64(field))
  }
  return { name, attribute: { float, int, ints, text, tensor } }
}

function readTensor(bytes: Uint8Array): { name: string; tensor: OnnxTensor } {
  let name = ''
  let type = 0
  let raw = new Uint8Array(0)
  const shape: number[] = []
  const int64s: number[] = []
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) shape.push(...packedInt64(field))
    if (field.number === 2) type = signed(field.varint)
    // float_data (4) may be packed; a packed run of floats is laid out exactly like raw_data (9).
    if (field.number === 4) raw = concatenate(raw, field.bytes)
    if (field.number === 7) int64s.push(...packedInt64(field))
    if (field.number === 8) name = utf8.decode(field.bytes)
    if (field.number === 9) raw = new Uint8Array(field.bytes)
  }
  if (shape.some((size) => size < 0)) throw new RangeError(`tensor "${name}" has shape [${shape}]`)
  const count = shape.reduce((product, size) => product * size, 1)
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  if (type === 1) {
    const values = Float32Array.from({ length: raw.length >> 2 }, (_, index) => view.getFloat32(index * 4, true))
    return { name, tensor: { shape, type: 'float32', values: sized(name, values, count) } }
  }
  if (type === 7) {
    const stored = Array.from({ length: raw.length >> 3 }, (_, i) => Number(view.getBigInt64(i * 8, true)))
    return { name, tensor: { shape, type: 'int64', values: sized(name, raw.length > 0 ? stored : int64s, count) } }
  }
  throw new RangeError(`tensor "${name}" has data type ${type}; only float (1) and int64 (7) are read`)
}

function sized<T extends { readonly length: number }>(name: string, values: T, count: number): T {
  if (values.length !== count) throw new RangeError(`tensor "${name}" has ${values.length} values, its shape ${count}`)
  return values
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** ValueInfoProto: name = 1, type = 2 → tensor_type = 1 → shape = 2 → dim = 1 → dim_value = 1 (0 when symbolic). */
function readValue(bytes: Uint8Array): { name: string; shape: number[] } {
  let name = ''
  const shape: number[] = []
  for (const value of protobufFields(bytes)) {
    if (value.number === 1) name = utf8.decode(value.bytes)
    if (value.number !== 2) continue
    const dims = [value.bytes]
      .flatMap((type) => nested(type, 1))
      .flatMap((tensorType) => nested(tensorType, 2))
      .flatMap((tensorShape) => nested(tensorShape, 1))
    for (const dim of dims) {
      shape.push(signed([...protobufFields(dim)].find((field) => field.number === 1)?.varint ?? 0n))
    }
  }
  return { name, shape }
}

function nested(bytes: Uint8Array, number: number): Uint8Array[] {
  return [...protobufFields(bytes)].filter((field) => field.number === number).map((field) => field.bytes)
}
