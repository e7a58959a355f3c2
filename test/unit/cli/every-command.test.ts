import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCommand } from '../../../src/cli/commands.ts'
import { validPolicy } from '../policy/valid-policy.ts'
import { bundleOf, fiveReceipts } from '../records/chain.ts'

// a shared two-core machine may be slow; what is tested here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const names = [
  'init',
  'lint-policy',
  'models',
  'keygen',
  'migrate',
  'expire',
  'evidence export',
  'evidence verify',
  'pia',
] as const

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faceseal-cli-'))
  await mkdir(join(folder, 'assets'))
  await mkdir(join(folder, 'init'))
  const files = {
    ...{ 'policy.json': validPolicy, 'broken.json': { ...validPolicy, alternatives: [] }, 'assets/model.bin': 'x' },
    ...{ 'init/policy.json': validPolicy, 'init/server.mjs': 'server', 'init/route.js': 'route' },
    ...{
      'bundle.json': await bundleOf(await fiveReceipts()),
      'nothing.json': {},
      'export.json': { kind: 'faceseal-evidence' },
    },
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(content))
  await writeFile(join(folder, 'text.txt'), '{')
  expect((await run(['keygen', '--out', '@keys.json'])).code).toBe(0)
  vi.stubEnv('DATABASE_URL', '')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** `@name` is a file of the folder. */
async function run(args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const context = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) }
  const real = args.map((arg) => (arg.startsWith('@') ? join(folder, arg.slice(1)) : arg))
  const code = await runCommand(real, { ...context, assets: join(folder, 'assets') })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

describe.each(names)('faceseal %s', (name) => {
  const words = name.split(' ')

  it('--help says its call, what it does and its exit codes, as the main help does', async () => {
    const { code, out, err } = await run([...words, '--help'])
    expect([code, err, out.startsWith(`faceseal ${name} `)]).toEqual([0, '', true])
    expect(out).toContain('Exit code 1')
    expect(out).toContain('[--json]')
    expect(out.split('\n').length).toBeGreaterThan(1)
    for (const line of out.split('\n')) expect((await run(['--help'])).out).toContain(line)
  })

  it('names in its help every option that it takes, and refuses any other with code 2 and its usage', async () => {
    const { code, out, err } = await run([...words, '--nonsense'])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('--nonsense')
    expect(err).toContain(`faceseal ${name} `)
  })
})

