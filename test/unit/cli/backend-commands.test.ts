import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCommand } from '../../../src/cli/commands.ts'
import { sha256 } from '../../../src/policy/material.ts'
import { importServerKeys, publishTreeHead, recordReceipts } from '../../../src/server/index.ts'
import { publishedKeys } from '../../../src/server/keys.ts'
import { createPostgresStore, pgPoolDatabase } from '../../../src/server/postgres.ts'
import { validPolicy } from '../policy/valid-policy.ts'
import { bundleOf, fiveReceipts } from '../records/chain.ts'
import { createDevice, randomTemplate } from '../server/client.ts'
import { startRealPostgres } from '../server/real-postgres.ts'
import { createWorld, origin, scope } from '../server/world.ts'

// a shared two-core machine may be slow; what is tested here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faceseal-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const context = { out: (text: string) => out.push(text), err: (text: string) => err.push(text), assets: folder }
  const code = await runCommand(args, { ...context, assets: join(folder, 'assets') })
  return { code, out: out.join('\n'), err: err.join('\n') }
}
async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe('faceseal keygen', () => {
  it('writes keys that import, for the owner alone, and never over a file', async () => {
    const path = join(folder, 'keys.json')
    const { code, out } = await run('keygen', '--out', path, '--suites', 'P256,X25519', '--json')
    expect(code).toBe(0)
    const keys = await importServerKeys(JSON.parse(await readFile(path, 'utf8')))
    expect(JSON.parse(out)).toEqual({ file: path, expectedSigner: keys.expectedSigner })
    expect(keys.seal.map(({ suite }) => suite)).toEqual(['P256', 'X25519'])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const before = await readFile(path, 'utf8')
    expect((await run('keygen', '--out', path)).code).toBe(1)
    expect(await readFile(path, 'utf8')).toBe(before)
  })
  it('without a file the keys go to the standard output alone, others every time', async () => {
    const [one, two] = [await run('keygen'), await run('keygen')]
    const keys = await importServerKeys(JSON.parse(one.out))
    expect(one.err).toBe(`expectedSigner: ${keys.expectedSigner}`)
    expect(two.out).not.toBe(one.out)
  })
  it('L25 --rotate gives the receipts another key and keeps the rest; the old public key stays published', async () => {
    const path = join(folder, 'before.json')
    await run('keygen', '--out', path)
    const after = join(folder, 'after.json')
    const { code, out } = await run('keygen', '--rotate', path, '--out', after, '--json')
    const [old, fresh] = await Promise.all([path, after].map(async (name) => JSON.parse(await readFile(name, 'utf8'))))
    const keys = await importServerKeys(fresh)
    expect([code, JSON.parse(out).expectedSigner]).toEqual([0, (await importServerKeys(old)).expectedSigner])
    expect([fresh.digest, fresh.templates, fresh.seal]).toEqual([old.digest, old.templates, old.seal])
    expect(keys.retired.map(({ kid }) => kid)).toEqual([old.receipts.kid])
    expect((await run('keygen', '--rotate', path, '--suites', 'P256')).code).toBe(2)
    expect((await run('keygen', '--rotate', await file('no-keys.json', {}))).code).toBe(1)
  })
  it.each(['RSA', 'P256,', 'P256,P256'])('an unknown suite: %s', async (suites) => {
    expect((await run('keygen', '--suites', suites)).code).toBe(2)
  })
})

