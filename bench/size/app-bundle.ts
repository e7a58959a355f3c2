import { gzipSync } from 'node:zlib'
import { type OutputChunk, rolldown } from 'rolldown'

/** One file of an app's bundle. */
export interface AppChunk {
  readonly file: string
  readonly code: string
  readonly isEntry: boolean
  /** Files that come with it, and files that it may ask for later. */
  readonly imports: readonly string[]
  readonly dynamicImports: readonly string[]
  /** What it was made of: paths of modules. */
  readonly modules: readonly string[]
}

/**
 * Bundles an app of a few lines for production, over the exports of the built package, with every dependency: rolldown
 * as Vite sets it up, chunks beside the entry `main.js`.
 */
export async function bundleApp(code: string, root: string): Promise<readonly AppChunk[]> {
  const app = `${root}/faceseal-app.js`
  const bundle = await rolldown({
    input: { main: app },
    cwd: root,
    platform: 'browser',
    plugins: [{ name: 'app', resolveId: (id) => (id === app ? id : null), load: (id) => (id === app ? code : null) }],
    transform: { target: 'es2022', define: { 'process.env.NODE_ENV': '"production"' } },
    onLog: () => undefined,
  })
  const names = { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' }
  const { output } = await bundle.generate({ format: 'esm', minify: true, comments: false, ...names })
  await bundle.close()
  return output
    .filter((file): file is OutputChunk => file.type === 'chunk')
    .map((chunk) => ({
      file: chunk.fileName,
      code: chunk.code,
      isEntry: chunk.isEntry,
      imports: chunk.imports,
      dynamicImports: chunk.dynamicImports,
      modules: chunk.moduleIds,
    }))
}

/** The entry and all that comes with it; dynamic imports only where `follow` says so of the chunk that is asked for. */
export function loadedBy(
  chunks: readonly AppChunk[],
  follow: (chunk: AppChunk) => boolean = () => false,
): readonly AppChunk[] {
  const byName = new Map(chunks.map((chunk) => [chunk.file, chunk]))
  const loaded = new Set<AppChunk>()
  const load = (chunk: AppChunk | undefined) => {
    if (!chunk || loaded.has(chunk)) return
    loaded.add(chunk)
    for (const name of chunk.imports) load(byName.get(name))
    for (const name of chunk.dynamicImports) {
      const later = byName.get(name)
      if (later && follow(later)) load(later)
    }
  }
  load(chunks.find(({ isEntry }) => isEntry))
  return [...loaded]
}

/** Bytes over the wire, each file on its own: gzip, level 9. */
export function gzipBytes(chunks: readonly AppChunk[]): number {
  return chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0)
}
