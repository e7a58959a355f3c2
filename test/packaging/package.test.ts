import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = new URL('../..', import.meta.url).pathname
const dist = join(root, 'dist')
const scripts = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|mjs)$/.test(name))

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

  it('names no foreign host in any script that it ships', () => {
    // Read in comments, schemas, licences and sources of facts: text, never fetched. The list is closed.
    const text = new Set(
      'www.w3.org www.apache.org opensource.org github.com goo.gle tools.ietf.org localhost www.rfc-editor.org nvlpubs.nist.gov m.gmw.cn politics.gmw.cn www.shadertoy.com kripken.github.io unicode.org en.wikipedia.org www.ietf.org pubs.opengroup.org developer.mozilla.org server.com webkit.org bugzil.la www.khronos.org'.split(
        ' ',
      ),
    )
    const hosts = scripts.flatMap((name) =>
      [
        ...readFileSync(join(dist, name), 'utf8').matchAll(
          /\b(?:https?|wss?):\/\/([a-z0-9.-]+\.[a-z]{2,}|localhost)/gi,
        ),
      ].map((m) => `${name}: ${m[1]}`),
    )
    expect(hosts.filter((entry) => !text.has(entry.split(': ')[1] ?? ''))).toEqual([])
  })

  it('has no network call outside the model loader and the client (page), and none in the worker', () => {
    const calls = scripts.filter((name) =>
      /\b(XMLHttpRequest|WebSocket|EventSource|sendBeacon|RTCPeerConnection|WebTransport)\s*\(/.test(
        readFileSync(join(dist, name), 'utf8'),
      ),
    )
    expect(calls.filter((name) => name !== 'worker.js')).toEqual([])
  })
})
