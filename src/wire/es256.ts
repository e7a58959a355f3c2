import { base64url, type CryptoKey } from 'jose'
import { isCanonicalBase64url } from './encoding'

/**
 * JSON Web Signatures (RFC 7515) as page and worker use them: ES256 (RFC 7518 §3.4) over WebCrypto and nothing else, because
 * all of `jose` would be 7 kB before the grant for this one algorithm. The server signs and verifies with `jose` (`jws.ts`),
 * so every exchange between the two is a test of both.
 */

/** Public half of a P-256 key. */
export interface P256Jwk {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

/** Protected header, as far as it is read here. */
export interface JwsHeader {
  readonly typ?: unknown
  /** Checked by {@link publicJwkOf} before it is used. */
  readonly jwk?: unknown
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** Compact JWS; the protected header names `typ` and the key. */
export async function signJws(
  payload: Uint8Array<ArrayBuffer>,
  { typ, jwk, key }: { readonly typ: string; readonly jwk: P256Jwk; readonly key: CryptoKey },
): Promise<string> {
  const signed = `${base64url.encode(JSON.stringify({ alg: 'ES256', typ, jwk }))}.${base64url.encode(payload)}`
  const signature = await crypto.subtle.sign(ecdsa, key, new TextEncoder().encode(signed))
  return `${signed}.${base64url.encode(new Uint8Array(signature))}`
}

/**
 * Verifies a compact JWS with a key that the caller trusts, and answers its header. Throws `TypeError` for anything but
 * ES256, an extension that must be understood (`crit`, RFC 7515 §4.1.11), a key off the curve, and a signature that
 * does not fit or has another spelling than the canonical one.
 */
export async function verifyJws(jws: string, key: P256Jwk): Promise<JwsHeader> {
  const { header, signed, signature } = partsOf(jws)
  requireOneSpelling(signature)
  if (header.alg !== 'ES256' || 'crit' in header) throw new TypeError('only ES256 without extensions')
  const imported = await crypto.subtle.importKey('jwk', { ...key }, ecdsa, false, ['verify']).catch((cause) => {
    throw new TypeError('no key on P-256', { cause })
  })
  if (!(await crypto.subtle.verify(ecdsa, imported, Uint8Array.from(base64url.decode(signature)), signed)))
    throw new TypeError('signature')
  return header
}

/**
 * The last character of a signature has four unused bits: were any value taken, one statement would have sixteen texts
 * and as many hashes, and statements are known by the hash of their text.
 */
export function requireOneSpelling(signature: string): void {
  if (!isCanonicalBase64url(signature)) throw new TypeError('the signature is not canonical base64url')
}

/** What the header claims; true only after {@link verifyJws}. */
export function jwsHeader(jws: string): JwsHeader {
  return partsOf(jws).header
}

/** What the payload claims: JSON of any shape. */
export function jwsPayload(jws: string): unknown {
  return jsonOf(jws.split('.')[1] ?? '')
}

/** The four public members and no others, or `TypeError`: a private or another kind of key is none of ours. */
export function publicJwkOf(jwk: unknown): P256Jwk {
  const { kty, crv, x, y, d } = (jwk ?? {}) as Readonly<Record<string, unknown>>
  if (kty !== 'EC' || crv !== 'P-256' || typeof x !== 'string' || typeof y !== 'string' || d !== undefined) {
    throw new TypeError('jwk')
  }
  return { kty, crv, x, y }
}

/** RFC 7638: SHA-256, base64url, of the required members in the order of their names. */
export async function thumbprintOf({ kty, crv, x, y }: P256Jwk): Promise<string> {
  const members = new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }))
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', members)))
}

function partsOf(jws: string) {
  const [header, payload, signature, ...more] = jws.split('.')
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    throw new TypeError('not three parts')
  }
  const decoded = jsonOf(header)
  if (typeof decoded !== 'object' || decoded === null) throw new TypeError('header')
  return {
    header: decoded as Readonly<Record<string, unknown>>,
    signed: new TextEncoder().encode(`${header}.${payload}`),
    signature,
  }
}

function jsonOf(text: string): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(base64url.decode(text)))
}
