import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyProject, installByLinks, type Project, packTarball } from '../newcomer/project.ts'

// Every entry as an integrator has it: from the packed tarball, by its name, in a project of its own.
const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  exports: Record<string, unknown>
}
const entries = Object.keys(exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace('.', 'faceseal'))

let packed: Awaited<ReturnType<typeof packTarball>>
let project: Project
beforeAll(async () => {
  packed = await packTarball()
  project = await emptyProject()
  await installByLinks(project, packed.tarball)
})
afterAll(async () => {
  await project?.remove()
  if (packed) await rm(packed.folder, { recursive: true, force: true })
})

const node = (script: string) =>
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: project.folder, encoding: 'utf8' })

describe('on a server', () => {
  const globals = 'window document navigator self location localStorage sessionStorage indexedDB caches'.split(' ')
  const interfaces = 'HTMLElement customElements CSSStyleSheet ShadowRoot Worker MediaStream HTMLVideoElement'.split(
    ' ',
  )

  /** `name package` of each look at a browser global that importing `specifier` causes, with the package that looks. */
  function looks(specifier: string): readonly string[] {
    const names = JSON.stringify([...globals, ...interfaces])
    return JSON.parse(
      node(`
        const looks = new Set()
        for (const name of ${names})
          Object.defineProperty(globalThis, name, {
            configurable: true,
            set: (value) => Object.defineProperty(globalThis, name, { configurable: true, writable: true, value }),
            get: () => {
              const caller = new Error().stack.split('\\n')[2] ?? ''
              looks.add(name + ' ' + (/.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(caller)?.[1] ?? caller))
            },
          })
        await import(${JSON.stringify(specifier)})
        console.log(JSON.stringify([...looks]))`),
    )
  }

  it.each(entries)('%s imports where no browser global is, and looks for none', (entry) => {
    // lit, vue and jose look for themselves, by typeof, and so does pkijs, which is bundled.
    const guarded = entry === 'faceseal/server/timestamp' ? ['window faceseal', 'self faceseal'] : []
    const theirs = / (lit|lit-html|lit-element|@lit\/reactive-element|@lit-labs\/ssr-dom-shim|@vue\/[\w-]+|vue|jose)$/
    expect(looks(entry).filter((look) => !theirs.test(look) && !guarded.includes(look))).toEqual([])
  })

  it('the look-out is not blind', async () => {
    await writeFile(join(project.folder, 'node_modules/faceseal/dist/looking.js'), 'typeof document')
    expect(looks('./node_modules/faceseal/dist/looking.js')).toEqual(['document faceseal'])
  })
})

describe('exports', () => {
  it('an explicit list (L28: no search, no bulk export; L14: nothing inferred)', () => {
    const script = `const names = {}
      for (const entry of ${JSON.stringify(entries)}) names[entry] = Object.keys(await import(entry)).sort()
      console.log(JSON.stringify(names))`
    const names: Readonly<Record<string, readonly string[]>> = JSON.parse(node(script))
    const words = Object.values(names)
      .flat()
      .flatMap((name) => name.split(/(?=[A-Z])/).map((word) => word.toLowerCase()))
    const unwanted = 'identify search find bulk templates embedding age gender emotion mood expression'.split(' ')
    expect(unwanted.filter((word) => words.includes(word))).toEqual([])
    expect(names).toMatchSnapshot()
    expect(exports).toMatchSnapshot()
  })

  it('types hold for a strict reader, the libraries they name included', async () => {
    const imports = entries.map((entry, index) => `import * as m${index} from '${entry}'`)
    const uses = `export const all: readonly object[] = [${entries.map((_, index) => `m${index}`).join(', ')}]`
    await writeFile(join(project.folder, 'reader.ts'), `${imports.join('\n')}\n${uses}\n`)
    const strict = {
      ...{ target: 'ES2022', lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: ['node'], noEmit: true },
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    }
    for (const resolution of [{ module: 'NodeNext' }, { module: 'ESNext', moduleResolution: 'Bundler' }]) {
      const compilerOptions = { ...strict, ...resolution, skipLibCheck: false }
      await writeFile(join(project.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['reader.ts'] }))
      await project.type('npx --no-install tsc -p .')
    }
  })
})

describe('tree-shaking', () => {
  /** What belongs to which entry, by a line that is in its code only. */
  const homes: Readonly<Record<string, readonly string[]>> = {
    'getUserMedia({': ['faceseal', 'faceseal/element', 'faceseal/react', 'faceseal/vue'],
    'customElements.define("face-seal"': ['faceseal/element', 'faceseal/react', 'faceseal/vue'],
    'function createHandler(': ['faceseal/server'],
    'CREATE TABLE': ['faceseal/server/postgres'],
    'function fileKeyProvider(': ['faceseal/server/node'],
    TSTInfo: ['faceseal/server/timestamp'],
    'function defineComponent(': ['faceseal/vue'],
  }

  it('each entry holds its own, and nothing of the others', async () => {
    const code = new Map<string, string>()
    for (const entry of entries) code.set(entry, await bundled(`export * from '${entry}'`))
    for (const [needle, home] of Object.entries(homes)) {
      const holding = entries.filter((entry) => code.get(entry)?.includes(needle))
      expect(holding, needle).toEqual(home)
    }
  })

  it.each([
    ["export { FaceSealError } from 'faceseal'", 'FaceSealError', ['getUserMedia(', 'showModal', 'indexedDB']],
    ["export { decodeEnvelope } from 'faceseal'", 'decodeEnvelope', ['getUserMedia(', 'showModal', 'indexedDB']],
    [
      "export { createMemoryStore } from 'faceseal/server'",
      'createMemoryStore',
      ['function createHandler(', 'function verifyEnrolment('],
    ],
    ["export { pgPoolDatabase } from 'faceseal/server/postgres'", 'pgPoolDatabase', ['function createHandler(']],
  ])('%s leaves the rest behind', async (code, needle, absent) => {
    const shaken = await bundled(code)
    expect(shaken).toContain(needle)
    expect(absent.filter((each) => shaken.includes(each))).toEqual([])
  })

  /** All chunks, later ones included. */
  async function bundled(code: string): Promise<string> {
    const input = join(project.folder, 'shaken.js')
    await writeFile(input, code)
    const bundle = await rolldown({
      ...{ input, platform: 'neutral', external: [/^node:/, /^react/, 'pg'], onLog: () => undefined },
      resolve: { mainFields: ['module', 'main'], conditionNames: ['import', 'default'] },
    })
    const { output } = await bundle.generate({ format: 'esm' })
    await bundle.close()
    return output.flatMap((file) => (file.type === 'chunk' ? [file.code] : [])).join('\n')
  }
})
