import type { OnnxNode, OnnxTensor } from './onnx-graph.js'
import { PrepareError } from './prepare-error.js'

/**
 * Evaluates the integer arithmetic that exporters wrap around a Reshape (`x.view(x.size(0), -1)`): every shape is
 * known when the model is converted, so none of it needs to be in the result.
 * Returns undefined for a node that is not such arithmetic; throws `onnx_unsupported` where its inputs are not known.
 */
export function foldShapeNode(
  node: OnnxNode,
  shapeOf: (name: string) => readonly number[] | undefined,
  integers: (name: string) => readonly number[] | undefined,
): readonly number[] | undefined {
  const known = (name: string | undefined): readonly number[] => {
    const values = name === undefined ? undefined : integers(name)
    if (!values) throw new PrepareError('onnx_unsupported', `${node.op} of "${name}", which is not known beforehand`)
    return values
  }
  switch (node.op) {
    case 'Shape':
      return shapeOf(node.inputs[0] ?? '')
    case 'Constant':
      return integersOf(node.attributes.get('value')?.tensor)
    case 'Gather': {
      const from = known(node.inputs[0])
      return known(node.inputs[1]).map((index) => {
        const value = from.at(index)
        if (value === undefined) throw new PrepareError('onnx_invalid', `Gather of element ${index} of ${from.length}`)
        return value
      })
    }
    case 'Unsqueeze':
      return known(node.inputs[0])
    case 'Concat':
      return node.inputs.flatMap(known)
    default:
      return undefined
  }
}

/** The values of an int64 constant, undefined for floats. */
export function integersOf(tensor: OnnxTensor | undefined): readonly number[] | undefined {
  return tensor && !(tensor.values instanceof Float32Array) ? tensor.values : undefined
}
