import { apply, type Similarity } from './geometry'
import type { Picture } from './picture'

const mostSamples = 8

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
  most = mostSamples,
): void {
  const { width, height, rgba } = picture
  const { a, b, tx, ty } = toPicture
  // One load for a pixel's channels instead of three: this loop is a third of what guidance costs beside the nets.
  const pixels = new Int32Array(rgba.buffer, rgba.byteOffset, width * height)
  const samples = samplesASide(toPicture, most)
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

/**
 * Luma (ITU-R BT.601) of the chip that {@link sampleChip} makes, `size`·`size` values, the same to float32 rounding; in half the
 * time, for a pixel of the picture is weighed once and not once a sample.
 */
export function sampleLuma(picture: Picture, toPicture: Similarity, size: number, out: Float32Array): void {
  const { a, b, tx, ty } = toPicture
  const { luma, left, top, width, height } = lumaPlane(picture, toPicture, size)
  const samples = samplesASide(toPicture)
  const step = 1 / samples
  const weight = 1 / (1000 * samples * samples)
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column < size; column++, at++) {
      let sum = 0
      for (let j = 0; j < samples; j++) {
        const v = row + (j + 0.5) * step
        const startX = tx - 0.5 - left - b * v
        const startY = ty - 0.5 - top + a * v
        for (let i = 0; i < samples; i++) {
          const u = column + (i + 0.5) * step
          const x = startX + a * u
          const y = startY + b * u
          if (x < 0 || y < 0 || x >= width - 1 || y >= height - 1) continue
          const first = (y | 0) * width + (x | 0)
          const east = x - (x | 0)
          const nw = luma[first]!
          const sw = luma[first + width]!
          const north = nw + east * (luma[first + 1]! - nw)
          const below = sw + east * (luma[first + width + 1]! - sw)
          sum += north + (y - (y | 0)) * (below - north)
        }
      }
      out[at] = weight * sum
    }
  }
  luma.fill(0)
}

/**
 * A thousand times the luma, a whole number, of the part of a picture that a chip shows, with a pixel of black around the
 * picture's edge; `left` and `top` are where that part begins.
 */
function lumaPlane(picture: Picture, toPicture: Similarity, size: number) {
  const corners = [0, size].flatMap((x) => [0, size].map((y) => apply(toPicture, { x, y })))
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)]
  const left = Math.max(-1, Math.floor(Math.min(...xs)) - 1)
  const top = Math.max(-1, Math.floor(Math.min(...ys)) - 1)
  const width = Math.max(0, Math.min(picture.width, Math.ceil(Math.max(...xs)) + 1) - left + 1)
  const height = Math.max(0, Math.min(picture.height, Math.ceil(Math.max(...ys)) + 1) - top + 1)
  const pixels = new Int32Array(picture.rgba.buffer, picture.rgba.byteOffset, picture.width * picture.height)
  const luma = new Int32Array(width * height)
  const [firstColumn, lastColumn] = [Math.max(0, left), Math.min(picture.width, left + width)]
  for (let y = Math.max(0, top); y < Math.min(picture.height, top + height); y++) {
    const to = (y - top) * width - left
    const from = y * picture.width
    for (let x = firstColumn; x < lastColumn; x++) {
      const pixel = pixels[from + x]!
      luma[to + x] = 299 * (pixel & 255) + 587 * ((pixel >>> 8) & 255) + 114 * ((pixel >>> 16) & 255)
    }
  }
  return { luma, left, top, width, height }
}

/** Samples a side of a chip's pixel: about one for each pixel of the picture. */
function samplesASide({ a, b }: Similarity, most = mostSamples): number {
  return Math.min(most, Math.max(1, Math.ceil(Math.hypot(a, b) - 0.25)))
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
