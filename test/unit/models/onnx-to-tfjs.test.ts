import { beforeAll, describe, expect, it } from 'vitest'
import { convertOnnx } from '../../../models/onnx-to-tfjs.js'
import { largestDifference, loadConverted, OnnxReference, runConverted, startEngines } from './engines.js'
import { type TestGraph, type TestNode, type TestTensor, writeOnnx } from './onnx-writer.js'
import { noise } from './samples.js'

/** Weights that float16 holds exactly, so that any difference is a wrong layout, not rounding. */
const exact = (shape: readonly number[], seed: number): TestTensor => {
  const length = shape.reduce((a, b) => a * b)
  return { shape, floats: Array.from(noise(length, seed), (value) => (Math.round(value * 64) - 32) / 32) }
}

const conv = (
  inputs: readonly string[],
  output: string,
  kernel: number,
  stride: number,
  pads: readonly number[],
  group = 1,
): TestNode => ({
  op: 'Conv',
  inputs,
  output,
  ints: { kernel_shape: [kernel, kernel], strides: [stride, stride], pads, dilations: [1, 1] },
  int: { group },
})

/** Ends any map in [1,C], as the nets of the manifest do: an average and a Reshape. */
const head = (from: string, channels: number) => ({
  nodes: [
    { op: 'GlobalAveragePool', inputs: [from], output: 'mean' },
    { op: 'Reshape', inputs: ['mean', 'flat'], output: 'result' },
  ],
  constants: { flat: { shape: [2], int64s: [-1, channels] } },
})

async function expectParity(graph: TestGraph, padding?: string): Promise<void> {
  const onnx = writeOnnx(graph)
  const converted = convertOnnx(onnx, 'weights.bin')
  const [, channels, side] = graph.input as [number, number, number]
  const image = noise(channels * side * side, 99)
  const wanted = await (await OnnxReference.load(onnx)).run(image, side, channels)
  expect(largestDifference(runConverted(await loadConverted(converted), image, side, channels), wanted)).toBeLessThan(
    2e-5,
  )
  if (padding) {
    expect(new TextDecoder().decode(converted.json)).toContain(
      `"padding":{"s":"${Buffer.from(padding).toString('base64')}"}`,
    )
  }
}

