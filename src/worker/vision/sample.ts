import type { Similarity } from './geometry'
import type { Picture } from './picture'

/**
 * Samples a square chip out of a picture: `out` gets `size`·`size`·3 values, RGB, 0..255, row by row, from `offset` on.
 * Bilinear; where the chip is coarser than the picture, several samples a pixel are averaged, so that nothing aliases.
 * Outside the picture is black. Written out here, not left to a canvas, so that every browser gets the same numbers.
 */
export function sampleChip(picture: Picture, toPicture: Similarity, size: number, out: Float32Array, offset = 0): void {
  const { a, b, tx, ty } = toPicture
  const samples = Math.min(8, Math.max(1, Math.ceil(Math.hypot(a, b) - 0.25)))
  const step = 1 / samples
  const weight = 1 / (samples * samples)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const at = offset + (row * size + column) * 3
      out[at] = 0
      out[at + 1] = 0
      out[at + 2] = 0
      for (let j = 0; j < samples; j++) {
        const v = row + (j + 0.5) * step
        for (let i = 0; i < samples; i++) {
          const u = column + (i + 0.5) * step
          addBilinear(picture, a * u - b * v + tx, b * u + a * v + ty, weight, out, at)
        }
      }
    }
  }
}

function addBilinear(picture: Picture, x: number, y: number, weight: number, out: Float32Array, at: number): void {
  const { width, height, rgba } = picture
  const left = Math.floor(x - 0.5)
  const top = Math.floor(y - 0.5)
  if (left < -1 || top < -1 || left >= width || top >= height) return
  const right = x - 0.5 - left
  const below = y - 0.5 - top
  for (let dy = 0; dy < 2; dy++) {
    const py = top + dy
    if (py < 0 || py >= height) continue
    const rowWeight = weight * (dy ? below : 1 - below)
    for (let dx = 0; dx < 2; dx++) {
      const px = left + dx
      if (px < 0 || px >= width) continue
      const share = rowWeight * (dx ? right : 1 - right)
      const from = (py * width + px) * 4
      out[at] = out[at]! + share * rgba[from]!
      out[at + 1] = out[at + 1]! + share * rgba[from + 1]!
      out[at + 2] = out[at + 2]! + share * rgba[from + 2]!
    }
  }
}

/** Writes the chip at `from` mirrored left to right at `to`, within one buffer. */
export function mirrorChip(chip: Float32Array, size: number, from: number, to: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const source = from + (row * size + size - 1 - column) * 3
      const target = to + (row * size + column) * 3
      chip[target] = chip[source]!
      chip[target + 1] = chip[source + 1]!
      chip[target + 2] = chip[source + 2]!
    }
  }
}

/** RGB to BGR and back, in place: OpenCV's order, in which some nets were trained. */
export function swapRedAndBlue(chip: Float32Array): void {
  for (let at = 0; at < chip.length; at += 3) {
    const red = chip[at]!
    chip[at] = chip[at + 2]!
    chip[at + 2] = red
  }
}
