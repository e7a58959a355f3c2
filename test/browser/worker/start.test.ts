import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../harness'
import { artifacts, type Lab, openLab } from './lab'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

describe('start', () => {
  it('reports what the self-test chose, under the strict CSP', async () => {
    const report = await lab.start()
    expect(report).toMatchObject({ backend: 'wasm', simd: true, detector: 'mediapipe' })
    expect(report).toHaveProperty('model', expect.stringMatching(/^mobilefacenet\.[0-9a-f]{8}$/))
    expect(report).toHaveProperty(
      'removed',
      expect.arrayContaining(['fetch', 'WebSocket', 'indexedDB', 'importScripts']),
    )
    expect(lab.complaints).toEqual([])
  })

  it('asks the network for nothing but its own script', async () => {
    const before = lab.site.requests.length
    await lab.start()
    const asked = lab.site.requests.slice(before).filter((path) => !path.startsWith('/assets/'))
    expect(asked).toEqual(['/lab/worker.js'])
  })

  it.each([
    'mobilefacenet-512.bin',
    'mobilefacenet-512.json',
    'blazeface-short-range.tflite',
    'vision_wasm_module_internal.wasm',
    'tfjs-backend-wasm-simd.wasm',
    'face_landmark_68_model.bin',
  ])('refuses one flipped bit in %s', async (tamper) => {
    expect(await lab.start({ tamper })).toMatchObject({ code: 'model_integrity', detail: tamper })
  })

  it('refuses a file that is not pinned', async () => {
    expect(await lab.start({ smuggle: 'extra.bin' })).toMatchObject({ code: 'model_integrity', detail: 'extra.bin' })
  })

  it('names the net that is missing', async () => {
    const files = assetsWithout('mobilefacenet')
    expect(await lab.start({ files })).toMatchObject({ code: 'model_unavailable', detail: 'mobilefacenet-512' })
  })

  it('takes BlazeFace on tfjs where MediaPipe is missing', async () => {
    const files = assetsWithout('vision_wasm')
    expect(await lab.start({ files })).toMatchObject({ detector: 'blazeface' })
  })

  it('says so when a forced detector cannot run', async () => {
    const files = assetsWithout('vision_wasm')
    const report = await lab.start({ files, detector: 'mediapipe' })
    expect(report).toMatchObject({ code: 'self_test_failed', detail: 'mediapipe' })
    expect(report).toHaveProperty('cause', expect.stringContaining('model_unavailable'))
  })

  it('computes rightly on WebGL too, when it is asked for', async () => {
    expect(await lab.start({ backend: 'webgl' })).toMatchObject({ backend: 'webgl', simd: false })
  })

  it('has its own model id for each embedder', async () => {
    const ids = []
    for (const embedder of ['mobilefacenet', 'face-api'] as const) {
      const report = await lab.start({ embedder })
      ids.push('model' in report ? report.model : report.code)
    }
    expect(ids.map((id) => id.split('.')[0])).toEqual(['mobilefacenet', 'face-api'])
    expect(new Set(ids.map((id) => id.split('.')[1])).size).toBe(2)
  })
})

describe('dist/worker.js', () => {
  it('closes the airlock before any library is evaluated', () => {
    const code = readFileSync(`${root}${artifacts}/worker.js`, 'utf8')
    const airlock = code.indexOf('fetchLater')
    expect(airlock).toBeGreaterThan(0)
    // One line of each library, which stands where the library is evaluated.
    for (const mark of ['IS_BROWSER', 'WASM_HAS_SIMD_SUPPORT', 'ModuleFactory not set', 'Comlink.proxy']) {
      expect(code.indexOf(mark), mark).toBeGreaterThan(airlock)
    }
  })

  it('is one module that can import nothing', () => {
    const code = readFileSync(`${root}${artifacts}/worker.js`, 'utf8')
    expect(code).not.toMatch(/(?<![\w.$])import\s*\(/)
    expect(code).not.toMatch(/(?<![\w.$])import\s*["'{*]/)
    expect(code).not.toMatch(/\beval\s*\(|new Function\b/)
  })
})

function assetsWithout(part: string): readonly string[] {
  return lab.assetFiles.filter((file) => !file.includes(part))
}