const codeOf = (attempt: () => unknown): string => {
  try {
    attempt()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'none'
}

beforeAll(startEngines)

describe('convertOnnx', () => {
  it.each([
    ['SAME', 7, 3, 1, [1, 1, 1, 1]],
    ['SAME', 7, 3, 2, [1, 1, 1, 1]],
    ['EXPLICIT', 8, 3, 2, [1, 1, 1, 1]],
    ['EXPLICIT', 8, 3, 1, [2, 0, 1, 1]],
    ['SAME', 8, 3, 2, [0, 0, 1, 1]],
    ['VALID', 8, 3, 2, [0, 0, 0, 0]],
  ] as const)(
    'convolves with %s padding: %i px, kernel %i, stride %i, pads %j',
    async (padding, side, kernel, stride, pads) => {
      const end = head('a', 5)
      const dense = { w: exact([5, 3, kernel, kernel], 1), b: exact([5], 2), ...end.constants }
      await expectParity(
        {
          input: [1, 3, side, side],
          nodes: [conv(['image', 'w', 'b'], 'a', kernel, stride, pads), ...end.nodes],
          constants: dense,
        },
        padding,
      )
      const depthwise = { w: exact([5, 1, kernel, kernel], 3), b: exact([5], 4), ...end.constants }
      await expectParity(
        {
          input: [1, 5, side, side],
          nodes: [conv(['image', 'w', 'b'], 'a', kernel, stride, pads, 5), ...end.nodes],
          constants: depthwise,
        },
        padding,
      )
    },
  )

  it.each(['PRelu', 'Relu', 'Sigmoid'])('fuses %s, dense and depthwise', async (op) => {
    const end = head('d', 4)
    const slope = (name: string): string[] => (op === 'PRelu' ? [name] : [])
    await expectParity({
      input: [1, 3, 6, 6],
      nodes: [
        conv(['image', 'w1', 'b1'], 'a', 3, 1, [1, 1, 1, 1]),
        { op, inputs: ['a', ...slope('s1')], output: 'b' },
        conv(['b', 'w2', 'b2'], 'c', 3, 1, [1, 1, 1, 1], 4),
        { op, inputs: ['c', ...slope('s2')], output: 'd' },
        ...end.nodes,
      ],
      constants: {
        w1: exact([4, 3, 3, 3], 1),
        b1: exact([4], 2),
        w2: exact([4, 1, 3, 3], 4),
        b2: exact([4], 5),
        ...(op === 'PRelu' && { s1: exact([4, 1, 1], 3), s2: exact([4, 1, 1], 6) }),
        ...end.constants,
      },
    })
  })

  it('leaves alone a map that two nodes read, and adds and scales maps', async () => {
    const end = head('sum', 4)
    await expectParity({
      input: [1, 3, 6, 6],
      nodes: [
        conv(['image', 'w', 'b'], 'a', 1, 1, [0, 0, 0, 0]),
        { op: 'GlobalAveragePool', inputs: ['a'], output: 'squeezed' },
        conv(['squeezed', 'e'], 'f', 1, 1, [0, 0, 0, 0]),
        { op: 'Sigmoid', inputs: ['f'], output: 'gate' },
        { op: 'Mul', inputs: ['a', 'gate'], output: 'scaled' },
        { op: 'Add', inputs: ['a', 'scaled'], output: 'sum' },
        ...end.nodes,
      ],
      constants: { w: exact([4, 3, 1, 1], 1), b: exact([4], 2), e: exact([4, 4, 1, 1], 3), ...end.constants },
    })
  })

  it('folds BatchNormalization into Conv and MatMul', async () => {
    const four = (values: readonly number[]): TestTensor => ({ shape: [4], floats: values })
    const end = head('n', 4)
    await expectParity({
      input: [1, 3, 6, 6],
      nodes: [
        conv(['image', 'w', 'b'], 'a', 3, 1, [1, 1, 1, 1]),
        { op: 'BatchNormalization', inputs: ['a', 'g', 'o', 'm', 'v'], output: 'n', float: { epsilon: 0.25 } },
        end.nodes[0]!,
        { op: 'Reshape', inputs: ['mean', 'flat'], output: 'row' },
        { op: 'MatMul', inputs: ['row', 'x'], output: 'y' },
        { op: 'BatchNormalization', inputs: ['y', 'g', 'o', 'm', 'v'], output: 'result', float: { epsilon: 0.25 } },
      ],
      constants: {
        w: exact([4, 3, 3, 3], 1),
        b: exact([4], 2),
        x: exact([4, 4], 3),
        // Variances that give powers of two with epsilon, so that the folded weights stay exact in float16.
        g: four([1, 0.5, -2, 1]),
        o: four([0.5, -1, 0.25, 0]),
        m: four([0.5, 0.25, -0.5, 1]),
        v: four([0.75, 3.75, 0.75, 0]),
        ...end.constants,
      },
    })
  })

  const image = { input: [1, 3, 8, 8] } as const
  const filter = { w: exact([4, 3, 3, 3], 1) }
  const refused: Record<string, [string, TestGraph]> = {
    'an unknown operator': [
      'onnx_unsupported',
      { ...image, nodes: [{ op: 'Erf', inputs: ['image'], output: 'result' }] },
    ],
    'a Reshape that would change the order': [
      'onnx_unsupported',
      {
        ...image,
        nodes: [{ op: 'Reshape', inputs: ['image', 's'], output: 'result' }],
        constants: { s: { shape: [2], int64s: [1, 192] } },
      },
    ],
    'grouped convolution': [
      'onnx_unsupported',
      {
        input: [1, 4, 8, 8],
        nodes: [conv(['image', 'w'], 'result', 3, 1, [0, 0, 0, 0], 2)],
        constants: { w: exact([4, 2, 3, 3], 1) },
      },
    ],
    dilation: [
      'onnx_unsupported',
      {
        ...image,
        nodes: [{ ...conv(['image', 'w'], 'result', 3, 1, [0, 0, 0, 0]), ints: { dilations: [2, 2] } }],
        constants: filter,
      },
    ],
    auto_pad: [
      'onnx_unsupported',
      {
        ...image,
        nodes: [{ ...conv(['image', 'w'], 'result', 3, 1, [0, 0, 0, 0]), text: { auto_pad: 'SAME_LOWER' } }],
        constants: filter,
      },
    ],
    'weights beyond float16': [
      'onnx_unsupported',
      {
        ...image,
        nodes: [conv(['image', 'w'], 'result', 1, 1, [0, 0, 0, 0])],
        constants: { w: { shape: [1, 3, 1, 1], floats: [1, 2, 1e6] } },
      },
    ],
    'a kernel larger than the map': [
      'onnx_invalid',
      { input: [1, 3, 2, 2], nodes: [conv(['image', 'w'], 'result', 3, 1, [0, 0, 0, 0])], constants: filter },
    ],
    'a map as the output': [
      'onnx_unsupported',
      { ...image, nodes: [conv(['image', 'w'], 'result', 3, 1, [0, 0, 0, 0])], constants: filter },
    ],
    'a tensor that nothing computes': [
      'onnx_unsupported',
      { ...image, nodes: [{ op: 'Add', inputs: ['image', 'other'], output: 'result' }] },
    ],
  }
  it.each(Object.entries(refused))('refuses %s', (_, [code, graph]) => {
    expect(codeOf(() => convertOnnx(writeOnnx(graph), 'weights.bin'))).toBe(code)
  })
})