describe('faceseal pia (L23)', () => {
  const models = ['--models', 'models/manifest.json', '--date', '2026-11-21']
  it('Markdown in Chinese by default, in English or as a page when asked', async () => {
    const path = await file('policy.json', validPolicy)
    const chinese = await run('pia', path, ...models)
    expect(chinese.code).toBe(0)
    expect(chinese.out).toMatch(/^# .*[\u4e00-\u9fff]/)
    expect((await run('pia', path, ...models, '--locale', 'en')).out).toMatch(/^# [ -~]*[A-Za-z]/)
    expect((await run('pia', path, ...models, '--html')).out).toMatch(/^<!doctype html>/i)
  })
  it('--json counts the open questions; figures and models are in the draft', async () => {
    const figure = { measure: 'TAR at FAR 1e-3', value: '98 %', set: 'A set', command: 'npm run eval' }
    const figures = ['--figures', await file('figures.json', [figure])]
    const path = await file('policy.json', validPolicy)
    const { out } = await run('pia', path, ...models, ...figures, '--json', '--locale', 'en')
    const draft = JSON.parse(out)
    expect(draft).toMatchObject({ locale: 'en', date: '2026-11-21', earliestDeletion: expect.any(String) })
    expect(draft.openQuestions).toBeGreaterThan(5)
    for (const text of ['TAR at FAR 1e-3', 'npm run eval', 'mobilefacenet']) expect(draft.markdown).toContain(text)
  })
  it('a broken rule is exit code 1 with its place; a wrong file or value is 2', async () => {
    const broken = await run('pia', await file('broken.json', { ...validPolicy, alternatives: [] }), ...models)
    expect(broken.code).toBe(1)
    expect(broken.err).toContain('alternatives')
    const path = await file('policy.json', validPolicy)
    expect((await run('pia', join(folder, 'none.json'), ...models)).code).toBe(2)
    expect((await run('pia', ...models)).code).toBe(2)
    expect((await run('pia', path, ...models, '--locale', 'fr')).code).toBe(2)
    expect((await run('pia', path, '--models', await file('models.json', {}))).code).toBe(2)
    expect((await run('pia', path, ...models, '--figures', await file('f.json', [{ measure: 1 }]))).code).toBe(2)
    expect((await run('pia', path, ...models, '--date', '2026-02-30')).code).toBe(1)
  })
})

describe('faceseal migrate and expire', () => {
  it('without a database, keys or a word on processors: exit code 2', async () => {
    vi.stubEnv('DATABASE_URL', '')
    const keys = join(folder, 'keys.json')
    expect(await run('migrate')).toMatchObject({ code: 2, err: expect.stringContaining('--database') })
    expect(await run('expire', '--no-processors')).toMatchObject({ code: 2, err: expect.stringContaining('--keys') })
    const silent = await run('expire', '--keys', keys)
    expect(silent).toMatchObject({ code: 2, err: expect.stringContaining('--processors') })
    const wrong = await file('wrong.mjs', 'export const processors = [{ name: "x" }]')
    expect((await run('expire', '--keys', keys, '--processors', wrong)).code).toBe(2)
    expect((await run('expire', '--keys', keys, '--no-processors', '--limit', '0')).code).toBe(2)
    vi.unstubAllEnvs()
  })
})

describe('faceseal evidence verify', () => {
  it('L25 --head takes the answer of GET /evidence/head as it is: whole it proves the tail, cut it fails', async () => {
    const { head, ...bundle } = await bundleOf(await fiveReceipts())
    const answer = await file('head.json', { treeHead: 'a.b.c', head })
    const whole = await run('evidence', 'verify', await file('whole.json', bundle), '--head', answer, '--json')
    expect([whole.code, JSON.parse(whole.out).tailProved]).toEqual([0, true])
    const short = await file('short.json', { ...bundle, receipts: bundle.receipts.slice(0, -1) })
    const cut = await run('evidence', 'verify', short, '--head', answer)
    expect(cut).toMatchObject({ code: 1, out: expect.stringContaining('the tail was cut') })
    const none = await file('none.json', { treeHead: 'a.b.c' })
    expect((await run('evidence', 'verify', short, '--head', none)).code).toBe(2)
  })
})

const postgres = await startRealPostgres()
if (postgres) {
  describe('faceseal migrate and expire on PostgreSQL', () => {
    afterAll(() => postgres.stop())

    it('L11 L29 makes the tables, deletes what is due, and keeps on with a processor that failed', async () => {
      await postgres.createDatabase('cli')
      const pool = postgres.pool('cli')
      const { host, user } = pool.options
      const address = `postgresql://${user}@/cli?host=${encodeURIComponent(host!)}`
      for (let i = 0; i < 2; i++) {
        const migrated = await run('migrate', '--database', address, '--json')
        expect(migrated).toEqual({ code: 0, out: '{"migrated":true}', err: '' })
      }
      const store = createPostgresStore({ database: pgPoolDatabase(pool) })
      const world = await createWorld(store)
      const { subject } = await world.enrol(await createDevice(), 'due', randomTemplate())
      const held = (await store.transaction((t) => t.readEnrolment(subject)))!
      await store.transaction((t) => t.putEnrolment({ ...held, retainUntil: 1_600_000_000 }))
      await run('keygen', '--out', join(folder, 'job.json'))
      const broken = 'export const processors = [{ name: "cdn", delete: async () => { throw new Error("down") } }]'
      const job = ['expire', '--keys', join(folder, 'job.json'), '--database', address, '--json', '--processors']
      const first = await run(...job, await file('broken.mjs', broken))
      expect(first.code).toBe(1)
      expect(JSON.parse(first.out)).toMatchObject({ enrolments: 1, deletionsResumed: 0, deletionsPending: 1 })
      const mended = await file('mended.mjs', 'export const processors = [{ name: "cdn", delete: async () => {} }]')
      const second = await run(...job, mended)
      expect(second.code).toBe(0)
      expect(JSON.parse(second.out)).toMatchObject({ enrolments: 0, deletionsResumed: 1, deletionsPending: 0 })
      expect(await store.transaction((t) => t.readEnrolment(subject))).toBeUndefined()
    })

    it('L25 exports one person out of the database, proved offline, also since an older head', async () => {
      await postgres.createDatabase('evidence')
      const pool = postgres.pool('evidence')
      const { host, user } = pool.options
      const database = ['--database', `postgresql://${user}@/evidence?host=${encodeURIComponent(host!)}`]
      const store = createPostgresStore({ database: pgPoolDatabase(pool) })
      await store.migrate()
      const path = join(folder, 'evidence-keys.json')
      await run('keygen', '--out', path)
      const keys = await importServerKeys(JSON.parse(await readFile(path, 'utf8')))
      const world = await createWorld(store)
      const now = Math.floor(Date.now() / 1000)
      const recordFor = async (account: string) => {
        const options = await world.options('verify', account)
        const receipts = await (await createDevice()).grants(options, { iat: now, notice: await sha256('the notice') })
        await recordReceipts({ store, keys, receipts, expectedTenant: scope.tenant, expectedOrigin: origin, now })
        return options.subject
      }
      const subject = await recordFor('witness')
      const treeHead = await publishTreeHead({ store, keys })
      const older = await file('older.json', { treeHead })
      await recordFor('witness')
      await mkdir(join(folder, 'notices'))
      await writeFile(join(folder, 'notices', 'en.txt'), 'the notice')
      const bundle = join(folder, 'witness.json')
      const call = ['evidence', 'export', '--keys', path, ...database]
      const options = ['--out', bundle, '--since', older, '--notices', join(folder, 'notices'), '--json']
      const written = await run(...call, '--subject', subject, ...options)
      expect(written).toEqual({ code: 0, out: JSON.stringify({ file: bundle, lines: 4 }), err: '' })
      expect((await stat(bundle)).mode & 0o777).toBe(0o600)

      const jwks = await file('jwks.json', { keys: publishedKeys(keys) })
      const verified = await run('evidence', 'verify', bundle, '--keys', jwks, '--since', older, '--json')
      expect([verified.code, JSON.parse(verified.out)]).toMatchObject([
        ...[0, { ok: true, tailsProved: 2, devices: 2, continues: true, noticesMissing: [] }],
      ])
      const { out: words } = await run('evidence', 'verify', bundle)
      for (const part of ['4 lines, unbroken', '4 of 4 are in the log', 'What this does not prove', '--since']) {
        expect(words).toContain(part)
      }
      const cut = JSON.parse(await readFile(bundle, 'utf8'))
      const broken = await run('evidence', 'verify', await file('cut.json', { ...cut, ledger: cut.ledger.slice(0, 3) }))
      expect(broken).toMatchObject({ code: 1, out: expect.stringContaining('the tail was cut') })

      const whose = ['--account', 'witness', '--tenant', scope.tenant, '--purpose', scope.purpose]
      const byAccount = await run(...call, ...whose)
      expect(JSON.parse(byAccount.out)).toMatchObject({ subject, kind: 'faceseal-evidence' })
      const nobody = await run(...call, '--account', 'nobody', ...whose.slice(2))
      expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('Nobody') })
      expect((await run(...call, '--subject', 'AAAAAAAAAAAAAAAAAAAAAA')).code).toBe(1)
      expect(await store.identity.findSubject({ ...scope, account: 'nobody' })).toBeUndefined()
    })

    it('a database that refuses is exit code 1', async () => {
      const { host, user } = postgres.pool().options
      const address = `postgresql://${user}@/nowhere?host=${encodeURIComponent(host!)}`
      expect(await run('migrate', '--database', address)).toMatchObject({ code: 1, out: '' })
    })
  })
}
