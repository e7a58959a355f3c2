import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { manifest } from '../../models/manifest.ts'
import type { BundledPackage } from '../../release/bundled.ts'
import { lockedPackages, productionPackages } from '../../release/lock.ts'

const root = new URL('../..', import.meta.url).pathname
const dist = join(root, 'dist')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const packages = lockedPackages()
const production = productionPackages(packages)
const bundled: readonly BundledPackage[] = JSON.parse(read('dist/bundled.json'))
const npx = (...args: readonly string[]) =>
  execFileSync('npx', ['--no-install', ...args], { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 })

describe('the lock file', () => {
  it('pins every package by exact version and SHA-512', () => {
    const loose = packages.filter(
      ({ version, integrity }) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) || !/^sha512-/.test(integrity ?? ''),
    )
    expect(loose.map(({ path }) => path)).toEqual([])
    expect(packages.length).toBeGreaterThan(100)
  })

  it('lets no dependency run a script on install; two development ones have one, and setup runs none', () => {
    expect(production.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([])
    const names = packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name)
    expect(names.filter((name) => !['esbuild', 'protobufjs', 'fsevents'].includes(name))).toEqual([])
    expect(read('setup.mjs')).toContain("'ci', '--ignore-scripts'")
  })

  it('holds licences that are allowed, fewer for what users get', () => {
    const ours = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD']
    const tools = [...ours, 'MIT OR Apache-2.0', 'MPL-2.0', 'BlueOak-1.0.0', 'CC0-1.0', 'Python-2.0']
    const outside = (list: readonly string[], some: typeof packages) =>
      some.filter(({ licence }) => !list.includes(licence ?? '')).map(({ path, licence }) => `${path}: ${licence}`)
    const inside = new Set(bundled.map(({ name, version }) => `${name}@${version}`))
    const shipped = packages.filter(({ name, version }) => inside.has(`${name}@${version}`))
    expect(shipped.length).toBeGreaterThanOrEqual(inside.size)
    expect(outside(ours, [...production, ...shipped])).toEqual([])
    expect(outside(tools, packages)).toEqual([])
    expect(manifest.entries.filter((entry) => !ours.includes(manifest.packages[entry.package]!.licence))).toEqual([])
  })
})

describe('what others made and we ship', () => {
  it('NOTICE names every package whose code is inside a script', () => {
    const notice = read('NOTICE')
    const named = ({ name }: BundledPackage) =>
      notice.includes(name) || notice.includes(` -${name.split('-').slice(1).join('-')}`)
    expect(bundled.filter((each) => !named(each)).map(({ name }) => name)).toEqual([])
    expect(bundled.map(({ name }) => name)).toContain('@mediapipe/tasks-vision')
  })

  it('the SBOM is CycloneDX, complete to the models, and the same each time', () => {
    const [text, again] = [npx('tsx', 'release/sbom.ts'), npx('tsx', 'release/sbom.ts')]
    expect(again).toBe(text)
    const bom = v.parse(cycloneDx, JSON.parse(text))
    const refs = bom.components.map((component) => component['bom-ref'])
    expect(new Set(refs).size).toBe(refs.length)
    const expected = [
      ...production.map(({ name, version }) => `${name}@${version}`),
      ...bundled.map(({ name, version }) => `${name}@${version}`),
      ...manifest.entries.map(({ id }) => `model:${id}`),
    ]
    expect(refs.toSorted()).toEqual([...new Set(expected)].sort())
    for (const { ref, dependsOn } of bom.dependencies)
      for (const name of [ref, ...dependsOn]) expect([...refs, bom.metadata.component['bom-ref']]).toContain(name)
    for (const { id, package: origin, outputs } of manifest.entries) {
      const model = bom.components.find((component) => component['bom-ref'] === `model:${id}`)
      expect(model?.version).toBe(manifest.packages[origin]?.version)
      expect(model?.components?.map(({ hashes }) => hashes?.[0]?.content)).toEqual(outputs.map(({ sha256 }) => sha256))
      expect(model?.pedigree?.ancestors[0]?.name).toBe(manifest.packages[origin]?.name)
    }
  })
})

describe('the release workflow', () => {
  it('pins what it runs, holds no secret, and publishes with provenance after the tests', () => {
    const workflow = read('.github/workflows/release.yml')
    const actions = [...workflow.matchAll(/uses: (\S+)/g)].map(([, name]) => name!)
    expect(actions.filter((name) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(name))).toEqual([])
    expect(actions.length).toBeGreaterThan(3)
    expect(workflow).not.toMatch(/secrets\.|_TOKEN/)
    const [before = '', publish = ''] = workflow.split('\n  publish:\n')
    expect(before).toMatch(/npm test[\s\S]*\n {2}build:\n[\s\S]*npm run reproducible -- --out packed/)
    expect(before).not.toContain('id-token')
    expect(publish).toMatch(
      /needs: \[test, build\][\s\S]*id-token: write[\s\S]*sha256sum --check[\s\S]*npm publish --provenance/,
    )
    // Who may publish runs none of our code, and no dependency's.
    expect(publish).not.toMatch(/actions\/checkout|npm (run|ci|test)|npx/)
  })
})

describe('npm pack', () => {
  it('gives the same bytes from two fresh clones, at other paths, times and time zones', () => {
    const lines = npx('tsx', 'release/reproducible.ts').trim().split('\n')
    const hashes = lines.map((line) => line.split(' ')[0])
    expect(hashes).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), hashes[0]])
  })
})

