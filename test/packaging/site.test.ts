import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = `${root}docs/.vitepress/dist/`

/** Path under the site → text. */
let pages: ReadonlyMap<string, string>
let files: ReadonlySet<string>

beforeAll(() => {
  const result = spawnSync('npm', ['run', 'docs'], { cwd: root, encoding: 'utf8' })
  // TypeDoc fails on an exported name without a docstring, VitePress on a dead link.
  expect(result.status, result.stdout + result.stderr).toBe(0)
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'))
  files = new Set(names)
  pages = new Map(
    names.filter((name) => name.endsWith('.html')).map((name) => [name, readFileSync(dist + name, 'utf8')]),
  )
}, 300_000)

const attributes = (html: string, name: string) =>
  [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value.replaceAll('&amp;', '&'))

describe('the site that `npm run docs` builds', () => {
  it('has every page in both languages', () => {
    const english = [...pages.keys()].filter((name) => !name.startsWith('zh-CN/') && name !== '404.html')
    expect(english.length).toBeGreaterThan(30)
    expect(english.filter((name) => !pages.has(`zh-CN/${name}`))).toEqual([])
  })

  it('links to nothing that is not there, anchors too', () => {
    const ids = new Map([...pages].map(([name, html]) => [name, new Set(attributes(html, 'id'))]))
    const dead = [...pages].flatMap(([name, html]) =>
      attributes(html, 'href').flatMap((href) => {
        if (/^(https?:|mailto:|data:)/.test(href)) return []
        const [path = '', hash = ''] = decodeURIComponent(href).split('#')
        const absolute = path === '' ? name : posix.join('/', posix.dirname(name), path).slice(1)
        const target = path.startsWith('/') ? path.slice(1) : absolute
        const found = [target, `${target}.html`, posix.join(target, 'index.html')].find((each) => files.has(each))
        if (found === undefined) return [`${name}: ${href}`]
        return hash === '' || !found.endsWith('.html') || ids.get(found)?.has(hash) ? [] : [`${name}: ${href}`]
      }),
    )
    expect(dead).toEqual([])
  })

  it('leads to every page from the side', () => {
    const shown = new Set(
      attributes(pages.get('guide/concepts.html') ?? '', 'href').map((href) => `${href.slice(1)}.html`),
    )
    const wanted = [...pages.keys()].filter((name) => !/^(zh-CN|api)\/|index\.html$|^404/.test(name))
    expect(wanted.length).toBeGreaterThan(20)
    expect(wanted.filter((name) => !shown.has(name))).toEqual([])
  })

  it('loads nothing from another origin', () => {
    const loaded = [...pages].flatMap(([name, html]) => [
      ...attributes(html, 'src').map((src) => `${name}: ${src}`),
      ...[...html.matchAll(/<link [^>]*href="([^"]*)"/g)].map(([, href]) => `${name}: ${href}`),
    ])
    expect(loaded.filter((line) => /: (https?:)?\/\//.test(line))).toEqual([])
    const styles = [...files].filter((name) => name.endsWith('.css')).map((name) => readFileSync(dist + name, 'utf8'))
    expect(styles.join('\n')).not.toMatch(/url\(["']?(https?:)?\/\//)
  })

  it('has an index for the search in each language, Chinese words and error codes in it', () => {
    const index = (locale: string) => {
      const name = [...files].find((each) => each.includes(`localSearchIndex${locale}.`)) ?? ''
      return readFileSync(dist + name, 'utf8')
    }
    // As words of their own; the index is too long to show.
    expect(index('root').includes('"camera_busy"')).toBe(true)
    expect(index('zh-CN').includes('"规则"')).toBe(true)
  })
})
