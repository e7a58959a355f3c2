// How far the embedding is from what the machine can do at all: the net's multiply-adds over the peak of a small kernel.

/** Multiply-adds of one turn of the kernel's loop: 4 steps, 4 rows by 2 vectors of 4 floats. */
const perTurn = 4 * 4 * 2 * 4
const [rows, columns, steps] = [4, 2, 4] as const

/**
 * A WebAssembly module with the inner loop of a matrix product, 4 rows by 8 columns, as XNNPACK has it for 128-bit SIMD
 * without fused multiply-add: `run(turns)`, over what lies in `memory`. Its operands stay in the first-level cache, so that only arithmetic counts.
 */
export function kernelModule(): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content]
  // Local 0 is the count of turns, 1 the place in memory, then accumulators, operands of the columns, one of a row.
  const accumulator = (row: number, column: number) => 2 + row * columns + column
  const columnOperand = (column: number) => 2 + rows * columns + column
  const rowOperand = 2 + rows * columns + columns
  const get = (local: number) => [0x20, local]
  const set = (local: number) => [0x21, local]
  const load = (opcode: number, align: number, offset: number) => [0xfd, opcode, align, ...unsigned(offset)]
  const body: number[] = []
  for (let step = 0; step < steps; step++) {
    for (let column = 0; column < columns; column++)
      body.push(...get(1), ...load(0x00, 4, 16 * (columns * step + column)), ...set(columnOperand(column)))
    for (let row = 0; row < rows; row++) {
      body.push(...get(1), ...load(0x09, 2, 4096 + 4 * (rows * step + row)), ...set(rowOperand))
      for (let column = 0; column < columns; column++) {
        const sum = accumulator(row, column)
        const [multiply, add] = [
          [0xfd, 0xe6, 0x01],
          [0xfd, 0xe4, 0x01],
        ]
        body.push(...get(sum), ...get(rowOperand), ...get(columnOperand(column)), ...multiply, ...add, ...set(sum))
      }
    }
  }
  // Round about 2 KB: place = (place + 128) & 2047.
  const onward = [...get(1), 0x41, ...signed(128), 0x6a, 0x41, ...signed(2047), 0x71, ...set(1)]
  const countdown = [...get(0), 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0]
  // The sum of all, so that nothing of it is idle.
  const all = Array.from({ length: rows * columns }, (_, index) => get(2 + index))
  const result = [...all.flatMap((one, index) => (index === 0 ? one : [...one, 0xfd, 0xe4, 0x01])), 0xfd, 0x1f, 0]
  const vectors = rows * columns + columns + 1
  const code = [2, 1, 0x7f, vectors, 0x7b, 0x03, 0x40, ...body, ...onward, ...countdown, 0x0b, ...result, 0x0b]
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...named('run'), 0, 0, ...named('memory'), 2, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ])
}

/** Thousand million multiply-adds a second on this thread, the best of some runs of a few milliseconds. */
export async function peakGmacs(): Promise<number> {
  const { instance } = await WebAssembly.instantiate(kernelModule())
  const run = instance.exports.run as (turns: number) => number
  const turns = 200_000
  run(turns)
  let best = Number.POSITIVE_INFINITY
  for (let repeat = 0; repeat < 12; repeat++) {
    const started = performance.now()
    run(turns)
    best = Math.min(best, performance.now() - started)
  }
  return (turns * perTurn) / best / 1e6
}

interface GraphNode {
  readonly name: string
  readonly op: string
  readonly input?: readonly string[]
  readonly attr: Readonly<Record<string, { readonly s?: string; readonly list?: { readonly i?: readonly string[] } }>>
}

/** Of the parts of a graph model's JSON that are read. */
export interface GraphModelJson {
  readonly modelTopology: { readonly node: readonly GraphNode[] }
  readonly weightsManifest: readonly [
    { readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[] },
  ]
}

/** Multiply-adds of one picture through the convolutions of a graph model; its other layers are a thousandth of them. */
export function multiplyAdds({ modelTopology, weightsManifest }: GraphModelJson, side: number): number {
  const shapes = new Map(weightsManifest[0].weights.map(({ name, shape }) => [name, shape]))
  const sides = new Map([['input', side]])
  let sum = 0
  for (const { name, op, input = [], attr } of modelTopology.node) {
    const before = sides.get(input[0] ?? '')
    if (before === undefined) continue
    const filter = shapes.get(input[1] ?? '')
    if (!filter || !/Conv2D|Conv2dNative/i.test(op)) {
      sides.set(name, before)
      continue
    }
    const [height = 1, width = 1, channels = 1, outputs = 1] = filter
    const after = outputSide(before, height, attr)
    sides.set(name, after)
    sum += after * after * height * width * channels * outputs
  }
  return sum
}

function outputSide(before: number, window: number, attr: GraphNode['attr']): number {
  const stride = Number(attr.strides?.list?.i?.[1] ?? 1)
  const padding = atob(attr.padding?.s ?? '')
  if (padding === 'SAME') return Math.ceil(before / stride)
  const [, , top = 0, bottom = 0] = (attr.explicit_paddings?.list?.i ?? []).map(Number)
  return Math.floor((before + top + bottom - window) / stride) + 1
}

function named(text: string): readonly number[] {
  return [text.length, ...new TextEncoder().encode(text)]
}

function unsigned(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

function signed(value: number): readonly number[] {
  const low = value & 127
  const rest = value >> 7
  const ends = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)
  return ends ? [low] : [low | 128, ...signed(rest)]
}
