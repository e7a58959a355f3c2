import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = new URL('../..', import.meta.url).pathname
const dist = join(root, 'dist')

describe('the package', () => {
  it('holds the worker, wasm and models, and nothing of tests, demo or faces', () => {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
    )
    const files = (packed.files as { path: string }[]).map((file) => file.path)
    expect(files).toContain('dist/worker.js')
    expect(files.filter((path) => path.endsWith('.wasm'))).toHaveLength(3)
    expect(
      files.filter(
        (path) => /^(test|demo|bench|models|src)\//.test(path) || /\.(jpe?g|onnx|map|tsbuildinfo)$/.test(path),
      ),
    ).toEqual([])
    // On npm there is nothing but the package: what the README and the guide link to has to be in it.
    const documents = files.filter(
      (path) => path === 'README.md' || path.includes('docs/guide/') || path.includes('docs/zh-CN/'),
    )
    expect(documents.length).toBeGreaterThan(16)
    const dead = documents.flatMap((path) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].flatMap(([, link = '']) => {
        const target = posix.join(posix.dirname(path), link)
        return files.some((file) => file === target || file.startsWith(`${target}/`)) ? [] : [`${path}: ${link}`]
      }),
    )
    expect(dead).toEqual([])
  })

  it.each(['index', 'policy', 'server', 'server-postgres'])(
    'imports %s in bare node without a browser global',
    (entry) => {
      const script = `
      for (const name of ['window', 'document', 'self', 'localStorage', 'HTMLElement'])
        Object.defineProperty(globalThis, name, { get() { throw new Error('touched ' + name) } })
      await import(${JSON.stringify(join(dist, `${entry}.js`))})`
      execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' })
    },
  )

  it('exports an explicit list (L28: no search, no bulk export; L14: nothing inferred)', async () => {
    const page = Object.keys(await import(join(dist, 'index.js'))).sort()
    const server = Object.keys(await import(join(dist, 'server.js'))).sort()
    const words = [...page, ...server].flatMap((name) => name.split(/(?=[A-Z])/).map((word) => word.toLowerCase()))
    const unwanted = [
      'identify',
      'search',
      'find',
      'bulk',
      'templates',
      'embedding',
      'age',
      'gender',
      'emotion',
      'mood',
      'expression',
    ]
    expect(unwanted.filter((word) => words.includes(word))).toEqual([])
    expect(page).toMatchSnapshot()
    expect(server).toMatchSnapshot()
  })
})
