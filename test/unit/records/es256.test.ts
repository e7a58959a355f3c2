import {
  base64url,
  CompactSign,
  calculateJwkThumbprint,
  compactVerify,
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  importJWK,
} from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  jwsHeader,
  jwsPayload,
  type P256Jwk,
  publicJwkOf,
  signJws,
  thumbprintOf,
  verifyJws,
} from '../../../src/wire/es256'

// jose is the second implementation: the server's, and the judge here.

let pair: GenerateKeyPairResult
let jwk: P256Jwk
const text = JSON.stringify({ 说: '同意', n: 1 })
const bytes = new TextEncoder().encode(text)

beforeAll(async () => {
  pair = await generateKeyPair('ES256', { extractable: true })
  jwk = publicJwkOf(await exportJWK(pair.publicKey))
})

const byJose = (header: Readonly<Record<string, unknown>> = {}) =>
  new CompactSign(bytes).setProtectedHeader({ alg: 'ES256', typ: 'a', ...header }).sign(pair.privateKey)

/** The same signature under another header. */
const withHeader = (jws: string, header: unknown) => [encode(header), ...jws.split('.').slice(1)].join('.')
const encode = (value: unknown) => base64url.encode(JSON.stringify(value))

describe('ES256 over WebCrypto', () => {
  test('what it signs, jose verifies', async () => {
    const jws = await signJws(bytes, { typ: 'record', jwk, key: pair.privateKey })
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK(jwk, 'ES256'))
    expect(new TextDecoder().decode(payload)).toBe(text)
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'record', jwk })
    expect(jwsPayload(jws)).toEqual(JSON.parse(text))
  })

  test('what jose signs, it verifies; header and thumbprint are read alike', async () => {
    const jws = await byJose({ jwk })
    expect(await verifyJws(jws, jwk)).toEqual(jwsHeader(jws))
    expect(publicJwkOf(jwsHeader(jws).jwk)).toEqual(jwk)
    expect(await thumbprintOf(jwk)).toBe(await calculateJwkThumbprint(jwk))
  })

  test('every part that is changed is noticed', async () => {
    const [header, payload, signature] = (await byJose()).split('.') as [string, string, string]
    const flip = (part: string) => (part.startsWith('A') ? 'B' : 'A') + part.slice(1)
    const swapped = Uint8Array.from(base64url.decode(signature))
    swapped.set([...swapped.subarray(32), ...swapped.subarray(0, 32)])
    for (const jws of [
      `${header}.${flip(payload)}.${signature}`,
      `${header}.${payload}.${flip(signature)}`,
      `${header}.${payload}.${base64url.encode(swapped)}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      `${header}.${payload}.${base64url.encode(new Uint8Array(64))}`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.`,
      `.${payload}.${signature}`,
      '',
    ])
      await expect(verifyJws(jws, jwk), jws).rejects.toThrow()
  })

  test('one statement has one text: no other spelling of the last character', async () => {
    const jws = await byJose()
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const next = alphabet[alphabet.indexOf(jws.at(-1)!) + 1]
    await expect(verifyJws(jws.slice(0, -1) + next, jwk)).rejects.toThrow('canonical')
  })

  test('no other algorithm, no extension that must be understood, no other key', async () => {
    const jws = await byJose()
    for (const header of [
      { alg: 'none', typ: 'a' },
      { alg: 'HS256', typ: 'a' },
      { alg: 'ES384', typ: 'a' },
      { typ: 'a' },
      null,
      'ES256',
      [],
    ])
      await expect(verifyJws(withHeader(jws, header), jwk)).rejects.toThrow(TypeError)
    // Signed rightly, and still not understood: the payload is not what it looks like (RFC 7797).
    const unencoded = encode({ alg: 'ES256', b64: false, crit: ['b64'] })
    const signed = new TextEncoder().encode(`${unencoded}.${base64url.encode(bytes)}`)
    const ecdsa = { name: 'ECDSA', hash: 'SHA-256' }
    const signature = new Uint8Array(await crypto.subtle.sign(ecdsa, pair.privateKey as CryptoKey, signed))
    const critical = `${unencoded}.${base64url.encode(bytes)}.${base64url.encode(signature)}`
    await expect(verifyJws(critical, jwk)).rejects.toThrow('extensions')
    const other = publicJwkOf(await exportJWK((await generateKeyPair('ES256')).publicKey))
    await expect(verifyJws(jws, other)).rejects.toThrow('signature')
    await expect(verifyJws(jws, { ...jwk, y: jwk.x })).rejects.toThrow('P-256')
  })

  test('a key is its four public members, or none', async () => {
    const secret = await exportJWK(pair.privateKey)
    for (const bad of [
      undefined,
      null,
      'EC',
      {},
      secret,
      { ...jwk, crv: 'P-384' },
      { ...jwk, kty: 'RSA' },
      { ...jwk, x: 1 },
    ])
      expect(() => publicJwkOf(bad)).toThrow(TypeError)
    expect(publicJwkOf({ ...jwk, kid: 'a', alg: 'ES256', use: 'sig' })).toEqual(jwk)
  })
})
