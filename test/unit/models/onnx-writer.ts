/** Writes small ONNX files for tests: the counterpart of models/onnx-graph.ts, kept apart from it on purpose. */

type Part = Uint8Array | number[]

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)]

function varint(value: number): number[] {
  const out: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80)
  return [...out, Number(rest)]
}

const integer = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)]
const block = (field: number, content: Part): number[] => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...content,
]
const float = (field: number, value: number): number[] => [
  ...varint(field * 8 + 5),
  ...new Uint8Array(Float32Array.of(value).buffer),
]

export interface TestNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly ints?: Readonly<Record<string, readonly number[]>>
  readonly int?: Readonly<Record<string, number>>
  readonly float?: Readonly<Record<string, number>>
  readonly text?: Readonly<Record<string, string>>
}

export interface TestTensor {
  readonly shape: readonly number[]
  readonly floats?: readonly number[]
  readonly int64s?: readonly number[]
}

export interface TestGraph {
  readonly input: readonly number[]
  readonly nodes: readonly TestNode[]
  readonly constants?: Readonly<Record<string, TestTensor>>
}

/** One input `image`, one output `result`, opset 9. */
export function writeOnnx({ input, nodes, constants = {} }: TestGraph): Uint8Array {
  const graph = [
    ...nodes.flatMap((node) => block(1, writeNode(node))),
    ...block(2, bytesOf('test')),
    ...Object.entries(constants).flatMap(([name, tensor]) => block(5, writeTensor(name, tensor))),
    ...block(11, writeValue('image', input)),
    ...block(12, writeValue('result', [])),
  ]
  return Uint8Array.from([...integer(1, 4), ...block(8, [...block(1, []), ...integer(2, 9)]), ...block(7, graph)])
}

function writeNode({ op, inputs, output, ints = {}, int = {}, float: floats = {}, text = {} }: TestNode): number[] {
  const attribute = (name: string, type: number, value: number[]): number[] =>
    block(5, [...block(1, bytesOf(name)), ...value, ...integer(20, type)])
  return [
    ...inputs.flatMap((name) => block(1, bytesOf(name))),
    ...block(2, bytesOf(output)),
    ...block(4, bytesOf(op)),
    ...Object.entries(ints).flatMap(([name, values]) =>
      attribute(
        name,
        7,
        values.flatMap((value) => integer(8, value)),
      ),
    ),
    ...Object.entries(int).flatMap(([name, value]) => attribute(name, 2, integer(3, value))),
    ...Object.entries(floats).flatMap(([name, value]) => attribute(name, 1, float(2, value))),
    ...Object.entries(text).flatMap(([name, value]) => attribute(name, 3, block(4, bytesOf(value)))),
  ]
}

function writeTensor(name: string, { shape, floats, int64s = [] }: TestTensor): number[] {
  const content = floats
    ? [...integer(2, 1), ...block(9, new Uint8Array(Float32Array.from(floats).buffer))]
    : [...integer(2, 7), ...block(9, new Uint8Array(BigInt64Array.from(int64s.map(BigInt)).buffer))]
  return [...shape.flatMap((size) => integer(1, size)), ...content, ...block(8, bytesOf(name))]
}

function writeValue(name: string, shape: readonly number[]): number[] {
  const dims = shape.flatMap((size) => block(1, integer(1, size)))
  const tensor = [...integer(1, 1), ...(shape.length > 0 ? block(2, dims) : [])]
  return [...block(1, bytesOf(name)), ...block(2, block(1, tensor))]
}
