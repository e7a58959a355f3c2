import type { Similarity } from './geometry'
import type { Picture } from './picture'

/**
 * Samples a square chip out of a picture: `out` gets `size`·`size`·3 values, RGB, 0..255, row by row, from `offset` on.
 * Bilinear; where the chip is coarser than the picture, several samples a pixel are averaged, so that nothing aliases.
 * Outside the picture is black. Written out here, not left to a canvas, so that every browser gets the same numbers.
 */
export function sampleChip(
  picture: Picture,
  toPicture: Similarity,
  size: number,
  out: Float32Array,
  offset = 0,
  most = 8,
): void {
  const { width, height, rgba } = picture
  const { a, b, tx, ty } = toPicture
  // One load for a pixel's channels instead of three: this loop is a third of what guidance costs beside the nets.
  const pixels = new Int32Array(rgba.buffer, rgba.byteOffset, width * height)
  const samples = Math.min(most, Math.max(1, Math.ceil(Math.hypot(a, b) - 0.25)))
  const step = 1 / samples
  const weight = 1 / (samples * samples)
  let at = offset
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let red = 0
      let green = 0
      let blue = 0
      for (let j = 0; j < samples; j++) {
        const v = row + (j + 0.5) * step
        const startX = tx - 0.5 - b * v
        const startY = ty - 0.5 + a * v
        for (let i = 0; i < samples; i++) {
          const u = column + (i + 0.5) * step
          const x = startX + a * u
          const y = startY + b * u
          if (x < -1 || y < -1 || x >= width || y >= height) continue
          const left = ((x + 1) | 0) - 1
          const top = ((y + 1) | 0) - 1
          const first = top * width + left
          let nw = 0
          let ne = 0
          let sw = 0
          let se = 0
          if (left >= 0 && top >= 0 && left + 1 < width && top + 1 < height) {
            nw = pixels[first]!
            ne = pixels[first + 1]!
            sw = pixels[first + width]!
            se = pixels[first + width + 1]!
          } else {
            // Outside the picture is black.
            if (top >= 0 && left >= 0) nw = pixels[first]!
            if (top >= 0 && left + 1 < width) ne = pixels[first + 1]!
            if (top + 1 < height && left >= 0) sw = pixels[first + width]!
            if (top + 1 < height && left + 1 < width) se = pixels[first + width + 1]!
          }
          const east = x - left
          const south = y - top
          const seShare = east * south
          const neShare = east - seShare
          const swShare = south - seShare
          const nwShare = 1 - east - swShare
          red += nwShare * (nw & 255) + neShare * (ne & 255) + swShare * (sw & 255) + seShare * (se & 255)
          green +=
            nwShare * ((nw >>> 8) & 255) +
            neShare * ((ne >>> 8) & 255) +
            swShare * ((sw >>> 8) & 255) +
            seShare * ((se >>> 8) & 255)
          blue +=
            nwShare * ((nw >>> 16) & 255) +
            neShare * ((ne >>> 16) & 255) +
            swShare * ((sw >>> 16) & 255) +
            seShare * ((se >>> 16) & 255)
        }
      }
      out[at] = weight * red
      out[at + 1] = weight * green
      out[at + 2] = weight * blue
      at += 3
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
