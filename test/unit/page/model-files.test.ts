import { afterEach, expect, test, vi } from 'vitest'
import files from '../../../models/files.json' with { type: 'json' }
import { assetUrls } from '../../../src/page/asset-urls'
import { neededFiles } from '../../../src/page/assets'
import { modelFiles } from '../../../src/wire/model-files'

afterEach(() => vi.restoreAllMocks())

test('the page pins exactly the files that models/prepare.ts writes', () => {
  expect(modelFiles).toEqual(files)
})

test('every file has a static address beside the module, and nothing else has', () => {
  const pinned = Object.values(files).flatMap((entry) => entry.map(({ file }) => file))
  expect(Object.keys(assetUrls).sort()).toEqual(pinned.sort())
  for (const [file, url] of Object.entries(assetUrls)) expect(url.href).toMatch(new RegExp(`/assets/${file}$`))
})

const detectors = [['mediapipe', 'blazeface'], ['blazeface']] as const
const embedders = ['mobilefacenet', 'face-api'] as const
const namesFor = (embedder: (typeof embedders)[number], list: (typeof detectors)[number]) =>
  neededFiles({ embedder, detectors: list }).map(({ file }) => file)

test('no file is shipped that no device would ask for, and no device asks for two builds of one thing', () => {
  const asked = new Set<string>()
  for (const simd of [true, false]) {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(simd)
    for (const embedder of embedders)
      for (const list of detectors) {
        const names = namesFor(embedder, list)
        expect(names.filter((name) => name.startsWith('tfjs-backend'))).toHaveLength(1)
        expect(names.includes('tfjs-backend-wasm-simd.wasm')).toBe(simd)
        for (const name of names) asked.add(name)
      }
  }
  expect([...asked].sort()).toEqual(Object.keys(assetUrls).sort())
})

test('the 6 MB of the dlib net are asked for by the embedder that runs it, and the 11 MB of MediaPipe where it can run', () => {
  expect(namesFor('mobilefacenet', detectors[0])).not.toContain('face_recognition_model.bin')
  expect(namesFor('face-api', detectors[0])).not.toContain('mobilefacenet-512.bin')
  expect(namesFor('mobilefacenet', detectors[1])).not.toContain('vision_wasm_module_internal.wasm')
})

test('this machine has WebAssembly SIMD, and the question for it is understood', () => {
  expect(namesFor('mobilefacenet', detectors[1])).toContain('tfjs-backend-wasm-simd.wasm')
})
