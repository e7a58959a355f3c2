// Builds dist/ (the package) and demo/dist (the QA page; left out with `--package`). Run by setup.mjs when a source changed,
// or by `npm run build`.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'
import { build as viteBuild } from 'vite'
import policy from './demo/policy.json' with { type: 'json' }
import modelFiles from './models/files.json' with { type: 'json' }
import packageJson from './package.json' with { type: 'json' }
import { bundledPackages, recordPackages } from './release/bundled.ts'
import workerConfig from './vite.worker.config.ts'

const root = fileURLToPath(new URL('.', import.meta.url))
const dist = join(root, 'dist')

/** Entries of the package that are not the worker; what they share lands in common chunks, so errors keep one class. */
const entries = {
  index: 'src/index.ts',
  // Loaded after the grant; an entry, so that it lies beside the worker, whose address it holds.
  capture: 'src/page/capture/tries.ts',
  element: 'src/element/index.ts',
  react: 'src/react/index.ts',
  vue: 'src/vue/index.ts',
  policy: 'src/policy/index.ts',
  server: 'src/server/index.ts',
  'server-postgres': 'src/server/postgres.ts',
  'server-node': 'src/server/node.ts',
  'server-timestamp': 'src/server/timestamp/index.ts',
  cli: 'src/cli/main.ts',
}

/**
 * The widget stands on the built headless entry as it is, never on a chunk of it: the addresses of worker and models are
 * relative to the folder of dist/index.js.
 */
const overPublicApi: Plugin = {
  name: 'faceseal-over-public-api',
  resolveId: (source, importer) =>
    source === '../index' && importer?.startsWith(join(root, 'src', 'element'))
      ? { id: './index.js', external: 'relative' }
      : null,
}

/** The demo's policy as a first one: not in production yet, so without an assessment, and with a way in of its own. */
const { pia: _pia, ...complete } = policy
const firstPolicy = {
  ...complete,
  environment: 'development',
  alternatives: policy.alternatives.map((alternative) => ({ ...alternative, endpoint: `/login/${alternative.id}` })),
}

await rm(dist, { recursive: true, force: true })
await emitTypes()
await bundleEntries()
await viteBuild({ ...workerConfig, plugins: [...(workerConfig.plugins ?? []), recordPackages] })
await copyAssets()
if (!process.argv.includes('--package')) await viteBuild({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' })

async function emitTypes(): Promise<void> {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const result = spawnSync(process.execPath, [tsc, '-b'], { cwd: root, stdio: 'inherit' })
  if (result.status !== 0) process.exit(1)
  const types = join(dist, 'types')
  for (const name of await readdir(types, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue
    const path = join(types, name)
    const text = await readFile(path, 'utf8')
    // Sources import without extensions; Node's resolution of the published types wants them.
    const relative = /(from|import\()(\s*)(['"])(\.{1,2}(?:\/[^'"]+?)?)(?<!\.js|\.json)\3/g
    const complete = (_: string, keyword: string, space: string, quote: string, to: string) =>
      `${keyword}${space}${quote}${to}${existsSync(join(path, '..', to, 'index.d.ts')) ? '/index' : ''}.js${quote}`
    await writeFile(path, text.replace(relative, complete))
  }
}

async function bundleEntries(): Promise<void> {
  const { dependencies, peerDependencies } = packageJson
  const bundle = await rolldown({
    input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(root, path)])),
    external: [
      /^node:/,
      ...Object.keys({ ...dependencies, ...peerDependencies }).map((name) => new RegExp(`^${name}(/|$)`)),
    ],
    plugins: [overPublicApi, recordPackages],
    platform: 'neutral',
    tsconfig: false,
    transform: { define: { __FACESEAL_VERSION__: JSON.stringify(packageJson.version) } },
  })
  await bundle.write({
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    // What the server alone shares with the command line is named so: the page's budget leaves it out.
    chunkFileNames: ({ moduleIds }) => {
      const ours = moduleIds.filter((id) => id.includes('/src/'))
      const isServer = ours.some((id) => /\/src\/(server|cli)\//.test(id))
      // It lies beside the models, whose addresses it holds.
      if (ours.some((id) => id.endsWith('/page/asset-urls.ts'))) return '[name]-[hash].js'
      return `chunks/${isServer ? 'server-' : ''}[name]-[hash].js`
    },
    sourcemap: false,
  })
  await bundle.close()
  await chmod(join(dist, 'cli.js'), 0o755)
}

async function copyAssets(): Promise<void> {
  await mkdir(join(dist, 'assets'), { recursive: true })
  // By name, for a folder of models that was there before may hold files of an older manifest.
  for (const { file } of Object.values(modelFiles).flat())
    await cp(join(root, 'models', 'dist', file), join(dist, 'assets', file))
  await writeFile(join(dist, 'bundled.json'), `${JSON.stringify(bundledPackages(), null, 2)}\n`) // for the SBOM
  await mkdir(join(dist, 'init'), { recursive: true }) // for `faceseal init`
  for (const name of ['server.mjs', 'route.js'])
    await cp(join(root, 'examples', 'init', name), join(dist, 'init', name))
  await writeFile(join(dist, 'init', 'policy.json'), `${JSON.stringify(firstPolicy, null, 2)}\n`)
  await cp(join(root, 'models', 'manifest.json'), join(dist, 'model-cards.json')) // for `faceseal pia`
}
