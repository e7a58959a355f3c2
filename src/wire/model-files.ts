/** One file that the page may fetch, as `models/files.json` pins it; a unit test holds the two equal. */
export interface ModelFile {
  readonly file: string
  readonly bytes: number
  /** SHA-256 in lower-case hex. */
  readonly sha256: string
}

/** Every model and runtime file, by the id it has in models/manifest.json. */
export const modelFiles = {
  'blazeface-short-range': [
    {
      file: 'blazeface-short-range.tflite',
      bytes: 229760,
      sha256: 'e1591da2af620994a8805f5f525e6dabb826af7d55cdcfd56b807b508285e45d',
    },
  ],
  'landmarks-68': [
    {
      file: 'face_landmark_68_model-weights_manifest.json',
      bytes: 8485,
      sha256: 'ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9',
    },
    {
      file: 'face_landmark_68_model.bin',
      bytes: 356840,
      sha256: '4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b',
    },
  ],
  'dlib-resnet-128': [
    {
      file: 'face_recognition_model-weights_manifest.json',
      bytes: 19615,
      sha256: 'cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b',
    },
    {
      file: 'face_recognition_model.bin',
      bytes: 6444032,
      sha256: 'b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589',
    },
  ],
  'mobilefacenet-512': [
    {
      file: 'mobilefacenet-512.json',
      bytes: 40958,
      sha256: 'd8d9f124ee7f6962783d20523e380cf83f68c63c184cb9fe21bb603b305fc4f4',
    },
    {
      file: 'mobilefacenet-512.bin',
      bytes: 2380680,
      sha256: '79be5b5db79cf87a11954fa498d4fc3af23788f45e2b432dc2abdae2a94903ef',
    },
  ],
  'minifasnet-128': [
    {
      file: 'minifasnet-128.json',
      bytes: 46010,
      sha256: '83a793399dd7e28fee50d6f9460aa846a6b9c2a6d9c2f35c3f9326c70a5c8d9c',
    },
    {
      file: 'minifasnet-128.bin',
      bytes: 936390,
      sha256: 'db1bd9caef09859eea70e02028bfbb33c05c82fbb48c003bcdae788e022c1ab3',
    },
  ],
  'mediapipe-vision-wasm': [
    {
      file: 'vision_wasm_module_internal.wasm',
      bytes: 11153641,
      sha256: '617b8e0248dbd27e9d7ece4218004eae4cefb499196d1bb4fa0e3fef21708756',
    },
  ],
  'tfjs-wasm': [
    {
      file: 'tfjs-backend-wasm.wasm',
      bytes: 311123,
      sha256: '70a5d516060464e5269f01c74bac1772d6b8ab6cb612acf16b5cdaf61f78d892',
    },
    {
      file: 'tfjs-backend-wasm-simd.wasm',
      bytes: 424594,
      sha256: '77ebb28a6d34f371dbbf2086b7f2de8994acd8ea5a3cf1fa24d2c26c840cac7b',
    },
  ],
} as const satisfies Record<string, readonly ModelFile[]>

export type ModelId = keyof typeof modelFiles
export type ModelFileName = (typeof modelFiles)[ModelId][number]['file']
