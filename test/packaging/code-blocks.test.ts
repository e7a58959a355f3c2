import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileScript, compileTemplate, parse } from 'vue/compiler-sfc'
import { FaceSealElement } from '../../src/element/face-seal.ts'
import { lintPolicy } from '../../src/policy/index.ts'
import { type CodeBlock, codeBlocks, documentedPages, root } from '../docs/code-blocks.ts'

const pages = documentedPages()
const blocks = pages.flatMap(codeBlocks)
const inLanguage = (...languages: readonly string[]) => blocks.filter(({ language }) => languages.includes(language))
const placeOf = ({ page, line }: CodeBlock) => `${page}:${line}`

let folder: string
beforeAll(async () => {
  await mkdir(join(root, 'test/.artifacts'), { recursive: true })
  // Inside the package, so that `faceseal` is found by its own exports, as an integrator finds it.
  folder = await mkdtemp(join(root, 'test/.artifacts/code-blocks-'))
  await writeFile(join(folder, 'policy.json'), codeBlocks('docs/guide/quick-start.md').find(isPolicy)?.code ?? '{}')
  await copyFile(join(root, 'test/docs/surroundings.d.ts'), join(folder, 'surroundings.d.ts'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const isPolicy = ({ language, code }: CodeBlock) => language === 'json' && code.includes('"packs"')
/** Each block is a module of its own. */
const asModule = (code: string) => (/^(import|export) /m.test(code) ? code : `${code}\nexport {}\n`)
/** Blocks that say which file they are lie as that file does, so that they find each other. */
const fileName = ({ page, line, file }: CodeBlock, extension: string) => {
  const slug = page.replaceAll(/[^\w]+/g, '-')
  return file ? `${slug}/${file}` : `${slug}-${line}.${extension}`
}

/** What the compiler says of these files; each is named after its page and line. */
async function compile(files: ReadonlyMap<string, string>, options: object): Promise<string> {
  for (const [name, code] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), asModule(code))
  }
  const config = join(folder, 'tsconfig.json')
  const compilerOptions = {
    ...{ target: 'ES2022', module: 'ESNext', moduleResolution: 'Bundler', lib: ['ES2023', 'DOM', 'DOM.Iterable'] },
    ...{ jsx: 'react-jsx', types: ['node'], noEmit: true, skipLibCheck: true, resolveJsonModule: true, ...options },
  }
  await writeFile(config, JSON.stringify({ compilerOptions, files: [...files.keys(), 'surroundings.d.ts'] }))
  return spawnSync('npx', ['--no-install', 'tsc', '-p', config], { cwd: root, encoding: 'utf8' }).stdout
}

describe('code in README and docs', () => {
  it('is in a language that is checked here', () => {
    const known = ['', 'ts', 'tsx', 'js', 'html', 'vue', 'json', 'sh']
    expect(blocks.filter(({ language }) => !known.includes(language)).map(placeOf)).toEqual([])
    expect(blocks.length).toBeGreaterThan(20)
  })

  it("ts and tsx: compiles strictly against the package's own types", async () => {
    const script = (code: string) => parse(code).descriptor.scriptSetup?.content ?? ''
    const files = new Map([
      ...inLanguage('ts', 'tsx').map((block) => [fileName(block, block.language), block.code] as const),
      ...inLanguage('vue').map((block) => [fileName(block, 'ts'), script(block.code)] as const),
    ])
    expect(await compile(files, { strict: true })).toBe('')
  })

  it('js, and the scripts of html: type-checks', async () => {
    const scriptOf = (code: string) => /<script type="module">\n(.*?)<\/script>/s.exec(code)?.[1] ?? ''
    const files = new Map([
      ...inLanguage('js').map((block) => [fileName(block, 'js'), block.code] as const),
      ...inLanguage('html').map((block) => [fileName(block, 'js'), scriptOf(block.code)] as const),
    ])
    expect(await compile(files, { allowJs: true, checkJs: true, strict: false })).toBe('')
  })

  it('html and vue: <face-seal> has no attribute that it does not know', () => {
    const known = [...FaceSealElement.observedAttributes, 'id', 'class', 'slot', 'name']
    const attributes = inLanguage('html', 'vue').flatMap((block) =>
      [...block.code.matchAll(/<(?:face-seal|FaceSeal)\s([^>]*)>/g)].flatMap(([, inside = '']) =>
        [...inside.matchAll(/(?:^|\s):?([a-z-]+)(?==|\s|$)/g)].map(([, name = '']) => ({ name, at: placeOf(block) })),
      ),
    )
    expect(attributes.length).toBeGreaterThan(3)
    expect(attributes.filter(({ name }) => !known.includes(name))).toEqual([])
  })

  it('vue: script and template compile', () => {
    for (const block of inLanguage('vue')) {
      const { descriptor, errors } = parse(block.code)
      expect(errors, placeOf(block)).toEqual([])
      const { bindings } = compileScript(descriptor, { id: 'x' })
      const template = compileTemplate({
        ...{ id: 'x', filename: 'x.vue', source: descriptor.template?.content ?? '' },
        compilerOptions: { bindingMetadata: bindings ?? {} },
      })
      expect(template.errors, placeOf(block)).toEqual([])
    }
  })

  it('json: parses; a policy passes the lint of its packs', () => {
    for (const block of inLanguage('json')) expect(() => JSON.parse(block.code), placeOf(block)).not.toThrow()
    const policies = blocks.filter(isPolicy)
    expect(policies.length).toBeGreaterThan(0)
    const backend = readFileSync(join(root, 'examples/init/server.mjs'), 'utf8')
    for (const block of policies) {
      const policy = JSON.parse(block.code)
      expect(lintPolicy(policy), placeOf(block)).toEqual([])
      for (const { endpoint } of policy.alternatives) expect(backend, placeOf(block)).toContain(`'${endpoint}'`)
    }
  })

  it('sh: names scripts, commands and files that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    const help = spawnSync(process.execPath, [join(root, 'dist/cli.js'), '--help'], { encoding: 'utf8' }).stdout
    const unknown = inLanguage('sh').flatMap((block) =>
      block.code.split('\n').flatMap((line) => {
        const script = /^npm (?:run )?(start|test|(?<=run )\S+)/.exec(line)?.[1]
        const command = /^npx faceseal ((?:evidence )?\S+)/.exec(line)?.[1]
        const file = /^npx tsx (\S+)/.exec(line)?.[1]
        const exists =
          (!script || script in scripts) &&
          (!command || help.includes(`faceseal ${command}`)) &&
          (!file || existsSync(join(root, file)))
        return exists ? [] : [`${placeOf(block)}: ${line}`]
      }),
    )
    expect(unknown).toEqual([])
  })

  it("the README's examples stand in the guide word for word, where they are explained", () => {
    const guide = pages.filter((page) => page.startsWith('docs/guide/')).flatMap(codeBlocks)
    const copied = codeBlocks('README.md').filter(({ language }) => ['ts', 'js', 'html'].includes(language))
    expect(copied.length).toBeGreaterThan(2)
    expect(copied.filter(({ code }) => !guide.some((block) => block.code === code)).map(placeOf)).toEqual([])
  })

  it('a block that names a file of the examples, which are walked in a browser, is that file', () => {
    const copies = blocks.filter(({ file }) => file?.startsWith('examples/'))
    expect(copies.length).toBeGreaterThan(3)
    for (const block of copies)
      expect(block.code, placeOf(block)).toBe(readFileSync(join(root, block.file ?? ''), 'utf8'))
  })

  it('every page of the guide is in Chinese too, with the same code', () => {
    const english = pages.filter((page) => page.startsWith('docs/guide/'))
    expect(english.length).toBeGreaterThan(6)
    for (const page of english) {
      const chinese = codeBlocks(page.replace('docs/', 'docs/zh-CN/'))
      expect(
        chinese.map(({ code }) => code),
        page,
      ).toEqual(codeBlocks(page).map(({ code }) => code))
    }
  })
})
