import { _fusedMatMulConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/_FusedMatMul'
import { addConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Add'
import { avgPoolConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/AvgPool'
import { batchMatMulConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/BatchMatMul'
import { castConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Cast'
import { concatConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Concat'
import { conv2DConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Conv2D'
import { depthwiseConv2dNativeConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/DepthwiseConv2dNative'
import { expandDimsConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/ExpandDims'
import { fillConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Fill'
import { fusedConv2DConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/FusedConv2D'
import { fusedDepthwiseConv2DConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/FusedDepthwiseConv2D'
import { identityConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Identity'
import { maxPoolConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/MaxPool'
import { meanConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Mean'
import { multiplyConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Multiply'
import { packConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Pack'
import { padV2Config } from '@tensorflow/tfjs-backend-webgl/dist/kernels/PadV2'
import { preluConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Prelu'
import { realDivConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/RealDiv'
import { reluConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Relu'
import { reshapeConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Reshape'
import { sigmoidConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Sigmoid'
import { sliceConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Slice'
import { softmaxConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Softmax'
import { subConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Sub'
import { sumConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Sum'
import { transposeConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Transpose'
import { unpackConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/Unpack'
import { zerosLikeConfig } from '@tensorflow/tfjs-backend-webgl/dist/kernels/ZerosLike'
import { type KernelConfig, registerKernel } from '@tensorflow/tfjs-core'

/** The WebGL kernels of the nets in use; the rest of the backend's are shaken off. */
export function registerWebGLKernels(): void {
  const kernels: readonly KernelConfig[] = [
    addConfig,
    avgPoolConfig,
    batchMatMulConfig,
    castConfig,
    concatConfig,
    conv2DConfig,
    depthwiseConv2dNativeConfig,
    expandDimsConfig,
    fillConfig,
    fusedConv2DConfig,
    fusedDepthwiseConv2DConfig,
    identityConfig,
    maxPoolConfig,
    meanConfig,
    multiplyConfig,
    packConfig,
    padV2Config,
    preluConfig,
    realDivConfig,
    reluConfig,
    reshapeConfig,
    sigmoidConfig,
    sliceConfig,
    softmaxConfig,
    subConfig,
    sumConfig,
    transposeConfig,
    unpackConfig,
    zerosLikeConfig,
    _fusedMatMulConfig,
  ]
  for (const kernel of kernels) registerKernel(kernel)
}
