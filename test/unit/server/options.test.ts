import { base64url, FlattenedSign } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import { generateEnrolmentOptions, generateVerificationOptions, subjectOf, verifyOptions } from '../../../src/server'
import { optionsSignatureType, optionsSigningInput } from '../../../src/wire/options-signature'
import { createDevice, randomTemplate } from './client'
import { codeOf, createWorld, origin, refusalOf, scope, start } from './world'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

describe('signed options', () => {
  test('verify with the pinned key; name the signer', async () => {
    const world = await createWorld()
    const options = await world.options('enrol', 'a')
    const { expectedSigner } = world.keys
    expect(await verifyOptions(options, { expectedSigner, now: start })).toEqual({ options, signer: expectedSigner })
    expect((await verifyOptions(options, { now: start })).signer).toBe(expectedSigner)
  })

  test('survive a way through JSON, and every changed field is noticed', async () => {
    const world = await createWorld()
    const options = JSON.parse(JSON.stringify(await world.options('enrol', 'a')))
    await verifyOptions(options, { now: start })
    const changes = {
      ...{ purpose: 'payroll', tenant: 'other', origin: 'https://evil.example', exp: options.exp + 1 },
      ...{ subjectSalt: base64url.encode(new Uint8Array(32)), kind: 'verify', embedder: 'face-api' },
      protection: { ...options.protection, maxDistance: 2048 },
      seal: { ...options.seal, publicKey: base64url.encode(new Uint8Array(65)) },
      policy: { ...options.policy, retention: { kind: 'days', days: 1095 } },
    }
    for (const [field, value] of Object.entries(changes)) {
      expect(await codeOf(verifyOptions({ ...options, [field]: value }, { now: start }))).toBe('options_signature')
    }
  })

  test('of another backend are refused by the pin, though their signature is true', async () => {
    const [world, other] = [await createWorld(), await createWorld()]
    const options = await other.options('enrol', 'a')
    const { expectedSigner } = world.keys
    expect(await refusalOf(verifyOptions(options, { expectedSigner, now: start }))).toBe(
      'options_signature: signed by another key than expectedSigner',
    )
  })

  test('a signature made for something else is not one over options', async () => {
    const world = await createWorld()
    const options = await world.options('enrol', 'a')
    const [header, , signature] = options.signature.split('.')
    const decoded = JSON.parse(new TextDecoder().decode(base64url.decode(header!)))
    expect(decoded).toMatchObject({ alg: 'ES256', typ: 'faceseal-options+jws', kid: world.keys.options.kid })
    for (const change of [{ typ: 'JWT' }, { alg: 'none' }, { jwk: undefined }]) {
      const forged = base64url.encode(JSON.stringify({ ...decoded, ...change }))
      const changed = { ...options, signature: `${forged}..${signature}` }
      expect(await codeOf(verifyOptions(changed, { now: start }))).toBe('options_signature')
    }
  })

  test('nor is a true signature of the same key with another type', async () => {
    const world = await createWorld()
    const options = await world.options('enrol', 'a')
    const { kid, publicJwk, privateKey } = world.keys.options
    const resign = async (typ: string) => {
      const header = { alg: 'ES256', kid, jwk: publicJwk, typ }
      const signer = new FlattenedSign(optionsSigningInput(options)).setProtectedHeader(header)
      const { protected: protectedHeader, signature } = await signer.sign(privateKey)
      return codeOf(verifyOptions({ ...options, signature: `${protectedHeader}..${signature}` }, { now: start }))
    }
    expect(await resign(optionsSignatureType)).toBe('resolved')
    expect(await resign('faceseal-countersignature+jwt')).toBe('options_signature')
  })

  test('have an end and a beginning, with a bounded skew', async () => {
    const world = await createWorld()
    const options = await world.options('enrol', 'a')
    expect(options.exp - options.iat).toBe(600)
    expect(await codeOf(verifyOptions(options, { now: start + 659 }))).toBe('resolved')
    expect(await codeOf(verifyOptions(options, { now: start + 660 }))).toBe('options_expired')
    expect(await codeOf(verifyOptions(options, { now: start - 60 }))).toBe('resolved')
    expect(await codeOf(verifyOptions(options, { now: start - 61 }))).toBe('options_expired')
  })

  test('never repeat a challenge, and carry no account reference', async () => {
    const world = await createWorld()
    const many = await Promise.all(Array.from({ length: 50 }, () => world.options('verify', 'account-4711')))
    expect(new Set(many.map(({ nonce }) => nonce)).size).toBe(50)
    expect(new Set(many.map(({ sid }) => sid)).size).toBe(50)
    expect(JSON.stringify(many)).not.toContain('4711')
  })
})

