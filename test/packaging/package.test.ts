import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = new URL('../..', import.meta.url).pathname

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
})
