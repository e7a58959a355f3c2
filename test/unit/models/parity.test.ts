import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GraphModel } from '@tensorflow/tfjs-converter'
import { beforeAll, describe, expect, it } from 'vitest'
import { cosine, largestDifference, loadConverted, OnnxReference, runConverted, startEngines } from './engines.js'
import { modelsDirectory, sourceOf } from './package-source.js'
import { facePixels, noise } from './samples.js'

// The files that ship, against the files that the packages hold.
async function loadBoth(id: string): Promise<{ shipped: GraphModel; reference: OnnxReference }> {
  const part = (extension: string): Promise<Uint8Array> => readFile(join(modelsDirectory, 'dist', `${id}.${extension}`))
  return {
    shipped: await loadConverted({ json: await part('json'), weights: await part('bin') }),
    reference: await OnnxReference.load(await sourceOf(id)),
  }
}

beforeAll(startEngines)

describe('mobilefacenet-512', () => {
  const side = 112
  const signed = (pixels: Float32Array): Float32Array => pixels.map((value) => (value / 255 - 0.5) / 0.5)
  let shipped: GraphModel
  let reference: OnnxReference
  beforeAll(async () => {
    ;({ shipped, reference } = await loadBoth('mobilefacenet-512'))
  }, 120_000)

  it('names its tensors as the manifest does', () => {
    expect(shipped.inputs.map(({ name, shape }) => ({ name, shape }))).toEqual([
      { name: 'input', shape: [-1, 112, 112, 3] },
    ])
    expect(shipped.outputs.map(({ name }) => name)).toEqual(['output'])
  })

  it('gives the embedding of the ONNX net on faces', async () => {
    for (const face of facePixels(side, 1.2).map(signed)) {
      const embedding = runConverted(shipped, face, side)
      expect(embedding).toHaveLength(512)
      expect(cosine(embedding, await reference.run(face, side))).toBeGreaterThan(0.9999)
    }
  })

  it('gives the embedding of the ONNX net on noise', async () => {
    for (const seed of [1, 2, 3]) {
      const image = noise(side * side * 3, seed).map((value) => value * 2 - 1)
      expect(cosine(runConverted(shipped, image, side), await reference.run(image, side))).toBeGreaterThan(0.9999)
    }
  })

  it('gives a batch of two what it gives each', () => {
    const [first, second] = facePixels(side, 1.2).map(signed) as [Float32Array, Float32Array]
    const both = runConverted(shipped, Float32Array.of(...first, ...second), side)
    expect(largestDifference(both.subarray(0, 512), runConverted(shipped, first, side))).toBeLessThan(1e-5)
    expect(largestDifference(both.subarray(512), runConverted(shipped, second, side))).toBeLessThan(1e-5)
  })
})

describe('minifasnet-128', () => {
  const side = 128
  let shipped: GraphModel
  let reference: OnnxReference
  beforeAll(async () => {
    ;({ shipped, reference } = await loadBoth('minifasnet-128'))
  }, 120_000)

  const softmax = (logits: Float32Array): number[] => {
    const powers = Array.from(logits, Math.exp)
    const sum = powers.reduce((a, b) => a + b)
    return powers.map((power) => power / sum)
  }

  it('gives the probabilities of the ONNX net on faces and noise', async () => {
    const images = [
      ...facePixels(side, 2.7),
      ...[1, 2, 3].map((seed) => noise(side * side * 3, seed).map((x) => x * 255)),
    ]
    for (const image of images) {
      const [got, wanted] = [softmax(runConverted(shipped, image, side)), softmax(await reference.run(image, side))]
      expect(largestDifference(got, wanted)).toBeLessThan(0.003)
    }
  })

  it('puts live faces in class 0', () => {
    const live = facePixels(side, 2.7).filter((face) => softmax(runConverted(shipped, face, side))[0]! > 0.5)
    expect(live.length).toBeGreaterThanOrEqual(5)
  })
})
