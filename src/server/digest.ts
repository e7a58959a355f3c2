import canonicalize from 'canonicalize'
import { base64url, type CryptoKey } from 'jose'

/** JCS (RFC 8785) bytes. */
export function jcsBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalize(value))
}

/** SHA-256, base64url. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

/** HMAC-SHA256 over the JCS of `value`, base64url. */
export async function keyedDigest(key: CryptoKey, value: unknown): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, jcsBytes(value))))
}

/** Fresh random bytes, base64url. */
export function randomBase64url(length: number): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(length)))
}

/** Concatenation. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

/** Epoch seconds of now. */
export function epochNow(): number {
  return Math.floor(Date.now() / 1000)
}
