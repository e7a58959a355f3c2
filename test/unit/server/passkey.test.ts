import { randomBytes } from 'node:crypto'
import { verifyAuthenticationResponse } from '@simplewebauthn/server'
import { beforeEach, describe, expect, test } from 'vitest'
import { createAuthenticator, type SoftwareAuthenticator } from '../../../bench/server/software-authenticator'
import policy from '../../../demo/policy.json' with { type: 'json' }
import {
  type CeremonyOptionsJSON,
  createHandler,
  createMemoryStore,
  FaceSealError,
  generateServerKeys,
  importServerKeys,
  type PasskeyRule,
} from '../../../src/server'
import { consentHash } from '../../../src/wire/consent-hash'
import { encodePasskey, passkeyChallenge, passkeyHeader } from '../../../src/wire/passkey'
import { createDevice, randomTemplate, type TestDevice, withFlippedBits } from './client'
import { logLines } from './log-lines'
import { origin, scope } from './world'

const rpID = new URL(origin).hostname
const keys = await importServerKeys(await generateServerKeys())

let authenticator: SoftwareAuthenticator
let device: TestDevice
let template: Uint8Array<ArrayBuffer>
let handler: ReturnType<typeof createHandler>
let reasons: (string | undefined)[]
let causes: (string | undefined)[]
let flips = 0

/** As docs/liveness.md shows it. */
const rule: PasskeyRule = {
  async verify({ assertion, expectedChallenge, expectedOrigin }) {
    const { credential } = authenticator
    if (assertion.id !== credential.id) return false
    const found = await verifyAuthenticationResponse({
      ...{
        response: assertion,
        expectedChallenge,
        expectedOrigin: [...expectedOrigin],
        expectedRPID: rpID,
        credential,
      },
      requireUserVerification: true,
    }).catch(() => undefined)
    return found?.verified === true
  },
}

const start = (passkey: PasskeyRule) =>
  createHandler({
    ...{ store: createMemoryStore(), keys, policy, ...scope, expectedOrigin: origin, passkey },
    resolveSubject: async () => 'person',
    logger: logLines(({ code, cause }) => {
      reasons.push(code)
      causes.push(cause)
    }),
  })

beforeEach(async () => {
  authenticator = createAuthenticator({ rpID, origin })
  device = await createDevice()
  template = randomTemplate()
  reasons = []
  causes = []
  handler = start(rule)
})

async function post(path: string, type: string, body: BodyInit, headers: Record<string, string> = {}) {
  const request = new Request(`${origin}/face${path}`, {
    ...{ method: 'POST', headers: { 'content-type': type, origin, ...headers }, body },
  })
  return (await (await handler(request)).json()) as Record<string, unknown>
}

type Sign = (response: Uint8Array) => Promise<Record<string, string>>

/** An assertion of `by` over `bytes`, as the header of a request. */
const signed = async (bytes: Uint8Array, by = authenticator) => ({
  [passkeyHeader]: encodePasskey(by.assert(Buffer.from(await passkeyChallenge(bytes)).toString('base64url'))),
})

async function consented(kind: 'enrol' | 'verify') {
  const options = (await post(`/${kind}/options`, 'application/json', '{}')) as unknown as CeremonyOptionsJSON
  const receipts = await device.grants(options)
  await post('/receipts', 'application/json', JSON.stringify({ receipts }))
  return { options, receipts }
}

async function send(kind: 'enrol' | 'verify', sign: Sign = signed) {
  const { options, receipts } = await consented(kind)
  flips += 1
  const response = await device.seal(options, kind === 'enrol' ? template : withFlippedBits(template, flips), {
    receipts,
  })
  return post(`/${kind}`, 'application/octet-stream', response, await sign(response))
}

const refusals: readonly (readonly [string, Sign])[] = [
  ['over another nonce', async () => signed(randomBytes(600))],
  ['of another credential', async (response) => signed(response, createAuthenticator({ rpID, origin }))],
  [
    'of another credential under the right name',
    async (response) => {
      const { credential } = authenticator
      const { [passkeyHeader]: header = '' } = await signed(response, createAuthenticator({ rpID, origin }))
      const assertion = JSON.parse(Buffer.from(header, 'base64url').toString())
      return { [passkeyHeader]: encodePasskey({ ...assertion, id: credential.id, rawId: credential.id }) }
    },
  ],
  [
    'made on another site',
    async (response) => {
      const elsewhere = createAuthenticator({ rpID: 'evil.example', origin: 'https://evil.example' })
      authenticator = { ...authenticator, credential: elsewhere.credential }
      return signed(response, elsewhere)
    },
  ],
  ['that is none', async () => ({ [passkeyHeader]: 'bm9uZQ' })],
]