/** Command line, exit code, what it says: on the standard output for 0 and for findings, else on the other. */
const calls: readonly (readonly [string, 0 | 1 | 2, RegExp])[] = [
  ['--help', 0, /^faceseal \d+\.\d+\.\d+[\s\S]*Exit codes/],
  ['help', 0, /lint-policy/],
  ['', 0, /lint-policy/],
  ['--version', 0, /^\d+\.\d+\.\d+/],
  ['evidence --help', 0, /^faceseal evidence export[\s\S]*faceseal evidence verify/],
  ['evidence', 2, /faceseal evidence verify/],
  ['evidence delete', 2, /Unknown command: evidence delete/],
  ['identify', 2, /Unknown command: identify/],
  ['lint-policy @policy.json', 0, /every rule/],
  ['lint-policy @policy.json --json', 0, /"issues": \[\]/],
  ['lint-policy @broken.json', 1, /L05 +alternatives/],
  ['lint-policy @broken.json --json', 1, /"rule"/],
  ['lint-policy', 2, /Give one file/],
  ['lint-policy @policy.json @broken.json', 2, /Give one file/],
  ['lint-policy @absent.json', 2, /Cannot read/],
  ['lint-policy @text.txt', 2, /is not JSON/],
  ['init @fresh', 0, /^keys.json: written\npolicy.json: written\nserver.mjs: written\n[\s\S]*out of version control/],
  ['init @fresh --json', 0, /"written": \[\],\s*"kept": \[\s*"keys.json",\s*"policy.json",\s*"server.mjs"\s*\]/],
  ['init @fresh --next --json', 0, /"written": \[\s*"app\/face\/\[\.\.\.path\]\/route.js"\s*\]/],
  ['init @text.txt', 1, /exist/i],
  ['init', 2, /Give one file or folder/],
  ['models @public', 0, /1 files copied[\s\S]*Content-Security-Policy: default-src 'none'/],
  ['models @public --json', 0, /"files": \[\s*"model.bin"/],
  ['models', 2, /Give one file or folder/],
  ['models @text.txt', 1, /exist/i],
  ['keygen', 0, /"digest"/],
  ['keygen --out @fresh.json --json', 0, /"expectedSigner"/],
  ['keygen --out @keys.json', 1, /was not written/],
  ['keygen --suites RSA', 2, /P256, X25519/],
  ['keygen --rotate @keys.json --out @rotated.json --json', 0, /"expectedSigner"/],
  ['keygen --rotate @policy.json', 1, /configuration_invalid: keys/],
  ['keygen --rotate @absent.json', 2, /Cannot read/],
  ['migrate', 2, /^Which database/],
  ['migrate --database postgresql://127.0.0.1:1/none', 1, /./],
  ['expire --no-processors', 2, /^Which keys/],
  ['expire --keys @keys.json', 2, /--processors/],
  ['expire --keys @keys.json --no-processors', 2, /^Which database/],
  ['expire --keys @keys.json --no-processors --limit 0', 2, /--limit/],
  ['expire --keys @nothing.json --no-processors', 1, /configuration_invalid: keys/],
  ['evidence export --keys @keys.json', 2, /^Whose/],
  ['evidence export --keys @keys.json --subject a --account b', 2, /^Whose/],
  ['evidence export --keys @keys.json --account b', 2, /^--account needs/],
  ['evidence export --subject AAAAAAAAAAAAAAAAAAAAAA', 2, /^Which keys/],
  ['evidence export --keys @keys.json --subject AAAAAAAAAAAAAAAAAAAAAA', 2, /^Which database/],
  ['evidence export --keys @keys.json --subject -AAAAAAAAAAAAAAAAAAAAA', 2, /^Which database/],
  ['evidence export --subject --json', 2, /--subject/],
  ['evidence export --keys @keys.json --subject AAAAAAAAAAAAAAAAAAAAAA --notices @absent', 2, /Cannot read the folder/],
  ['evidence verify @bundle.json', 0, /5 records, unbroken/],
  ['evidence verify @bundle.json --json', 0, /"ok": true/],
  ['evidence verify @nothing.json', 1, /not an evidence bundle/],
  ['evidence verify @export.json', 1, /not an export of evidence/],
  ['evidence verify @export.json --json', 1, /"ok": false/],
  ['evidence verify @export.json --head @bundle.json', 2, /--head is for a bundle/],
  ['evidence verify @bundle.json --since @bundle.json', 2, /--since is for/],
  ['evidence verify @bundle.json --keys @nothing.json', 2, /holds no keys/],
  ['evidence verify @bundle.json --head @nothing.json', 2, /holds no head/],
  ['evidence verify', 2, /Give one file/],
  ['pia @policy.json --models models/manifest.json', 0, /^# /],
  ['pia @policy.json --models models/manifest.json --json', 0, /"openQuestions"/],
  ['pia @broken.json --models models/manifest.json', 1, /alternatives/],
  ['pia @policy.json --models @nothing.json', 2, /--models/],
  ['pia @policy.json --locale fr', 2, /--locale/],
]

describe('every call ends in its exit code and a sentence', () => {
  it.each(calls)('faceseal %s: %i', async (line, code, says) => {
    const answer = await run(line.split(' ').filter(Boolean))
    expect([answer.code, answer.out + answer.err]).toEqual([code, expect.stringMatching(says)])
    const found = code === 0 || (code === 1 && answer.out !== '')
    expect(found ? answer.out : answer.err).toMatch(says)
    if (line.includes('--json') && code !== 2) expect(JSON.parse(answer.out)).toEqual(expect.any(Object))
    if (code === 2) expect(answer.out).toBe('')
  })

  it('the table has each command well, failing and wrongly called', () => {
    for (const name of names) {
      const codes = new Set(calls.filter(([line]) => line.startsWith(name)).map(([, code]) => code))
      const database = ['migrate', 'expire', 'evidence export'] // well: on PostgreSQL, in backend-commands.test.ts
      expect([name, ...codes].sort()).toEqual(expect.arrayContaining([name, 2]))
      if (!database.includes(name)) expect(codes).toEqual(new Set([0, 1, 2]))
    }
  })
})

describe('faceseal init in a folder that has a .gitignore', () => {
  it.each([
    ['', 'keys.json\n'],
    ['dist', 'dist\nkeys.json\n'],
    ['dist\r\n/keys.json\r\n', 'dist\r\n/keys.json\r\n'],
    ['my-keys.json\n', 'my-keys.json\nkeys.json\n'],
  ])('%j: it names keys.json once, however often it runs', async (before, after) => {
    const project = await mkdtemp(join(folder, 'ignoring-'))
    await writeFile(join(project, '.gitignore'), before)
    for (const _ of [1, 2]) expect((await run(['init', project])).code).toBe(0)
    expect(await readFile(join(project, '.gitignore'), 'utf8')).toBe(after)
  })

  it('writes one where there is none, and goes over no file of the integrator’s', async () => {
    const project = await mkdtemp(join(folder, 'own-'))
    const own = ['keys.json', 'policy.json', 'server.mjs']
    for (const name of own) await writeFile(join(project, name), 'mine')
    expect((await run(['init', project])).out).toMatch(/^keys.json: kept\npolicy.json: kept\nserver.mjs: kept\n/)
    for (const name of own) expect(await readFile(join(project, name), 'utf8')).toBe('mine')
    expect(await readFile(join(project, '.gitignore'), 'utf8')).toBe('keys.json\n')
  })
})
