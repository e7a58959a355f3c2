import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  add,
  avgPool,
  concat,
  conv2d,
  div,
  fill,
  io,
  matMul,
  memory,
  type NamedTensorMap,
  relu,
  reshape,
  separableConv2d,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { LandmarkNet } from '../../../src/worker/vision/landmark-net'
import { largestDifference, startEngines } from '../models/engines'

const models = join(import.meta.dirname, '../../../models/dist')
const side = 112
const values = side * side * 3
/** Two chips with structure of their own, 0..255. */
const chips = Float32Array.from({ length: 2 * values }, (_, at) => 127 + 127 * Math.sin(at * 0.37 + (at % 7)))

let weights: NamedTensorMap

beforeAll(async () => {
  await startEngines()
  const manifest = await readFile(`${models}/face_landmark_68_model-weights_manifest.json`, 'utf8')
  const bytes = await readFile(`${models}/face_landmark_68_model.bin`)
  weights = io.decodeWeights(new Uint8Array(bytes).buffer, JSON.parse(manifest)[0].weights)
})

/** As face-api.js runs it (FaceFeatureExtractor, denseBlock4): nothing fused, sums from the last layer backwards. */
function unfused(two: Float32Array): Tensor {
  const of = (name: string) => weights[name] as Tensor4D
  const separable = (x: Tensor4D, layer: string, stride: number): Tensor4D =>
    add(
      separableConv2d(x, of(`${layer}/depthwise_filter`), of(`${layer}/pointwise_filter`), stride, 'same'),
      of(`${layer}/bias`),
    )
  const planes = [122.782, 117.001, 104.298].map((mean) => fill([2, side, side, 1], mean))
  let x = div(sub(tensor4d(two, [2, side, side, 3]), concat(planes, 3)), 255) as Tensor4D
  for (const block of ['dense0', 'dense1', 'dense2', 'dense3']) {
    const plain = () => add(conv2d(x, of(`${block}/conv0/filters`), 2, 'same'), of(`${block}/conv0/bias`)) as Tensor4D
    const one = relu(block === 'dense0' ? plain() : separable(x, `${block}/conv0`, 2))
    const two = separable(one, `${block}/conv1`, 1)
    const three = separable(relu(add(one, two)), `${block}/conv2`, 1)
    const four = separable(relu(add(one, add(two, three))), `${block}/conv3`, 1)
    x = relu(add(one, add(two, add(three, four))))
  }
  const flat = reshape(avgPool(x, 7, 2, 'valid'), [2, -1]) as Tensor2D
  return add(matMul(flat, weights['fc/weights'] as Tensor2D), weights['fc/bias']!)
}

describe('the landmark net', () => {
  it("gives face-api.js's numbers, for two chips and for one", () => {
    const net = new LandmarkNet(weights)
    const before = memory().numTensors
    const expected = tidy(() => unfused(chips).dataSync())
    const both = tidy(() => net.run(chips.slice(), 2, side).dataSync())
    const second = tidy(() => net.run(chips.slice(values), 1, side).dataSync())
    expect(both.length).toBe(2 * 136)
    expect(largestDifference(both, expected)).toBeLessThan(2e-6)
    expect(largestDifference(second, expected.slice(136))).toBeLessThan(2e-6)
    // Two nets that answered zero would agree as well.
    expect(Math.max(...both)).toBeGreaterThan(0.3)
    expect(memory().numTensors).toBe(before)
  })

  it('says which weight is missing', () => {
    const { 'dense2/conv1/bias': missing, ...rest } = weights
    expect(missing?.shape).toEqual([128])
    expect(() => new LandmarkNet(rest)).toThrow('weight dense2/conv1/bias')
  })
})
