import { fused, matMul, relu, reshape, tensor2d, tensor4d, tidy } from '@tensorflow/tfjs-core'

/** Side and channels of the synthetic tensor. */
const side = 9
const channels = 5

/**
 * Whether the current backend computes a convolution, a depthwise convolution with prelu and a matrix product of a
 * built-in integer tensor exactly. Results are integers up to 2^17: a backend with half-precision floats fails.
 */
export function computesRightly(): boolean {
  try {
    return difference() < 0.5
  } catch {
    return false
  }
}

/** Milliseconds of one pass over layers like MobileFaceNet's heaviest, best of three after one to warm up. */
export function workloadMs(): number {
  const pass = () =>
    tidy(() => {
      const x = tensor4d(ramp(28 * 28 * 128), [1, 28, 28, 128])
      const pointwise = tensor4d(ramp(128 * 128), [1, 1, 128, 128])
      const depthwise = tensor4d(ramp(9 * 128), [3, 3, 128, 1])
      let y = x
      for (let layer = 0; layer < 2; layer++) {
        y = fused.conv2d({ x: y, filter: pointwise, strides: 1, pad: 'same', activation: 'relu' })
        y = fused.depthwiseConv2d({ x: y, filter: depthwise, strides: 1, pad: 'same', activation: 'relu' })
      }
      y.dataSync()
    })
  pass()
  const times = [0, 1, 2].map(() => {
    const started = performance.now()
    pass()
    return performance.now() - started
  })
  return Math.min(...times)
}

/** Largest absolute difference from the same computation in plain JavaScript. */
function difference(): number {
  const input = ramp(side * side * channels)
  const filter = ramp(3 * 3 * channels * channels)
  const depthwise = ramp(3 * 3 * channels)
  const slopes = Float32Array.from({ length: channels }, (_, index) => index - 2)
  const got = tidy(() => {
    const x = tensor4d(input, [1, side, side, channels])
    const convolved = fused.conv2d({
      x,
      filter: tensor4d(filter, [3, 3, channels, channels]),
      strides: 2,
      pad: [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ],
      activation: 'relu',
    })
    const out = fused.depthwiseConv2d({
      x: convolved,
      filter: tensor4d(depthwise, [3, 3, channels, 1]),
      strides: 1,
      pad: 'same',
      activation: 'prelu',
      preluActivationWeights: tensor4d(slopes, [1, 1, 1, channels]),
    })
    const rows = out.shape[1] * out.shape[2]
    const square = tensor2d(ramp(channels * channels), [channels, channels])
    return relu(matMul(reshape(out, [rows, channels]), square)).dataSync()
  })
  const convolved = convolve(input, side, filter, 2, (sum) => Math.max(0, sum))
  const half = Math.ceil(side / 2)
  const out = convolveDepthwise(convolved, half, depthwise, slopes)
  const expected = product(out, ramp(channels * channels))
  return expected.reduce((worst, value, index) => Math.max(worst, Math.abs(value - (got[index] ?? Number.NaN))), 0)
}

/** Whole numbers from -3 to 3 in a fixed order without a short period. */
function ramp(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => ((index * 31 + (index >> 3) * 7) % 7) - 3)
}

function convolve(
  input: ArrayLike<number>,
  size: number,
  filter: ArrayLike<number>,
  stride: number,
  activation: (sum: number) => number,
): number[] {
  const out: number[] = []
  for (let y = 0; y < size; y += stride)
    for (let x = 0; x < size; x += stride)
      for (let target = 0; target < channels; target++) {
        let sum = 0
        eachTap(x, y, size, (from, tap) => {
          for (let source = 0; source < channels; source++)
            sum += input[from * channels + source]! * filter[(tap * channels + source) * channels + target]!
        })
        out.push(activation(sum))
      }
  return out
}

function convolveDepthwise(
  input: ArrayLike<number>,
  size: number,
  filter: ArrayLike<number>,
  slopes: ArrayLike<number>,
): number[] {
  const out: number[] = []
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        eachTap(x, y, size, (from, tap) => {
          sum += input[from * channels + channel]! * filter[tap * channels + channel]!
        })
        out.push(sum < 0 ? sum * slopes[channel]! : sum)
      }
  return out
}

/** The nine neighbours that lie inside, with their place in a 3x3 filter. */
function eachTap(x: number, y: number, size: number, visit: (from: number, tap: number) => void): void {
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++) {
      const inside = x + dx >= 0 && y + dy >= 0 && x + dx < size && y + dy < size
      if (inside) visit((y + dy) * size + x + dx, (dy + 1) * 3 + dx + 1)
    }
}

function product(rows: readonly number[], square: ArrayLike<number>): number[] {
  return rows.map((_, index) => {
    const row = index - (index % channels)
    let sum = 0
    for (let k = 0; k < channels; k++) sum += rows[row + k]! * square[k * channels + (index % channels)]!
    return Math.max(0, sum)
  })
}