describe('options do not tell who is enrolled', () => {
  test('unknown and enrolled: the same shape, a stable pseudonym, a stable salt', async () => {
    const world = await createWorld()
    await world.enrol(await createDevice(), 'enrolled', randomTemplate())
    const shape = (value: unknown): unknown =>
      value !== null && typeof value === 'object'
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
        : `${typeof value} ${String(value).length}`
    for (const account of ['enrolled', 'unknown']) {
      const [first, second] = [await world.options('verify', account), await world.options('verify', account)]
      expect(first.subject).toBe(second.subject)
      expect(first.subjectSalt).toBe(second.subjectSalt)
    }
    const unsigned = ({ policy: _, ...rest }: object & { policy: unknown }) => rest
    expect(shape(unsigned(await world.options('verify', 'unknown')))).toEqual(
      shape(unsigned(await world.options('verify', 'enrolled'))),
    )
  })

  test('two unknown people have different salts', async () => {
    const world = await createWorld()
    const [first, second] = [await world.options('verify', 'u1'), await world.options('verify', 'u2')]
    expect(first.subjectSalt).not.toBe(second.subjectSalt)
  })
})

describe('what is refused at once', () => {
  const refused = async (change: object) => {
    const { store, keys } = await createWorld()
    const request = { store, keys, subject: { account: 'a' }, ...scope, origin, policy, now: start, ...change }
    return refusalOf(generateVerificationOptions(request))
  }

  test('a policy that breaks a rule, or is for another purpose', async () => {
    expect(await refused({ policy: { ...policy, alternatives: [] } })).toMatch(/^policy_invalid/)
    expect(await refused({ policy: { ...policy, revocable: false } })).toMatch(/^policy_invalid/)
    expect(await refused({ purpose: 'payroll' })).toBe(
      `configuration_invalid: the policy is for ${scope.purpose} (L13)`,
    )
  })

  test('a suite without a key, a threshold that is none', async () => {
    const { store } = await createWorld()
    const { importServerKeys, generateServerKeys } = await import('../../../src/server')
    const keys = await importServerKeys(await generateServerKeys({ suites: ['P256'] }))
    const request = { store, keys, subject: { account: 'a' }, ...scope, origin, policy, now: start }
    expect(await refusalOf(generateEnrolmentOptions({ ...request, suite: 'X25519' }))).toBe(
      'configuration_invalid: keys: no X25519 recipient',
    )
    const nonsense = { 'face-api': { 2048: { convenient: 0.6, standard: 0.5, strict: 0.5 } } }
    expect(await refused({ embedder: 'face-api', thresholds: nonsense })).toMatch(
      /^configuration_invalid: thresholds: face-api/,
    )
    const thresholds = { 'face-api': { 2048: { convenient: 0.3, standard: 0.29, strict: 0.28 } } }
    const options = await generateEnrolmentOptions({ ...request, embedder: 'face-api', thresholds })
    expect(options.protection.maxDistance).toBe(Math.floor(0.29 * 2048))
  })

  test.each(['13800138000', '8613800138000', '11010519491231002X', 'a@b.example', '', 'x'.repeat(129), '张三'])(
    'an account reference that tells who the person is (L18): %s',
    async (account) => {
      const { store } = await createWorld()
      expect(await codeOf(subjectOf({ store, ...scope, subject: { account } }))).toBe('request_invalid')
    },
  )
})
