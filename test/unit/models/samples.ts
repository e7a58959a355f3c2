import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode } from 'jpeg-js'

const photos = join(import.meta.dirname, '../../../node_modules/face-api.js/demo')

/** Face boxes [photo, left, top, side] in face-api's own demo photos, as MediaPipe's detector finds them. */
const FACES = [
  [1, 812, 423, 264],
  [2, 1444, 177, 265],
  [3, 1070, 235, 278],
  [4, 928, 209, 256],
  [5, 1391, 459, 288],
  [6, 1146, 334, 314],
] as const

/** A face from each photo, enlarged by `margin` about its centre, as NHWC RGB 0..255 of `side` pixels. */
export function facePixels(side: number, margin: number): Float32Array[] {
  return FACES.map(([photo, left, top, box]) => {
    const { width, height, data } = decode(readFileSync(join(photos, `sample${photo}.jpg`)), { useTArray: true })
    const step = (box * margin) / side
    const pixels = new Float32Array(side * side * 3)
    for (let at = 0; at < pixels.length; at++) {
      const [column, row] = [Math.floor(at / 3) % side, Math.floor(at / 3 / side)]
      const x = Math.round(left + box / 2 + (column + 0.5 - side / 2) * step)
      const y = Math.round(top + box / 2 + (row + 0.5 - side / 2) * step)
      const inside = x >= 0 && y >= 0 && x < width && y < height
      pixels[at] = inside ? data[(y * width + x) * 4 + (at % 3)]! : 0
    }
    return pixels
  })
}

/** The same numbers in [0, 1) each run (mulberry32): a failure can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function noise(length: number, seed: number): Float32Array {
  const random = seededRandom(seed)
  return Float32Array.from({ length }, random)
}
