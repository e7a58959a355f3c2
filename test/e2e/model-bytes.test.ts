import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildPage, pageFolder, walk } from '../../bench/speed/path'
import { neededFiles } from '../../src/page/assets'
import { root } from '../browser/harness'
import { openStage, type Stage, type VisitOptions, type Visitor } from './harness'

const lite = neededFiles({ embedder: 'mobilefacenet', detectors: ['blazeface'] })

let stage: Stage
let visitor: Visitor

beforeAll(async () => {
  await buildPage()
  stage = await openStage(pageFolder)
})
afterAll(() => stage.close())
afterEach(() => visitor.close())

async function visit(options: VisitOptions = {}): Promise<void> {
  visitor = await stage.visit({ path: '/', ...options })
  await visitor.page.waitForFunction(() => 'runPath' in window)
}

const isModel = (path: string) => /\.(bin|tflite|wasm)$|(manifest|-\d+)-[\w-]+\.json$/.test(path)
const modelPaths = () => visitor.requests.map(({ url }) => url.pathname).filter(isModel)

describe('the lite profile', () => {
  it('enrols and verifies without a byte of MediaPipe', async () => {
    await visit()
    expect(await walk(visitor, 'enrol', 'lite')).toMatchObject({ outcome: 'enrolled', detector: 'blazeface' })
    const verified = { outcome: 'verified true', detector: 'blazeface' }
    expect(await walk(visitor, 'verify', 'lite')).toMatchObject(verified)
    const paths = [...new Set(modelPaths())]
    expect(paths.filter((path) => path.includes('vision_wasm'))).toEqual([])
    expect(paths.filter((path) => path.includes('blazeface-short-range'))).toHaveLength(1)
    // tfjs has three builds of its wasm; one is fetched.
    expect(paths.filter((path) => path.includes('tfjs-backend-wasm'))).toHaveLength(1)
  })
})

const prefetch = (assetBase?: string) =>
  visitor.page.evaluate((base) => window.runPrefetch({ profile: 'lite', assetBase: base }), assetBase)

it('what a cache holds of an earlier version under the same name is fetched anew', async () => {
  const folder = join(pageFolder, 'dist', 'models')
  await mkdir(folder)
  for (const { file } of lite) await copyFile(join(root, 'models', 'dist', file), join(folder, file))
  // The demo has this one kept without asking again, for its name ends as if it were a hash.
  const kept = 'blazeface-short-range.tflite'
  const earlier = await readFile(join(folder, kept))
  earlier.reverse()
  await writeFile(join(folder, kept), earlier)
  await visit()
  await prefetch('/models/')
  await copyFile(join(root, 'models', 'dist', kept), join(folder, kept))
  expect(await walk(visitor, 'enrol', 'lite', '/models/')).toMatchObject({ outcome: 'enrolled' })
  const asked = visitor.requests.filter(({ url }) => url.pathname === `/models/${kept}`)
  // Ahead, from the cache, and past it.
  expect(asked).toHaveLength(3)
})

describe('prefetchModels', () => {
  it('L01: fetches bytes ahead, starts no camera and no worker, and the ceremony finds them in the cache', async () => {
    await visit()
    expect(modelPaths()).toEqual([])
    expect(await prefetch()).toBe(lite.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(modelPaths()).toHaveLength(lite.length)
    for (const what of ['getUserMedia', 'workers', 'otherPermissions'] as const)
      expect(await visitor.count(what)).toBe(0)

    expect(await walk(visitor, 'enrol', 'lite')).toMatchObject({ outcome: 'enrolled' })
    // Bytes on the wire, first request and later ones, of each file.
    const wire = await visitor.page.evaluate(() => {
      const sizes: Record<string, number[]> = {}
      for (const { name, transferSize } of performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        sizes[name] = [...(sizes[name] ?? []), transferSize]
      return Object.entries(sizes)
    })
    const models = wire.filter(([url]) => isModel(new URL(url).pathname)).map(([, sizes]) => sizes)
    expect(models).toHaveLength(lite.length)
    expect(models.filter(([first]) => first === 0)).toEqual([])
    expect(models.map(([, ...later]) => later)).toEqual(models.map(() => [0]))
    expect(stage.outside.attempts).toEqual([])
  })

  it('fetches nothing where the person saves data', async () => {
    // What Chromium says under its Lite mode, which a headless one has not.
    const saveData = () => Object.defineProperty(navigator, 'connection', { value: { saveData: true } })
    await visit({ before: (page) => page.addInitScript(saveData) })
    expect(await prefetch()).toBe(0)
    expect(modelPaths()).toEqual([])
  })

  it('says why not, with a code, and asks nobody else', async () => {
    await visit()
    expect(await prefetch('https://models.example/')).toBe('model_unavailable')
    expect(await prefetch('/nowhere/')).toBe('model_unavailable')
    expect(stage.outside.attempts).toEqual([])
  })

  it('ends with the signal', async () => {
    await visit()
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await visitor.page.route(/\.bin$/, async (route) => {
      await released
      await route.abort()
    })
    expect(await visitor.page.evaluate(() => window.runPrefetch({ profile: 'lite' }, 500))).toBe('aborted')
    release()
  })
})
