// What face-api.js's sources know as "tfjs": only the operators that the recognition net runs. Its sources also call some
// of them as methods of a tensor; those are attached one by one.
import '@tensorflow/tfjs-core/dist/public/chained_ops/as1d'
import '@tensorflow/tfjs-core/dist/public/chained_ops/as2d'
import '@tensorflow/tfjs-core/dist/public/chained_ops/as3d'
import '@tensorflow/tfjs-core/dist/public/chained_ops/as4d'
import '@tensorflow/tfjs-core/dist/public/chained_ops/div'
import '@tensorflow/tfjs-core/dist/public/chained_ops/expand_dims'
import '@tensorflow/tfjs-core/dist/public/chained_ops/mean'
import '@tensorflow/tfjs-core/dist/public/chained_ops/mul'
import '@tensorflow/tfjs-core/dist/public/chained_ops/reshape'
import '@tensorflow/tfjs-core/dist/public/chained_ops/slice'
import '@tensorflow/tfjs-core/dist/public/chained_ops/sub'

export {
  add,
  avgPool,
  cast,
  concat,
  conv2d,
  expandDims,
  fill,
  matMul,
  maxPool,
  mul,
  pad,
  relu,
  scalar,
  separableConv2d,
  softmax,
  stack,
  sub,
  Tensor,
  tensor,
  tensor1d,
  tensor2d,
  tensor4d,
  tidy,
  transpose,
  unstack,
  Variable,
  zeros,
} from '@tensorflow/tfjs-core'