describe('every shipped byte', () => {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1))
    .filter((path) => !path.startsWith('.tsbuild'))
  const content = new Map(files.map((path) => [path, readFileSync(join(dist, path), 'latin1')]))

  it('names no foreign host but in the text of namespaces, messages, sources and comments', () => {
    // Read, never fetched; the lists are closed, by kind of file.
    const text: Readonly<Record<string, readonly string[]>> = {
      'the legal packs’ sources': ['m.gmw.cn', 'politics.gmw.cn'],
      'XML namespaces': ['www.w3.org'],
      standards: ['www.rfc-editor.org', 'nvlpubs.nist.gov'],
      'messages and comments of bundled code': ['github.com', 'www.shadertoy.com', 'www.tensorflow.org', 'go', 'goto'],
      'the first backend and its policy': ['localhost'],
    }
    const known = new Set(Object.values(text).flat())
    const hosts = [...content].flatMap(([path, bytes]) =>
      [...bytes.matchAll(/\b(?:https?|wss?|ftp):(?:\\?\/){2}([a-z0-9-]+(?:\.[a-z0-9-]+)*)/gi)]
        .map(([, host]) => ({ path, host: host!.toLowerCase() }))
        .filter(({ host }) => !known.has(host)),
    )
    expect(hosts).toEqual([])
    const relative = [...content].filter(
      ([path, bytes]) => /\.m?js$/.test(path) && /["'`]\/\/[a-z0-9-]+\.[a-z]{2,}/i.test(bytes),
    )
    expect(relative.map(([path]) => path)).toEqual([])
    expect(content.size).toBeGreaterThan(40)
  })

  it('uses the network in the client, the model loader, the check of the other way and the time stamp alone', () => {
    const api =
      /(?<![\w.$-])(?:globalThis\.|window\.|self\.|navigator\.)?(?:fetch|fetchLater|sendBeacon|importScripts|(?:new )?(?:XMLHttpRequest|WebSocket|EventSource|RTCPeerConnection|WebTransport))\s*\(/g
    const uses = (folder: string, names: readonly string[]) =>
      names
        .map(
          (name) => [name, withoutComments(readFileSync(join(folder, name), 'utf8')).match(api)?.length ?? 0] as const,
        )
        .filter(([, count]) => count > 0)
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.[jt]sx?$/.test(name),
    )
    expect(Object.fromEntries(uses(join(root, 'src'), sources))).toEqual({
      'page/assets.ts': 1,
      'page/consent/alternatives.ts': 1,
      'page/http.ts': 1,
      'server/timestamp/client.ts': 1,
    })
    // The same number in what is built, so nothing bundled adds one; the worker's libraries would, behind the airlock.
    const scripts = files.filter((path) => /\.m?js$/.test(path) && path !== 'worker.js')
    expect(uses(dist, scripts).reduce((sum, [, count]) => sum + count, 0)).toBe(4)
  })

  it('imports nothing at run time but its own files, Node’s modules and named packages', () => {
    const { dependencies, peerDependencies } = JSON.parse(read('package.json'))
    const first = ['hono', '@hono/node-server', 'next'] // of the files that `faceseal init` writes
    const packagesOf = new Set([...Object.keys({ ...dependencies, ...peerDependencies }), 'faceseal', ...first])
    const foreign = files
      .filter((path) => /\.m?js$/.test(path))
      .flatMap((path) => {
        const code = withoutComments(content.get(path) ?? '')
        const names = [...code.matchAll(/(?<![\w.$])(?:from\s*|import\s*\(?\s*)(["'])([@\w./:-]+)\1/g)].map(
          ([, , name]) => name!,
        )
        const own = (name: string) =>
          /^(\.|node:)/.test(name) || packagesOf.has(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '')
        return names.filter((name) => !own(name)).map((name) => `${path}: ${name}`)
      })
    expect(foreign).toEqual([])
    // `import(…)` of a name that is not written there: the command line alone, for files that its caller names.
    const computed = files.filter(
      (path) => /\.m?js$/.test(path) && /(?<![\w.$])import\(\s*[^"'\s)]/.test(withoutComments(content.get(path) ?? '')),
    )
    expect(computed).toEqual(['cli.js'])
  })
})

/** Roughly: enough for code that a formatter or a minifier wrote. */
function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}

const hash = v.object({
  alg: v.picklist(['SHA-256', 'SHA-512', 'SHA-1']),
  content: v.pipe(v.string(), v.regex(/^([0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/)),
})
const licence = v.union([
  v.object({ license: v.union([v.object({ id: v.string() }), v.object({ name: v.string() })]) }),
  v.object({ expression: v.string() }),
])
const part = v.object({
  'bom-ref': v.string(),
  type: v.picklist(['library', 'file', 'machine-learning-model']),
  name: v.string(),
  hashes: v.optional(v.array(hash)),
})
const component = v.object({
  ...part.entries,
  version: v.string(),
  scope: v.picklist(['required', 'optional', 'excluded']),
  purl: v.optional(v.pipe(v.string(), v.regex(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@[\w.-]+$/))),
  licenses: v.pipe(v.array(licence), v.minLength(1)),
  components: v.optional(v.array(part)),
  pedigree: v.optional(
    v.object({ ancestors: v.pipe(v.array(v.object({ name: v.string(), version: v.string() })), v.minLength(1)) }),
  ),
})
/** The parts of the CycloneDX 1.5 schema that a reader of the file goes by. */
const cycloneDx = v.object({
  bomFormat: v.literal('CycloneDX'),
  specVersion: v.literal('1.5'),
  serialNumber: v.pipe(v.string(), v.regex(/^urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/)),
  version: v.literal(1),
  metadata: v.object({
    component: v.object({ 'bom-ref': v.string(), type: v.literal('library'), name: v.literal('faceseal') }),
  }),
  components: v.array(component),
  dependencies: v.array(v.object({ ref: v.string(), dependsOn: v.array(v.string()) })),
})
