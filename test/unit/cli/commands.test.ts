import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../../src/cli/commands.ts'
import { validPolicy } from '../policy/valid-policy.ts'
import { backendJwk, bundleOf, fiveReceipts } from '../records/chain.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faceseal-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(...args: string[]) {
  const lines: string[] = []
  const assets = join(folder, 'assets')
  const code = await runCommand(args, { out: (text) => lines.push(text), err: (text) => lines.push(text), assets })
  return { code, text: lines.join('\n') }
}
async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe('faceseal lint-policy', () => {
  it('exit code 0 when every rule holds', async () => {
    expect(await run('lint-policy', await file('good.json', validPolicy))).toMatchObject({ code: 0 })
  })
  it('L02 L05 L12 exit code 1 and a table with id, place and remedy', async () => {
    const path = await file('bad.json', {
      ...validPolicy,
      alternatives: [],
      revocable: false,
      risks: '永久保存',
      terms: 'x',
    })
    const { code, text } = await run('lint-policy', path)
    expect(code).toBe(1)
    expect(text).toMatch(/L05 +alternatives/)
    expect(text).toMatch(/L12 +revocable/)
    expect(text).toMatch(/L12 +risks +says “永久”/)
    expect(text).toMatch(/L02 +terms/)
    const json = await run('lint-policy', path, '--json')
    expect((JSON.parse(json.text) as { issues: unknown[] }).issues).toHaveLength(4)
  })
  it('exit code 2 without a file, or with one that is no JSON', async () => {
    expect((await run('lint-policy')).code).toBe(2)
    expect((await run('lint-policy', join(folder, 'absent.json'))).code).toBe(2)
    expect((await run('lint-policy', await file('x.json', '{'))).code).toBe(2)
  })
})

describe('faceseal evidence verify', () => {
  it('L25 says what a whole bundle proves, and what it does not', async () => {
    const bundle = await bundleOf(await fiveReceipts())
    const { code, text } = await run('evidence', 'verify', await file('bundle.json', bundle))
    expect(code).toBe(0)
    expect(text).toContain('5 records, unbroken')
    expect(text).toContain('nothing was cut from the end')
    expect(text).toContain('What this does not prove')
    const { keys: _, head, ...bare } = bundle
    const alone = await run('evidence', 'verify', await file('bare.json', bare))
    expect(alone.text).toContain('a cut tail cannot be seen')
    const published = await run(
      'evidence',
      'verify',
      await file('bare.json', bare),
      '--keys',
      await file('keys.json', { keys: [backendJwk] }),
      '--head',
      await file('head.jws', head),
    )
    expect(published.text).toContain('countersigned 5 of 5')
  })
  it('L25 exit code 1 and the place of each fault', async () => {
    const bundle = await bundleOf(await fiveReceipts())
    bundle.receipts.splice(2, 1)
    const { code, text } = await run('evidence', 'verify', await file('dropped.json', bundle))
    expect(code).toBe(1)
    expect(text).toMatch(/receipt 2: sequence 3 where 2 belongs/)
  })
})

describe('faceseal models, help, version', () => {
  it('L19 copies the assets and prints headers that allow no other origin', async () => {
    expect((await run('models', join(folder, 'public'))).code).toBe(1)
    const { mkdir } = await import('node:fs/promises')
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'assets', 'model.bin'), 'x')
    const { code, text } = await run('models', join(folder, 'public'))
    expect(code).toBe(0)
    expect(await readdir(join(folder, 'public'))).toEqual(['model.bin'])
    expect(text).toContain("connect-src 'self'")
  })
  it('help, version and unknown commands', async () => {
    expect(await run('--help')).toMatchObject({ code: 0 })
    expect((await run('--version')).text).toMatch(/^\d+\.\d+\.\d+/)
    expect((await run('enrol-everybody')).code).toBe(2)
  })
})
