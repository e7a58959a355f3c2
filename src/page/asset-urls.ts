import type { ModelFileName } from '../wire/model-files'

/**
 * Where each file lies beside this module. Each is one static expression, because that is what bundlers look for when
 * they copy files and rewrite their addresses; a unit test holds the list complete.
 */
export const assetUrls: Readonly<Record<ModelFileName, URL>> = {
  'blazeface-short-range.tflite': new URL('./assets/blazeface-short-range.tflite', import.meta.url),
  'face_landmark_68_model-weights_manifest.json': new URL(
    './assets/face_landmark_68_model-weights_manifest.json',
    import.meta.url,
  ),
  'face_landmark_68_model.bin': new URL('./assets/face_landmark_68_model.bin', import.meta.url),
  'face_recognition_model-weights_manifest.json': new URL(
    './assets/face_recognition_model-weights_manifest.json',
    import.meta.url,
  ),
  'face_recognition_model.bin': new URL('./assets/face_recognition_model.bin', import.meta.url),
  'mobilefacenet-512.json': new URL('./assets/mobilefacenet-512.json', import.meta.url),
  'mobilefacenet-512.bin': new URL('./assets/mobilefacenet-512.bin', import.meta.url),
  'minifasnet-128.json': new URL('./assets/minifasnet-128.json', import.meta.url),
  'minifasnet-128.bin': new URL('./assets/minifasnet-128.bin', import.meta.url),
  'vision_wasm_module_internal.wasm': new URL('./assets/vision_wasm_module_internal.wasm', import.meta.url),
  'tfjs-backend-wasm.wasm': new URL('./assets/tfjs-backend-wasm.wasm', import.meta.url),
  'tfjs-backend-wasm-simd.wasm': new URL('./assets/tfjs-backend-wasm-simd.wasm', import.meta.url),
}
