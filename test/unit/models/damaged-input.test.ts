import { describe, expect, it } from 'vitest'
import { convertOnnx } from '../../../models/onnx-to-tfjs.js'
import { PrepareError, type PrepareErrorCode } from '../../../models/prepare-error.js'
import { addFaceDetectorMetadata } from '../../../models/tflite-metadata.js'
import { writeOnnx } from './onnx-writer.js'
import { sourceOf } from './package-source.js'
import { noise, seededRandom } from './samples.js'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const garbage: Record<string, Uint8Array> = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(0x3a),
  zeros: new Uint8Array(4096),
  ones: new Uint8Array(4096).fill(0xff),
  'a page of HTML': bytesOf('<!doctype html><html><body>404 Not Found</body></html>'),
  'a Git LFS pointer': bytesOf('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4884269\n'),
  noise: Uint8Array.from(noise(4096, 5), (value) => value * 256),
}

const codeOf = (attempt: () => unknown): PrepareErrorCode | 'none' => {
  try {
    attempt()
    return 'none'
  } catch (error) {
    // Anything but a PrepareError is a fault of ours, and should be seen as it is.
    if (error instanceof PrepareError) return error.code
    throw error
  }
}

/** `count` copies of `bytes`, each with a few bytes changed somewhere in the first `reach`. */
function* damaged(bytes: Uint8Array, count: number, reach: number): Generator<Uint8Array> {
  const random = seededRandom(7)
  for (let copy = 0; copy < count; copy++) {
    const changed = bytes.slice()
    for (let change = 0; change < 3; change++) changed[Math.floor(random() * reach)] = Math.floor(random() * 256)
    yield changed
  }
}

describe('a damaged ONNX file', () => {
  const small = writeOnnx({
    input: [1, 2, 4, 4],
    nodes: [
      { op: 'Conv', inputs: ['image', 'w'], output: 'a', ints: { kernel_shape: [4, 4], pads: [0, 0, 0, 0] } },
      { op: 'Reshape', inputs: ['a', 's'], output: 'result' },
    ],
    constants: { w: { shape: [3, 2, 4, 4], floats: Array(96).fill(0.5) }, s: { shape: [2], int64s: [1, 3] } },
  })

  it('is whole before it is damaged', () => {
    expect(codeOf(() => convertOnnx(small, 'weights.bin'))).toBe('none')
  })

  it.each(Object.entries(garbage))('of %s gives onnx_invalid', (_, bytes) => {
    expect(codeOf(() => convertOnnx(bytes, 'weights.bin'))).toBe('onnx_invalid')
  })

  it('cut anywhere gives a typed error', () => {
    for (let length = 0; length < small.length; length++) {
      expect(codeOf(() => convertOnnx(small.subarray(0, length), 'weights.bin'))).toMatch(/^onnx_/)
    }
  })

  it('with bytes changed gives a typed error or a model, and ends', () => {
    for (const bytes of damaged(small, 3000, small.length)) {
      expect(codeOf(() => convertOnnx(bytes, 'weights.bin'))).toMatch(/^(onnx_|none)/)
    }
  })

  it('of the real size, cut, gives onnx_invalid', async () => {
    const whole = await sourceOf('minifasnet-128')
    expect(codeOf(() => convertOnnx(whole.subarray(0, whole.length - 1000), 'weights.bin'))).toBe('onnx_invalid')
  })
})

describe('a damaged TFLite file', () => {
  it.each(Object.entries(garbage))('of %s gives tflite_invalid', (_, bytes) => {
    expect(codeOf(() => addFaceDetectorMetadata(bytes))).toBe('tflite_invalid')
  })

  it('with offsets changed gives tflite_invalid or a model, and ends', async () => {
    const whole = await sourceOf('blazeface-short-range')
    for (const bytes of damaged(whole, 300, 120)) {
      expect(codeOf(() => addFaceDetectorMetadata(bytes))).toMatch(/^(tflite_invalid|none)$/)
    }
  })

  it('cut off behind its head gives tflite_invalid', async () => {
    const whole = await sourceOf('blazeface-short-range')
    for (const length of [8, 20, 40, 60]) {
      expect(codeOf(() => addFaceDetectorMetadata(whole.subarray(0, length)))).toBe('tflite_invalid')
    }
  })
})
