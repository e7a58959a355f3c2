import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import models from '../../models/files.json' with { type: 'json' }
import { unreachable } from '../../models/npm-pack.ts'
import {
  examples,
  type Framework,
  type FrameworkName,
  filesOf,
  frameworkNames,
  frameworkOf,
  widgetLines,
} from '../newcomer/frameworks.ts'
import { newPerson, type Person } from '../newcomer/person.ts'
import { type Project, packTarball } from '../newcomer/project.ts'
import { walk } from '../newcomer/walk.ts'

const root = new URL('../..', import.meta.url).pathname
const read = (path: string) => readFile(join(root, path), 'utf8')

/** Milliseconds for a download and a bundler on a machine that is busy with something else. */
const patience = 900_000

let packed: Awaited<ReturnType<typeof packTarball>>
let person: Person
beforeAll(async () => {
  packed = await packTarball()
  person = await newPerson()
})
afterAll(async () => {
  await person?.leave()
  if (packed) await rm(packed.folder, { recursive: true, force: true })
})

describe('from an empty folder and the packed tarball', () => {
  it('html: builds, serves, enrols and verifies', async () => {
    await walk(frameworkOf('html'), { tarball: packed.tarball, from: 'links', person, inspect: expectWholeFiles })
  })

  it.each(['react', 'vue'] as const)('%s: builds, serves and shows the widget', async (name) => {
    const looking = { enrolAndVerify: person.seesWidget }
    await walk(frameworkOf(name), {
      tarball: packed.tarball,
      from: 'links',
      person: looking,
      inspect: expectWholeFiles,
    })
  })

  // Too large for this checkout's own packages, so from the registry; a skip is told at the end of the run, with its reason.
  it.concurrent('next: installs, builds, renders on the server, enrols and verifies', ({ skip }) =>
    walkFromRegistry('next', skip, person))
  // What is left of the walk finds no more than html does; `npm run newcomer` goes to its end.
  it.concurrent('webpack: installs and builds', ({ skip }) => walkFromRegistry('webpack', skip), patience)

  it('asked no other machine from any page', () => {
    expect(person.outside).toEqual([])
  })
})

async function walkFromRegistry(name: FrameworkName, skip: (note: string) => never, visitor?: Person): Promise<void> {
  try {
    const options = { tarball: packed.tarball, from: 'registry', person: visitor, inspect: expectWholeFiles } as const
    await walk(frameworkOf(name), options)
  } catch (error) {
    const said = error instanceof Error && error.message.startsWith('npm install ') ? error.message : ''
    const code = unreachable.exec(said)?.[0]
    if (code) skip(`the npm registry was not reached (${code}); ${name} was not tried`)
    throw error
  }
}

/** The worker, the models and the wasm: found by the bundler, and byte for byte what the page's pinned hashes want. */
async function expectWholeFiles({ folder }: Project, { name, output }: Framework): Promise<void> {
  const entries = await readdir(join(folder, output), { recursive: true, withFileTypes: true })
  const hashes = new Set<string>()
  for (const entry of entries)
    if (entry.isFile()) hashes.add(sha256(await readFile(join(entry.parentPath, entry.name))))
  const missing = Object.values(models)
    .flat()
    // Vite writes what is smaller into the script, as a data: URL.
    .filter(({ bytes, sha256: hash }) => bytes > 4096 && !hashes.has(hash))
  expect(missing).toEqual([])
  // webpack's minifier goes over every script that it emits.
  if (name !== 'webpack') expect(hashes).toContain(sha256(await readFile(join(root, 'dist/worker.js'))))
  if (name === 'next')
    expect(await readFile(join(folder, '.next/server/app/index.html'), 'utf8')).toContain('<face-seal')
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('the quick start', () => {
  it('README.md gives the commands and the files that are walked', async () => {
    const readme = await read('README.md')
    const fence = (language: string) =>
      new RegExp(`## Quick start[\\s\\S]*?\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1]
    expect(fence('sh')?.trim().split('\n')).toEqual(Object.values(frameworkOf('html').commands))
    const page = (await filesOf(frameworkOf('html'))).get('index.html') ?? ''
    const unindented = (text: string | undefined) => text?.replaceAll(/^ +/gm, '')
    expect(unindented(page)).toContain(unindented(fence('html')))
    expect(fence('js')).toBe(await read('examples/init/server.mjs'))
  })

  it.each(frameworkNames)(
    '%s: at most ten lines around the widget; the example names the same packages',
    async (name) => {
      const framework = frameworkOf(name)
      const widget = (await filesOf(framework)).get(framework.widget) ?? ''
      expect(widgetLines(widget)).toBeGreaterThan(3)
      expect(widgetLines(widget)).toBeLessThanOrEqual(10)
      const { dependencies, scripts } = JSON.parse(await readFile(join(examples, name, 'package.json'), 'utf8'))
      const [, , ...packages] = framework.commands.install.split(' ')
      expect(Object.keys(dependencies).sort()).toEqual(packages.sort())
      expect(`npx ${scripts.build}`).toBe(framework.commands.build)
      expect(framework.commands.serve.replace('npx ', '')).toBe(scripts.start)
    },
  )
})
