import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { InlineConfig, Plugin } from 'vite'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * face-api.js ships its sources, which shake better than its bundles; they reach for the whole of tfjs through one
 * relative path, which this answers with the few operators that the nets in use need.
 */
const leanFaceApi: Plugin = {
  name: 'faceseal-lean-face-api',
  enforce: 'pre',
  resolveId(source, importer) {
    if (source === '#face-api') return at('./src/worker/vision/face-api-entry.js')
    if (source === '#mediapipe-loader') return at('./src/worker/vision/mediapipe-entry.js')
    const fromFaceApi = importer?.includes('/face-api.js/src/') ?? false
    return fromFaceApi && source.endsWith('dist/tfjs.esm') ? at('./src/worker/vision/face-api-tfjs.ts') : null
  },
}

/** Pinned hashes and mean vectors, built in: the worker trusts no file that names another file's hash. */
const models: Plugin = {
  name: 'faceseal-models',
  resolveId: (source) => (source === '#models' ? '\0faceseal-models' : null),
  load(id) {
    if (id !== '\0faceseal-models') return null
    const files = readFileSync(at('./models/files.json'), 'utf8')
    const means = readdirSync(at('./models/means')).map((name) => {
      const { dimensions, float32 } = JSON.parse(readFileSync(at(`./models/means/${name}`), 'utf8'))
      return [name.replace('.json', ''), { dimensions, float32 }]
    })
    return `export const files = ${files}\nexport const means = ${JSON.stringify(Object.fromEntries(means))}`
  },
}

/**
 * The airlock cannot take `import()` away, for it is syntax; so no chunk may contain one. The three known sites never
 * run in a worker (Node's crypto and module, MediaPipe's script loader, which gets its factory from us instead).
 */
const noDynamicImport: Plugin = {
  name: 'faceseal-no-dynamic-import',
  transform(code, id) {
    const known = [/@mediapipe\/tasks-vision\//, /@hpke\/(core|common)\//]
    if (!code.includes('import(') || !known.some((pattern) => pattern.test(id))) return null
    return { code: code.replaceAll(/(?<![\w.$])import\(/g, 'Promise.reject('), map: null }
  },
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue
      if (chunk.imports.length + chunk.dynamicImports.length > 0 || /(?<![\w.$])import\(/.test(chunk.code)) {
        this.error(`${chunk.fileName} must be one self-contained module without import()`)
      }
    }
  },
}

/** package.json calls the sources free of side effects; these two are nothing but a side effect, the airlock first. */
const sideEffects: Plugin = {
  name: 'faceseal-side-effects',
  transform: (_code, id) => (/\/src\/worker\/(main|airlock)\.ts$/.test(id) ? { moduleSideEffects: true } : null),
}

/** tfjs brings a second wasm loader that starts threads through blob workers; the airlock forbids those. */
const noThreads: Plugin = {
  name: 'faceseal-no-wasm-threads',
  enforce: 'pre',
  load(id) {
    return /tfjs-backend-wasm-threaded-simd(\.worker)?\.js$/.test(id)
      ? 'export default undefined\nexport const wasmWorkerContents = ""\n'
      : null
  },
}

/** Entry → output file: the shipped worker by default, others for tests and the benchmark. */
export function workerBuild(entry: string, outDir: string, file: string, minify = true): InlineConfig {
  return {
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [leanFaceApi, models, sideEffects, noThreads, noDynamicImport],
    build: {
      outDir: at(outDir),
      emptyOutDir: false,
      target: 'es2022',
      minify,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 4000,
      lib: { entry: at(entry), formats: ['es'], fileName: () => file },
      rolldownOptions: {
        output: { codeSplitting: false, comments: false, minify },
        onLog(level, log, handler) {
          // face-api.js's sources name operators of paths that are never taken.
          if (log.code === 'IMPORT_IS_UNDEFINED' || log.code === 'EVAL') return
          handler(level, log)
        },
      },
    },
  }
}

export default workerBuild('./src/worker/main.ts', './dist', 'worker.js')
