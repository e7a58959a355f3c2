import { describe, expect, test, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import {
  createHandler,
  createMemoryStore,
  expire,
  generateVerificationOptions,
  type ThrottleLimits,
  unlockAddress,
  unlockDevice,
  unlockSubject,
  verifyLocalStatement,
  verifyVerification,
  withdraw,
} from '../../../src/server'
import { networkOf } from '../../../src/server/client-address'
import { climbThrottle, deviceThrottle, subjectThrottle } from '../../../src/server/throttle'
import { consentHash } from '../../../src/wire/consent-hash'
import { createDevice, randomTemplate, type TestDevice, withFlippedBits } from './client'
import { watchCryptography, watchedStore } from './watch'
import { codeOf, createWorld, origin, refusalOf, scope } from './world'

vi.setConfig({ testTimeout: 120_000 })

const address = '203.0.113.7'
const tight: ThrottleLimits = { freeFailures: 2, baseSeconds: 10, maxSeconds: 40, windowSeconds: 100 }

/** A world in which each answer comes from an address. */
async function addressed() {
  const store = createMemoryStore()
  const world = await createWorld(store)
  const attempt = async (account: string, clientAddress: string | undefined, template = randomTemplate()) => {
    const device = await createDevice()
    const response = await world.response(device, await world.options('verify', account), template)
    const { keys, now } = world
    return verifyVerification({
      store,
      keys,
      response,
      expectedOrigin: origin,
      now,
      clientAddress,
      addressLimits: tight,
    })
  }
  return { store, world, attempt }
}

describe('failures of one address', () => {
  test('count over many accounts and devices, and wait exponentially longer, to a maximum', async () => {
    const { world, attempt } = await addressed()
    for (let i = 0; i < 3; i++) expect((await attempt(`account-${i}`, address)).verified).toBe(false)
    const waits = []
    for (let i = 3; i < 6; i++) {
      const refused = await attempt(`account-${i}`, address).catch((cause: unknown) => cause)
      expect(refused).toMatchObject({ code: 'rate_limited' })
      const { retryAfterSeconds } = refused as { retryAfterSeconds: number }
      waits.push(retryAfterSeconds)
      expect((await attempt(`other-${i}`, '203.0.113.8')).verified).toBe(false) // another address is free
      expect((await attempt(`none-${i}`, undefined)).verified).toBe(false)
      world.now += retryAfterSeconds
      if (i < 5) expect((await attempt(`account-${i}`, address)).verified).toBe(false)
    }
    expect(waits).toEqual([10, 20, 40])
  })

  test('are forgotten when their window ends, not by a success', async () => {
    const { store, world, attempt } = await addressed()
    const [device, face] = [await createDevice(), randomTemplate()]
    await world.enrol(device, 'own', face)
    const succeed = async (flips: number) => {
      const response = await world.response(device, await world.options('verify', 'own'), withFlippedBits(face, flips))
      const { keys, now } = world
      const client = { clientAddress: address, addressLimits: tight }
      return verifyVerification({ store, keys, response, expectedOrigin: origin, now, ...client })
    }
    for (let i = 0; i < 2; i++) await attempt(`a-${i}`, address)
    expect((await succeed(3)).verified).toBe(true)
    await attempt('a-2', address)
    expect(await codeOf(succeed(4))).toBe('rate_limited')
    world.now += 101
    for (let i = 0; i < 2; i++) await attempt(`b-${i}`, address)
    expect((await succeed(5)).verified).toBe(true)
  })

  test('options are refused too, so that nobody is filmed for nothing', async () => {
    const { store, world, attempt } = await addressed()
    for (let i = 0; i < 3; i++) await attempt(`account-${i}`, address)
    const { keys, now } = world
    const request = { store, keys, ...scope, origin, policy, now, subject: { account: 'free' } }
    expect(await codeOf(generateVerificationOptions({ ...request, clientAddress: address }))).toBe('rate_limited')
    expect(await codeOf(generateVerificationOptions({ ...request, clientAddress: '203.0.113.8' }))).toBe('resolved')
  })

  test('L17 are kept under a keyed hash, and deleted by the expiry job', async () => {
    const { store, world, attempt } = await addressed()
    await attempt('kept', address)
    const names = [...store.tables.throttles.keys()].filter((key) => key.startsWith('address:'))
    expect(names).toHaveLength(1)
    expect(JSON.stringify([...store.tables.throttles])).not.toContain('203.0.113')
    const elsewhere = await createWorld(store) // the same address under another key
    expect(await unlockAddress({ store, keys: elsewhere.keys, tenant: scope.tenant, address })).toBe(false)
    world.now += 101
    await expire({ store, keys: world.keys, now: world.now })
    expect([...store.tables.throttles.keys()].filter((key) => key.startsWith('address:'))).toEqual([])
    expect(store.tables.throttles.size).toBe(2) // subject and device: 30 days; none by the week, for no device is bound
    const later = world.now + 31 * 86_400
    expect((await expire({ store, keys: world.keys, now: later })).failureCounters).toBe(2)
    expect(store.tables.throttles.size).toBe(0)
  })

  test('one IPv6 network is one client, a mapped IPv4 address is that address, anything else a mistake', async () => {
    expect(networkOf('2001:db8::1')).toBe(networkOf('2001:0DB8:0:0:ffff::2%eth0'))
    expect(networkOf('2001:db8:0:1::1')).not.toBe(networkOf('2001:db8::1'))
    expect([networkOf('::1'), networkOf('fe80::1:2:3:4:5')]).toEqual(['0:0:0:0', 'fe80:0:0:1'])
    expect(networkOf('1:2:3:4:5:6:7:8')).toBe('1:2:3:4')
    expect([networkOf('::ffff:203.0.113.7'), networkOf('0.0.0.0')]).toEqual([address, '0.0.0.0'])
    // a translator before the server: not all of IPv4 is one network
    expect([networkOf('64:ff9b::203.0.113.7'), networkOf('64:ff9b::1:cb00:7107')]).toEqual([address, '64:ff9b:0:0'])
    const { attempt } = await addressed()
    for (const wrong of [
      '',
      'unknown',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '1.2.3.4, 5.6.7.8',
      ':::',
      '12345::',
      '1::2::3',
    ]) {
      expect(await refusalOf(attempt('wrong', wrong)), wrong).toBe(
        'configuration_invalid: clientAddress is no IP address',
      )
    }
  })

  test('the handler asks its own function, and believes no header', async () => {
    const store = createMemoryStore()
    const world = await createWorld(store)
    const asked: string[] = []
    const face = randomTemplate()
    const answer = async (account: string, header: string, template = randomTemplate()) => {
      const device = await createDevice()
      const handler = createHandler({
        ...{ store, keys: world.keys, policy, ...scope, expectedOrigin: origin, now: () => world.now },
        resolveSubject: async () => account,
        addressLimits: tight,
        clientAddress(request) {
          asked.push(new URL(request.url).pathname)
          return address
        },
      })
      const call = (path: string, type: string, body: BodyInit) => {
        const headers = { 'content-type': type, 'x-forwarded-for': header, forwarded: `for=${header}` }
        return handler(new Request(`${origin}/face${path}`, { method: 'POST', headers, body }))
      }
      const options = await call('/verify/options', 'application/json', '{}')
      if (options.status !== 200) return options.status
      const response = await world.response(device, await options.json(), template)
      return (await call('/verify', 'application/octet-stream', response)).status
    }
    const answers = []
    for (let i = 0; i < 4; i++) answers.push(await answer(`header-${i}`, `198.51.100.${i}`, withFlippedBits(face, i)))
    expect(answers).toEqual([200, 200, 200, 429])
    expect(asked.slice(0, 2)).toEqual(['/face/verify/options', '/face/verify'])
  })
})

describe('whose failure it is', () => {
  /** An enrolled person; `change` for a response by another version of the model. */
  async function enrolled() {
    const store = createMemoryStore()
    const work: string[] = []
    const world = await createWorld(watchedStore(store, work))
    const [device, face] = [await createDevice(), randomTemplate()]
    const { subject } = await world.enrol(device, 'person', face)
    const weekly = () => store.tables.throttles.get(climbThrottle(subject))?.failures ?? 0
    const byModel = async (template: Uint8Array<ArrayBuffer>) => {
      const change = { header: { model: 'mobilefacenet.ffffffff' } }
      return world.response(device, await world.options('verify', 'person'), template, change)
    }
    return { store, world, work, device, face, subject, weekly, byModel }
  }

  test('a stranger who may name the account does not close its week', async () => {
    const { world, device, face, weekly } = await enrolled()
    const stranger = await createDevice()
    for (let i = 0; i < 40; i++) {
      // near or not: another device is told nothing
      const template = i % 2 ? withFlippedBits(face, 100 + i) : randomTemplate()
      expect(await world.verify(stranger, 'person', template)).toMatchObject({ reason: 'device_unknown' })
      if (i % 4 < 3) continue
      await unlockDevice({ store: world.store, device: stranger.thumbprint })
      expect((await world.verify(device, 'person', withFlippedBits(face, i))).verified).toBe(true)
    }
    expect(weekly()).toBe(0)
    await world.verify(device, 'person', randomTemplate())
    expect(weekly()).toBe(1)
  })

  test("another version of the model is nobody's, however often", async () => {
    const { store, world, device, face, byModel, subject } = await enrolled()
    for (let i = 0; i < 8; i++) {
      const result = await world.acceptVerification(await byModel(withFlippedBits(face, 50 + i)))
      expect(result).toMatchObject({ verified: false, reason: 'model_changed' })
    }
    expect([...store.tables.throttles.values()].filter(({ failures }) => failures > 0)).toEqual([])
    expect(await unlockSubject({ store, subject })).toBe(false)
    const renewed = await world.enrol(device, 'person', randomTemplate())
    expect(renewed).toMatchObject({ enrolled: true, renewed: true })
  })

  test('another face, another device and another model cost the same queries and cryptography', async () => {
    const { world, work, device, byModel } = await enrolled()
    const by = (one: TestDevice) => async (face: Uint8Array<ArrayBuffer>) =>
      world.response(one, await world.options('verify', 'person'), face)
    const stranger = by(await createDevice())
    await world.acceptVerification(await byModel(randomTemplate())) // makes the decoy, once for a key ring
    const spies = watchCryptography(work)
    try {
      const works = []
      for (const respond of [byModel, by(device), stranger]) {
        const response = await respond(randomTemplate())
        work.length = 0
        expect((await world.acceptVerification(response)).verified).toBe(false)
        works.push([...work])
      }
      expect(works[0]).toContain('store.putThrottle')
      expect(works[1]).toEqual(works[0])
      expect(works[2]).toEqual(works[0])
    } finally {
      for (const spy of spies) spy.mockRestore()
    }
  })
})

describe('unlocking', () => {
  async function locked() {
    const store = createMemoryStore()
    const world = await createWorld(store)
    const [device, face] = [await createDevice(), randomTemplate()]
    const { subject } = await world.enrol(device, 'locked', face)
    for (let i = 0; i < 6; i++) await world.verify(device, 'locked', randomTemplate())
    expect(await codeOf(world.options('verify', 'locked'))).toBe('rate_limited')
    return { store, world, device, face, subject }
  }

  test('a subject opens with the device that is enrolled: the person is let in at once', async () => {
    const { store, world, device, face, subject } = await locked()
    expect(await unlockSubject({ store, subject })).toBe(true)
    expect(await unlockSubject({ store, subject })).toBe(false)
    expect((await world.verify(device, 'locked', withFlippedBits(face, 3))).verified).toBe(true)
  })

  test('a device that tried others opens by its thumbprint', async () => {
    const store = createMemoryStore()
    const world = await createWorld(store)
    const device = await createDevice()
    for (let i = 0; i < 6; i++) await world.verify(device, `victim-${i}`, randomTemplate())
    expect(await codeOf(world.verify(device, 'victim-7', randomTemplate()))).toBe('rate_limited')
    expect(await unlockDevice({ store, device: device.thumbprint })).toBe(true)
    expect((await world.verify(device, 'victim-7', randomTemplate())).verified).toBe(false)
  })

  test('an address opens by itself', async () => {
    const { store, world, attempt } = await addressed()
    for (let i = 0; i < 3; i++) await attempt(`account-${i}`, address)
    expect(await codeOf(attempt('account-4', address))).toBe('rate_limited')
    const request = { store, keys: world.keys, tenant: scope.tenant }
    expect(await unlockAddress({ ...request, address: `::ffff:${address}` })).toBe(true)
    expect((await attempt('account-5', address)).verified).toBe(false)
    expect(await refusalOf(unlockAddress({ ...request, address: 'x' }))).toMatch(/^configuration_invalid/)
  })
})

test('L10 withdrawal takes the failure counters of the subject and of its device along', async () => {
  const store = createMemoryStore()
  const world = await createWorld(store)
  const device = await createDevice()
  const { subject } = await world.enrol(device, 'leaves', randomTemplate())
  await world.verify(device, 'leaves', randomTemplate())
  const keys = [subjectThrottle(subject), climbThrottle(subject), deviceThrottle(device.thumbprint)]
  expect([...store.tables.throttles.keys()].sort()).toEqual([...keys].sort())
  const { stores } = await withdraw({ store, keys: world.keys, ...scope, subject, now: world.now })
  expect(stores.find((one) => one.store === 'failure-counters')?.outcome).toBe('deleted')
  expect(store.tables.throttles.size).toBe(0)
})

test("a device's own yes ends its row of failures, as the backend's does", async () => {
  const store = createMemoryStore()
  const world = await createWorld(store)
  const device = await createDevice()
  const state = async (kind: 'enrol' | 'verify', verified: boolean) => {
    const options = await world.options(kind, 'local')
    const receipts = [await device.receipt(options, { scope: 'process', kinds: ['local-verdict'] })]
    await world.record(receipts)
    const statement = await device.statement(options, verified, { consent: await consentHash(receipts) })
    const { keys, now } = world
    return verifyLocalStatement({ store, keys, statement, expectedOrigin: origin, now })
  }
  await state('enrol', true)
  for (let i = 0; i < 5; i++) await state('verify', false)
  expect(store.tables.throttles.size).toBe(3)
  expect((await state('verify', true)).verified).toBe(true)
  expect([...store.tables.throttles.keys()]).toEqual([expect.stringMatching(/^week:/)]) // a climber's counter stays
})
