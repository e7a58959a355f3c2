import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = new URL('../..', import.meta.url).pathname

it.each(['html', 'react', 'vue'])('the %s example builds by the package exports alone', async (name) => {
  // Loaded here: on loading, Vite sets NODE_ENV for its own process.
  const { build } = await import('vite')
  const outDir = await mkdtemp(join(tmpdir(), 'faceseal-example-'))
  try {
    await build({
      root: join(root, 'examples', name),
      configFile: false,
      logLevel: 'error',
      build: { outDir, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, minify: false },
    })
    const files = await readdir(join(outDir, 'assets'))
    // What the bundler must find by itself: the worker, the wasm, the models.
    expect(files.filter((file) => /^worker-.*\.js$/.test(file))).toHaveLength(1)
    expect(files.filter((file) => file.endsWith('.wasm')).length).toBeGreaterThanOrEqual(3)
    expect(files.filter((file) => file.startsWith('mobilefacenet-512')).length).toBe(2)
    const scripts = await Promise.all(
      files.filter((file) => file.endsWith('.js')).map((file) => readFile(join(outDir, 'assets', file), 'utf8')),
    )
    expect(scripts.filter((text) => text.includes('customElements.define("face-seal"'))).toHaveLength(1)
  } finally {
    await rm(outDir, { recursive: true, force: true })
  }
})
