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

const faultOf = (graph: TestGraph): unknown => {
  try {
    return convertOnnx(writeOnnx(graph), 'weights.bin')
  } catch (error) {
    return error
  }
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
  const unsupported: Record<string, [string, TestGraph]> = {
    'an unknown operator': ['Operator Erf', { ...image, nodes: [{ op: 'Erf', inputs: ['image'], output: 'result' }] }],
    'an activation of a map that is needed as it was, too': [
      'Operator Relu',
      {
        ...image,
        nodes: [
          conv(['image', 'w'], 'a', 3, 1, [0, 0, 0, 0]),
          { op: 'Relu', inputs: ['a'], output: 'r' },
          { op: 'Mul', inputs: ['a', 'r'], output: 'result' },
        ],
        constants: filter,
      },
    ],
    'one slope for a whole map': [
      'one slope for each channel',
      {
        ...image,
        nodes: [conv(['image', 'w'], 'a', 3, 1, [0, 0, 0, 0]), { op: 'PRelu', inputs: ['a', 's'], output: 'result' }],
        constants: { ...filter, s: exact([1], 2) },
      },
    ],
    'a Reshape that would change the order': [
      'Reshape of [1,3,8,8]',
      {
        ...image,
        nodes: [{ op: 'Reshape', inputs: ['image', 's'], output: 'result' }],
        constants: { s: { shape: [2], int64s: [1, -1] } },
      },
    ],
    'grouped convolution': [
      '2 groups',
      {
        input: [1, 4, 8, 8],
        nodes: [conv(['image', 'w'], 'result', 3, 1, [0, 0, 0, 0], 2)],
        constants: { w: exact([4, 2, 3, 3], 1) },
      },
    ],
    dilation: [
      'dilation',
      {
        ...image,
        nodes: [{ ...conv(['image', 'w'], 'result', 3, 1, [0, 0, 0, 0]), ints: { dilations: [2, 2] } }],
        constants: filter,
      },
    ],
    auto_pad: [
      'SAME_LOWER',
      {
        ...image,
        nodes: [{ ...conv(['image', 'w'], 'result', 3, 1, [0, 0, 0, 0]), text: { auto_pad: 'SAME_LOWER' } }],
        constants: filter,
      },
    ],
    'weights beyond float16': [
      'beyond float16',
      {
        ...image,
        nodes: [conv(['image', 'w'], 'result', 1, 1, [0, 0, 0, 0])],
        constants: { w: { shape: [1, 3, 1, 1], floats: [1, 2, 1e6] } },
      },
    ],
    'a map as the output': [
      'shape [1,4,6,6]',
      { ...image, nodes: [conv(['image', 'w'], 'result', 3, 1, [0, 0, 0, 0])], constants: filter },
    ],
    'a tensor that nothing computes': [
      '"other"',
      { ...image, nodes: [{ op: 'Add', inputs: ['image', 'other'], output: 'result' }] },
    ],
    'a broadcast over rows': [
      'Add of [1,3,8,8] and [1,4,6,6]',
      {
        ...image,
        nodes: [conv(['image', 'w'], 'a', 3, 1, [0, 0, 0, 0]), { op: 'Add', inputs: ['image', 'a'], output: 'result' }],
        constants: filter,
      },
    ],
    'shapes that go on doubling': [
      'Concat of 16 sizes',
      {
        ...image,
        nodes: ['a', 'b', 'c'].map((output, index) => {
          const from = ['s', 'a', 'b'][index]!
          return { op: 'Concat', inputs: [from, from], output }
        }),
        constants: { s: { shape: [2], int64s: [1, 3] } },
      },
    ],
  }
  it.each(Object.entries(unsupported))('refuses %s', (_, [words, graph]) => {
    expect(faultOf(graph)).toMatchObject({ code: 'onnx_unsupported', message: expect.stringContaining(words) })
  })

  it.each<[string, string, TestGraph]>([
    [
      'a kernel larger than the map',
      'kernel of 3 on 2 pixels',
      { input: [1, 3, 2, 2], nodes: [conv(['image', 'w'], 'result', 3, 1, [0, 0, 0, 0])], constants: filter },
    ],
    [
      'fewer weights than the shape says',
      '"w" has 3 values, its shape 12',
      {
        ...image,
        nodes: [conv(['image', 'w'], 'result', 1, 1, [0, 0, 0, 0])],
        constants: { w: { shape: [4, 3, 1, 1], floats: [1, 2, 3] } },
      },
    ],
    [
      'a negative size',
      'shape [-1,-3]',
      {
        ...image,
        nodes: [conv(['image', 'w'], 'result', 1, 1, [0, 0, 0, 0])],
        constants: { w: { shape: [-1, -3], floats: [1, 2, 3] } },
      },
    ],
  ])('calls %s damage', (_, words, graph) => {
    expect(faultOf(graph)).toMatchObject({ code: 'onnx_invalid', message: expect.stringContaining(words) })
  })
})
