import { beforeAll, describe, expect, test, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import { createHandler, createMemoryStore, generateServerKeys, importServerKeys } from '../../../src/server'
import { handlerRoutes } from '../../../src/server/http'
import { createDevice, randomTemplate } from './client'
import { expectInDocument } from './fits-openapi'
import { watchCryptography, watchedStore } from './watch'
import { createWorld, origin, scope } from './world'

// a shared two-core machine may be slow; what is counted here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const json = 'application/json'
const bytes = 'application/octet-stream'
/** Route, its only content type, bytes at most. */
const limits: readonly (readonly [string, string, number])[] = [
  ['/enrol/options', json, 1024],
  ['/enrol', bytes, 1024],
  ['/verify/options', json, 1024],
  ['/verify', bytes, 1024],
  ['/local', 'application/jose', 4096],
  ['/receipts', json, 512 * 1024],
  ['/withdraw', json, 1024],
  ['/export', json, 1024],
]

let post: (path: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>) => Promise<number>
beforeAll(async () => {
  const keys = await importServerKeys(await generateServerKeys())
  const config = { store: createMemoryStore(), keys, policy, ...scope, expectedOrigin: origin }
  const handler = createHandler({ ...config, resolveSubject: async () => 'limited' })
  post = async (path, headers, body) => {
    const request = new Request(`${origin}/face${path}`, { method: 'POST', headers: { origin, ...headers }, body })
    const response = await handler(request)
    expectInDocument(path, 'POST', response, await response.clone().json())
    return response.status
  }
})

/** `{}` with spaces up to so many bytes: JSON whatever the length. */
function padded(length: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(length).fill(0x20)
  body.set([0x7b, 0x7d])
  return body
}

test('the table has every route that takes a body', () => {
  expect(limits.map(([path]) => path).sort()).toEqual([...handlerRoutes.posts].sort())
})

describe.each(limits)('%s takes %s of %i bytes at most', (path, type, most) => {
  test('as many, and not one more, also where the length is told before', async () => {
    expect(await post(path, { 'content-type': type }, padded(most))).not.toBe(413)
    expect(await post(path, { 'content-type': type }, padded(most + 1))).toBe(413)
    expect(await post(path, { 'content-type': type, 'content-length': String(most + 1) }, padded(2))).toBe(413)
  })

  test('its type in any letters and with parameters; no other', async () => {
    const others = [json, bytes, 'application/jose', 'text/plain', 'multipart/form-data', `${type}x`, '']
    for (const other of others.filter((one) => one !== type)) {
      expect([other, await post(path, { 'content-type': other }, padded(2))]).toEqual([other, 415])
    }
    expect(await post(path, { 'content-type': `${type.toUpperCase()} ; charset=utf-8` }, padded(2))).not.toBe(415)
  })
})

test('options for an unknown person cost the same queries and cryptography as for an enrolled one', async () => {
  const work: string[] = []
  const world = await createWorld(watchedStore(createMemoryStore(), work))
  await world.enrol(await createDevice(), 'enrolled', randomTemplate())
  const spies = watchCryptography(work)
  try {
    const workOf = async (account: string) => {
      work.length = 0
      await world.options('verify', account)
      return [...work]
    }
    await workOf('enrolled')
    const known = await workOf('enrolled')
    expect(await workOf('unknown')).toEqual(known)
    expect(known).toContain('store.readEnrolment')
    expect(known).toContain('subtle.sign') // the decoy salt, made for both
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
})
