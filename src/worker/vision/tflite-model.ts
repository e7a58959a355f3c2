import {
  add,
  concat,
  fused,
  maxPool,
  pad,
  relu,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core'
import { FlatTable } from './flat-table'

/** Numbers of TensorFlow Lite's schema.fbs: operators … */
const operators = {
  add: 0,
  concat: 2,
  conv: 3,
  depthwise: 4,
  dequantize: 6,
  maxPool: 17,
  relu: 19,
  reshape: 22,
  pad: 34,
}
/** … and types of tensors. */
const types = { float32: 0, float16: 1, int32: 2 } as const

interface Operation {
  readonly code: number
  readonly inputs: readonly number[]
  readonly output: number
  readonly strides: [number, number]
  readonly window: [number, number]
  readonly axis: number
  readonly shape: readonly number[]
}

/**
 * A TFLite file of plain float layers, BlazeFace's for one, run on tfjs: what MediaPipe runs, without its 11 MB. Padding
 * is SAME and no activation is fused in the file. Throws `RangeError` for a damaged file, `TypeError` for what is not known.
 */
export class TfliteModel {
  readonly #operations: readonly Operation[]
  readonly #constants = new Map<number, Tensor>()
  readonly #integers = new Map<number, readonly number[]>()
  readonly #input: number
  readonly #outputs: readonly number[]

  constructor(file: ArrayBuffer) {
    const model = FlatTable.root(new Uint8Array(file))
    const tablesOf = (table: FlatTable, field: number) => table.tables(field).map((start) => table.tableAt(start))
    const buffers = tablesOf(model, 4)
    const codes = tablesOf(model, 1).map((code) => code.int8(0))
    const [graph] = tablesOf(model, 2)
    if (!graph) throw new RangeError('no graph')
    const tensors = tablesOf(graph, 0)
    const all = tablesOf(graph, 3).map((operation) => operationOf(operation, codes, tensors))
    this.#input = graph.int32s(1)[0] ?? -1
    this.#outputs = graph.int32s(2)
    // float16 weights are widened once, here; the file would have it before each run.
    const widened = new Map(
      all.flatMap(({ code, inputs, output }) =>
        code === operators.dequantize ? [[output, inputs[0] ?? -1] as const] : [],
      ),
    )
    this.#operations = all.filter(({ code }) => code !== operators.dequantize)
    for (const { code, inputs } of this.#operations) {
      for (const [place, input] of inputs.entries()) {
        const from = tensors[widened.get(input) ?? input]
        const bytes = from && buffers[from.uint32(2)]?.bytes(0)
        if (!bytes || bytes.length === 0) continue
        const shape = from.int32s(0)
        if (from.int8(1) === types.int32) this.#integers.set(input, wholeNumbers(bytes))
        else this.#constants.set(input, constantOf(code, place, floats(bytes, from.int8(1)), shape))
      }
    }
  }

  /** In the order of the file's outputs. The caller disposes of input and outputs. */
  run(input: Tensor4D): Tensor[] {
    return tidy(() => {
      const values = new Map<number, Tensor>([...this.#constants, [this.#input, input]])
      for (const operation of this.#operations) values.set(operation.output, this.#evaluate(operation, values))
      return this.#outputs.map((output) => tensorAt(values, output))
    })
  }

  #evaluate({ code, inputs, strides, window, axis, shape }: Operation, values: ReadonlyMap<number, Tensor>): Tensor {
    const [first = -1, second = -1, third = -1] = inputs
    const x = tensorAt(values, first) as Tensor4D
    const filter = () => tensorAt(values, second) as Tensor4D
    const bias = () => tensorAt(values, third) as Tensor1D
    switch (code) {
      case operators.add:
        return add(x, filter())
      case operators.relu:
        return relu(x)
      case operators.conv:
        return fused.conv2d({ x, filter: filter(), strides, pad: 'same', bias: bias() })
      case operators.depthwise:
        return fused.depthwiseConv2d({ x, filter: filter(), strides, pad: 'same', bias: bias() })
      case operators.maxPool:
        return maxPool(x, window, strides, 'same')
      case operators.pad:
        return pad(x, pairsOf(this.#integers.get(second) ?? []))
      case operators.concat:
        return concat(
          inputs.map((place) => tensorAt(values, place)),
          axis,
        )
      default:
        return reshape(x, [...shape])
    }
  }
}

/** Where Conv2DOptions, DepthwiseConv2DOptions and Pool2DOptions have the stride's width; its height comes after it. */
const strideFields = new Map([
  [operators.conv, 1],
  [operators.depthwise, 1],
  [operators.maxPool, 1],
])
const windowFields = [3, 4] as const

function operationOf(table: FlatTable, codes: readonly number[], tensors: readonly FlatTable[]): Operation {
  const code = codes[table.uint32(0)] ?? -1
  if (!Object.values(operators).includes(code)) throw new TypeError(`operator ${code}`)
  const [output = -1] = table.int32s(2)
  const start = table.target(4)
  const options = start === undefined ? undefined : table.tableAt(start)
  const stride = strideFields.get(code)
  const field = (index: number) => options?.uint32(index) ?? 0
  return {
    ...{ code, output, inputs: table.int32s(1), axis: field(0) },
    strides: stride === undefined ? [1, 1] : [field(stride + 1), field(stride)],
    window: [field(windowFields[1]), field(windowFields[0])],
    shape: tensors[output]?.int32s(0) ?? [],
  }
}

/** Filters from [out, h, w, in] to tfjs's [h, w, in, out], and from [1, h, w, channels] to [h, w, channels, 1]. */
function constantOf(code: number, place: number, values: Float32Array, shape: readonly number[]): Tensor {
  return tidy(() => {
    const stored = tensor(values, [...shape])
    const isFilter = place === 1 && (code === operators.conv || code === operators.depthwise)
    return isFilter ? transpose(stored, [1, 2, 3, 0]) : stored
  })
}

function floats(bytes: Uint8Array, type: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === types.float32) {
    return Float32Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true))
  }
  if (type !== types.float16) throw new TypeError(`tensor type ${type}`)
  return Float32Array.from({ length: bytes.length / 2 }, (_, index) => fromFloat16(view.getUint16(index * 2, true)))
}

/** IEEE 754 binary16; weights are finite. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = (bits & 1023) / 1024
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15)
}

function wholeNumbers(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getInt32(index * 4, true))
}

function pairsOf(values: readonly number[]): [number, number][] {
  return Array.from({ length: values.length / 2 }, (_, index) => [values[2 * index] ?? 0, values[2 * index + 1] ?? 0])
}

function tensorAt(values: ReadonlyMap<number, Tensor>, place: number): Tensor {
  const value = values.get(place)
  if (!value) throw new RangeError(`tensor ${place}`)
  return value
}
