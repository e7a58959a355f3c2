/**
 * A TrueType font whose letters are boxes, half an em wide, and one em for Chinese: lines break at the same words on
 * every machine, whatever fonts it has. Built from https://learn.microsoft.com/typography/opentype/spec/.
 */
export function boxFont(): Uint8Array<ArrayBuffer> {
  const tables = new Map([
    ['OS/2', os2()],
    ['cmap', cmap()],
    ['glyf', glyf()],
    ['head', head()],
    ['hhea', hhea()],
    ['hmtx', bytes(...widths.flatMap((width) => [u16(width), u16(0)]))],
    ['loca', bytes(...[0, 0, boxBytes, 2 * boxBytes, 2 * boxBytes].map((offset) => u16(offset / 2)))],
    ['maxp', bytes(u32(0x10000), u16(widths.length), u16(4), u16(1), ...Array(11).fill(u16(0)))],
    ['name', bytes(u16(0), u16(0), u16(6))],
    ['post', bytes(u32(0x30000), ...Array(7).fill(u32(0)))],
  ])
  const directory: number[][] = []
  const bodies: number[][] = []
  let offset = 12 + 16 * tables.size
  for (const [tag, body] of tables) {
    directory.push(
      [...tag].map((letter) => letter.charCodeAt(0)),
      u32(checksum(body)),
      u32(offset),
      u32(body.length),
    )
    bodies.push(padded(body))
    offset += padded(body).length
  }
  const search = 2 ** Math.floor(Math.log2(tables.size))
  const header = [u32(0x10000), u16(tables.size), u16(16 * search), u16(Math.log2(search))]
  return new Uint8Array(bytes(...header, u16(16 * (tables.size - search)), ...directory, ...bodies))
}

const em = 1000
/** No glyph, half box, whole box, space. */
const widths = [500, 500, 1000, 280] as const
const ascent = 880
const descent = -240
/** 10 of the header, 12 of a simple outline's ends, instructions, flags and coordinates, rounded up. */
const boxBytes = 34

/** Code points, first and last, by the glyph that stands for all of them. */
const ranges: readonly (readonly [first: number, last: number, glyph: number])[] = [
  [0x20, 0x20, 3],
  [0x21, 0x24f, 1],
  [0x5d0, 0x5ea, 1],
  [0x2010, 0x27bf, 1],
  [0x3000, 0x30ff, 2],
  [0x4e00, 0x9fff, 2],
  [0xff00, 0xffef, 2],
]

const u16 = (value: number) => [(value >> 8) & 255, value & 255]
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)]
const bytes = (...parts: readonly (readonly number[])[]) => parts.flat()
const padded = (body: readonly number[]) => [...body, ...Array((4 - (body.length % 4)) % 4).fill(0)]

function checksum(body: readonly number[]): number {
  const whole = padded(body)
  let sum = 0
  for (let at = 0; at < whole.length; at += 4) {
    sum = (sum + ((whole[at]! << 24) | (whole[at + 1]! << 16) | (whole[at + 2]! << 8) | whole[at + 3]!)) >>> 0
  }
  return sum
}

/** Format 4. Every range points into one long run of its glyph, so that many code points share a glyph. */
function cmap(): number[] {
  const segments = [...ranges, [0xffff, 0xffff, 0] as const]
  const longest = (glyph: number) =>
    Math.max(0, ...ranges.filter(([, , of]) => of === glyph).map(([first, last]) => last - first + 1))
  const runs = [1, 2, 3].map((glyph) => Array<number>(longest(glyph)).fill(glyph))
  const startOf = (glyph: number) => runs.slice(0, glyph - 1).reduce((sum, run) => sum + run.length, 0)
  const offsets = segments.map(([, , glyph], i) => (glyph === 0 ? 0 : 2 * (segments.length - i) + 2 * startOf(glyph)))
  const count = segments.length
  const search = 2 * 2 ** Math.floor(Math.log2(count))
  const body = bytes(
    ...[2 * count, search, Math.log2(search / 2), 2 * count - search].map(u16),
    ...segments.map(([, last]) => u16(last)),
    u16(0),
    ...segments.map(([first]) => u16(first)),
    ...segments.map(([, , glyph]) => u16(glyph === 0 ? 1 : 0)),
    ...offsets.map(u16),
    ...runs.flat().map(u16),
  )
  const table = bytes(u16(4), u16(body.length + 6), u16(0), body)
  return bytes(u16(0), u16(1), u16(3), u16(1), u32(12), table)
}

/** A rectangle from the base line to the height of a capital letter, with a little air on both sides. */
function glyf(): number[] {
  return bytes(...widths.slice(1, 3).map((width) => box(40, width - 40, 700)))
}

function box(left: number, right: number, top: number): number[] {
  const deltas = [left, 0, right - left, 0, 0, top, 0, -top]
  return bytes(
    ...[1, left, 0, right, top].map(u16),
    u16(3),
    u16(0),
    [1, 1, 1, 1],
    ...deltas.slice(0, 4).map(u16),
    ...deltas.slice(4).map(u16),
  ).slice(0, boxBytes)
}

function head(): number[] {
  return bytes(
    ...[0x10000, 0x10000, 0, 0x5f0f3cf5].map(u32),
    ...[3, em].map(u16),
    ...Array(4).fill(u32(0)),
    ...[0, descent, em, ascent, 0, 8, 2, 0, 0].map(u16),
  )
}

function hhea(): number[] {
  return bytes(u32(0x10000), ...[ascent, descent, 0, em, 0, 0, em, 1, 0, 0, 0, 0, 0, 0, 0, widths.length].map(u16))
}

function os2(): number[] {
  return bytes(
    ...[4, 500, 400, 5, 0, ...Array(10).fill(0), 0].map(u16),
    Array(10).fill(0),
    ...Array(4).fill(u32(0)),
    [32, 32, 32, 32],
    ...[0x40, 0x20, 0xffff, ascent, descent, 0, ascent, -descent].map(u16),
    ...Array(2).fill(u32(0)),
    ...[500, 700, 0, 0x20, 1].map(u16),
  )
}