describe('a passkey over the response', () => {
  test('enrols and verifies', async () => {
    expect(await send('enrol')).toEqual({ enrolled: true })
    expect(await send('verify')).toEqual({ verified: true })
  })

  test.each(refusals)('%s: neither enrols nor verifies', async (_, sign) => {
    expect(await send('enrol', sign)).toMatchObject({ code: 'passkey_required', status: 403 })
    authenticator = createAuthenticator({ rpID, origin })
    expect(await send('enrol')).toEqual({ enrolled: true })
    expect(await send('verify', sign)).toEqual({ verified: false })
    expect(reasons.at(-1)).toBe('passkey')
  })

  test('counts a wrong one as a failed try', async () => {
    await send('enrol')
    for (let i = 0; i < 12; i++) {
      await send('verify', () => signed(randomBytes(9)))
      if ((await post('/verify/options', 'application/json', '{}')).code === 'rate_limited') return
    }
    throw new Error('never limited')
  })

  test('missing: said so, and nothing is used up', async () => {
    expect(await send('enrol', async () => ({}))).toMatchObject({ code: 'passkey_required' })
    await send('enrol')
    const { options, receipts } = await consented('verify')
    const response = await device.seal(options, withFlippedBits(template, 99), { receipts })
    const upload = (headers = {}) => post('/verify', 'application/octet-stream', response, headers)
    expect(await upload()).toMatchObject({ code: 'passkey_required' })
    expect(await upload(await signed(response))).toEqual({ verified: true })
  })

  test("the face is still asked for: another person's does not verify", async () => {
    await send('enrol')
    const own = template
    template = randomTemplate()
    expect(await send('verify')).toEqual({ verified: false })
    expect(reasons.at(-1)).toBe('mismatch')
    template = own
  })

  test("goes for the device's own word as well", async () => {
    const say = async (kind: 'enrol' | 'verify', sign: Sign) => {
      const { options } = await consented(kind)
      const receipts = [await device.receipt(options, { scope: 'process' })]
      await post('/receipts', 'application/json', JSON.stringify({ receipts }))
      const statement = await device.statement(options, true, { consent: await consentHash(receipts) })
      return post('/local', 'application/jose', statement, await sign(new TextEncoder().encode(statement)))
    }
    expect(await say('enrol', async () => signed(randomBytes(9)))).toMatchObject({ code: 'passkey_required' })
    expect(await say('enrol', signed)).toEqual({ enrolled: true })
    expect(await say('verify', async () => signed(randomBytes(9)))).toEqual({ verified: false })
    expect(await say('verify', signed)).toEqual({ verified: true })
  })

  test('is owed only by whom the rule names', async () => {
    handler = start({ ...rule, demandedOf: async (account) => account !== 'person' })
    expect(await send('enrol', async () => ({}))).toEqual({ enrolled: true })
  })

  test('a look-up that fails is no wrong passkey: said so, logged by class, counted nowhere, nothing used up', async () => {
    const failures: Partial<PasskeyRule>[] = [
      { verify: () => Promise.reject(new FaceSealError('store_unavailable')) },
      { verify: () => Promise.reject(new DatabaseDown('the name of a person')) },
      { demandedOf: () => Promise.reject(new DatabaseDown('the name of a person')) },
    ]
    let down: Partial<PasskeyRule> = {}
    handler = start({
      verify: (attempt) => (down.verify ?? rule.verify)(attempt),
      demandedOf: async (account) => (await down.demandedOf?.(account)) ?? true,
    })
    expect(await send('enrol')).toEqual({ enrolled: true })
    const { options, receipts } = await consented('verify')
    const response = await device.seal(options, withFlippedBits(template, 99), { receipts })
    const upload = async () => post('/verify', 'application/octet-stream', response, await signed(response))
    for (down of failures) {
      for (let i = 0; i < 7; i++) expect(await upload()).toMatchObject({ code: 'store_unavailable', status: 503 })
      expect(reasons.at(-1)).toBe('store_unavailable')
    }
    expect(causes.slice(-14)).toEqual(Array(14).fill('DatabaseDown'))
    down = {}
    expect(await upload()).toEqual({ verified: true })
    down = { verify: async () => false }
    expect(await send('verify')).toEqual({ verified: false })
    expect(reasons.at(-1)).toBe('passkey')
  })
})

class DatabaseDown extends Error {}
