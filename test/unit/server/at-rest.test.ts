import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { base64url } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import {
  generateEnrolmentOptions,
  generateSealKey,
  generateServerKeys,
  generateTemplateKey,
  importServerKeys,
  verifyEnrolment,
  withdraw,
} from '../../../src/server'
import { createPostgresStore, pgliteDatabase } from '../../../src/server/postgres'
import { openTemplate, sealTemplate, type TemplateBinding } from '../../../src/server/template-vault'
import { contains, toHex } from './bytes'
import { createDevice, randomTemplate, withFlippedBits } from './client'
import { codeOf, createWorld, origin, refusalOf, scope, type World } from './world'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

describe('the bytes of a database folder', () => {
  let folder: string
  let pglite: PGlite
  let world: World
  const device = createDevice()
  const [enrolled, verified, refused] = [randomTemplate(), randomTemplate(), randomTemplate()]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fs-rest-'))
    pglite = await PGlite.create(folder)
    const store = createPostgresStore({ database: pgliteDatabase(pglite) })
    await store.migrate()
    world = await createWorld(store)
    await world.enrol(await device, 'account-of-the-scan', enrolled)
    verified.set(withFlippedBits(enrolled, 90))
    expect((await world.verify(await device, 'account-of-the-scan', verified)).verified).toBe(true)
    expect((await world.verify(await device, 'account-of-the-scan', refused)).verified).toBe(false)
  }, 60_000)
  afterAll(async () => {
    await pglite.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function everyFile(): Promise<Uint8Array[]> {
    await pglite.query('CHECKPOINT')
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))))
  }

  test('hold no template in any spelling, whether it was enrolled, accepted or refused (L17)', async () => {
    const files = await everyFile()
    const subject = (await world.options('verify', 'account-of-the-scan')).subject
    // the scan sees: what must be there is there
    expect(files.some((file) => contains(file, new TextEncoder().encode(subject)))).toBe(true)
    for (const template of [enrolled, verified, refused]) {
      // 16 bytes anywhere would be enough to tell
      for (const offset of [0, 100, 240]) {
        const part = template.slice(offset, offset + 16)
        const spellings = [part, toHex(part), base64url.encode(template.slice(offset - (offset % 3), offset + 18))]
        for (const spelling of spellings) {
          const needle = typeof spelling === 'string' ? new TextEncoder().encode(spelling) : spelling
          expect(files.some((file) => contains(file, needle))).toBe(false)
        }
      }
    }
  })

  test('after withdrawal a copy of the old ciphertext cannot be opened: its key seed is gone (L11)', async () => {
    const { store, keys, now } = world
    const { subject } = await world.options('verify', 'account-of-the-scan')
    const before = await store.transaction((t) => t.readEnrolment(subject))
    const stolen = (await pglite.query('SELECT template_ciphertext FROM faceseal_templates.enrolments')).rows
    expect(stolen).toHaveLength(1)
    await withdraw({ store, keys, ...scope, subject, now })
    expect((await pglite.query('SELECT * FROM faceseal_templates.key_seeds')).rows).toEqual([])
    expect((await pglite.query('SELECT * FROM faceseal_templates.enrolments')).rows).toEqual([])
    const guessed = { ...before!.template!, keySeed: new Uint8Array(32) }
    expect(await codeOf(openTemplate(keys, before!, guessed))).toBe('template_unreadable')
  })
})

describe('the vault', () => {
  const binding: TemplateBinding = {
    ...{ subject: 's', tenant: 't', purpose: 'p', model: 'mobilefacenet.00000000', bits: 2048, device: 'd' },
  }

  test('gives back what it took, never the same ciphertext, nonce or seed twice', async () => {
    const keys = await importServerKeys(await generateServerKeys())
    const template = randomTemplate()
    const rows = await Promise.all(Array.from({ length: 200 }, () => sealTemplate(keys, binding, template)))
    for (const field of ['iv', 'keySeed', 'ciphertext'] as const) {
      expect(new Set(rows.map((row) => toHex(row[field]))).size).toBe(200)
    }
    expect(await openTemplate(keys, binding, rows[0]!)).toEqual(template)
  })

  test('does not open a row that was moved or altered', async () => {
    const keys = await importServerKeys(await generateServerKeys())
    const row = await sealTemplate(keys, binding, randomTemplate())
    const moves: Partial<TemplateBinding>[] = [
      ...[{ subject: 'x' }, { tenant: 'x' }, { purpose: 'x' }, { device: 'x' }],
      ...[{ model: 'mobilefacenet.ffffffff' }, { bits: 1024 as const }],
    ]
    for (const move of moves) {
      expect(await codeOf(openTemplate(keys, { ...binding, ...move }, row))).toBe('template_unreadable')
    }
    for (const field of ['iv', 'keySeed', 'ciphertext'] as const) {
      const altered = row[field].slice()
      altered[altered.length >> 1]! ^= 1
      expect(await codeOf(openTemplate(keys, binding, { ...row, [field]: altered }))).toBe('template_unreadable')
    }
  })

  test('key rotation: a new first key encrypts, the old one still opens, until it is taken away', async () => {
    const json = await generateServerKeys()
    const before = await importServerKeys(json)
    const row = await sealTemplate(before, binding, randomTemplate())
    const rotated = { ...json, templates: [generateTemplateKey(), ...json.templates] }
    const after = await importServerKeys(rotated)
    expect((await sealTemplate(after, binding, randomTemplate())).kid).toBe(rotated.templates[0]!.kid)
    await openTemplate(after, binding, row)
    const gone = await importServerKeys({ ...json, templates: [generateTemplateKey()] })
    expect(await refusalOf(openTemplate(gone, binding, row))).toBe('template_unreadable: no such key in the ring')
  })
})

test('sealing keys rotate with an overlap: options of yesterday are still answered', async () => {
  const world = await createWorld()
  const device = await createDevice()
  const json = await generateServerKeys()
  const fresh = await generateSealKey('P256')
  const [old, rotated, gone] = await Promise.all([
    importServerKeys(json),
    importServerKeys({ ...json, seal: [fresh, ...json.seal] }),
    importServerKeys({ ...json, seal: [fresh] }),
  ])
  const request = { store: world.store, subject: { account: 'a' }, ...scope, origin, policy, now: world.now }
  const options = await generateEnrolmentOptions({ ...request, keys: old })
  const response = await world.response(device, options, randomTemplate())
  const answer = { store: world.store, response, expectedOrigin: origin, now: world.now }
  expect(await codeOf(verifyEnrolment({ ...answer, keys: gone }))).toBe('envelope_key_unknown')
  expect((await verifyEnrolment({ ...answer, keys: rotated })).enrolled).toBe(true)
  expect((await generateEnrolmentOptions({ ...request, keys: rotated })).seal.kid).toBe(fresh.kid)
})
