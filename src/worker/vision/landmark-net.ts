import {
  add,
  avgPool,
  depthwiseConv2d,
  fused,
  type NamedTensorMap,
  relu,
  reshape,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor4d,
} from '@tensorflow/tfjs-core'

/** What the net was trained to have taken away, RGB. */
const meanRgb = [122.782, 117.001, 104.298] as const
/** Side that the last pooling sees, for faces of 112 px. */
const poolSide = 7

/**
 * face-api.js's 68-point net, its weights under their own names: four dense blocks of separable convolutions, one
 * pooling, one dense layer. face-api.js's own code runs bias and activation as passes of their own; fused into the
 * convolution before them the same numbers (to 3e-7) take six tenths of the time (docs/performance.md).
 */
export class LandmarkNet {
  readonly #weights: NamedTensorMap

  /** Throws `TypeError` where a weight is missing. */
  constructor(weights: NamedTensorMap) {
    this.#weights = weights
    for (const block of blocks) for (const name of namesOf(block)) this.#weight(name)
  }

  /** `chips`: RGB 0..255, row by row, `[n, side, side, 3]`; overwritten. `[n, 136]`: x and y of 68 points, fractions of the side. */
  run(chips: Float32Array, n: number, side: number): Tensor2D {
    for (let at = 0; at < chips.length; at++) chips[at] = (chips[at]! - meanRgb[at % 3]!) / 255
    let x = tensor4d(chips, [n, side, side, 3])
    for (const block of blocks) x = this.#denseBlock(x, block)
    const pooled = avgPool(x, poolSide, 2, 'valid')
    return fused.matMul({
      a: reshape(pooled, [n, -1]) as Tensor2D,
      b: this.#weight('fc/weights') as Tensor2D,
      bias: this.#weight('fc/bias') as Tensor1D,
    }) as Tensor2D
  }

  #denseBlock(x: Tensor4D, block: string): Tensor4D {
    const first =
      block === blocks[0]
        ? fused.conv2d({
            x,
            filter: this.#weight(`${block}/conv0/filters`) as Tensor4D,
            strides: 2,
            pad: 'same',
            bias: this.#weight(`${block}/conv0/bias`) as Tensor1D,
            activation: 'relu',
          })
        : this.#separable(x, `${block}/conv0`, 2, 'relu')
    // Each layer sees the sum of all before it.
    let sum = add(first, this.#separable(first, `${block}/conv1`, 1, 'linear')) as Tensor4D
    sum = add(sum, this.#separable(relu(sum), `${block}/conv2`, 1, 'linear')) as Tensor4D
    sum = add(sum, this.#separable(relu(sum), `${block}/conv3`, 1, 'linear')) as Tensor4D
    return relu(sum)
  }

  #separable(x: Tensor4D, layer: string, strides: number, activation: 'relu' | 'linear'): Tensor4D {
    const deep = depthwiseConv2d(x, this.#weight(`${layer}/depthwise_filter`) as Tensor4D, strides, 'same')
    return fused.conv2d({
      x: deep,
      filter: this.#weight(`${layer}/pointwise_filter`) as Tensor4D,
      strides: 1,
      pad: 'same',
      bias: this.#weight(`${layer}/bias`) as Tensor1D,
      activation,
    })
  }

  #weight(name: string) {
    const found = this.#weights[name]
    if (!found) throw new TypeError(`weight ${name}`)
    return found
  }
}

const blocks = ['dense0', 'dense1', 'dense2', 'dense3'] as const

function namesOf(block: (typeof blocks)[number]): readonly string[] {
  const separable = (layer: string) =>
    ['depthwise_filter', 'pointwise_filter', 'bias'].map((part) => `${block}/${layer}/${part}`)
  const first = block === 'dense0' ? ['dense0/conv0/filters', 'dense0/conv0/bias'] : separable('conv0')
  return [...first, ...['conv1', 'conv2', 'conv3'].flatMap(separable)]
}
