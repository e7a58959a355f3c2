import { base64url } from 'jose'
import * as v from 'valibot'

/** Unpadded base64url of exactly `length` bytes (RFC 4648 §5). */
export function base64urlOf(length: number) {
  const characters = Math.ceil((length * 4) / 3)
  return v.pipe(
    v.string(),
    v.length(characters),
    v.regex(/^[A-Za-z0-9_-]+$/),
    v.check(isCanonicalBase64url, 'not canonical'),
  )
}

/**
 * The unused low bits of the last character must be zero, or one value would have several spellings. Valibot asks this
 * also of a text that the steps before refused, so what does not decode is an answer, not an exception.
 */
export function isCanonicalBase64url(text: string): boolean {
  try {
    return base64url.encode(base64url.decode(text)) === text
  } catch {
    return false
  }
}

/** Seconds since 1970, a whole number, as in JWT (RFC 7519 `NumericDate`). */
export const epochSeconds = v.pipe(v.number(), v.integer(), v.minValue(1_500_000_000), v.maxValue(32_503_680_000))

/** A name used in keys and headers: tenant, purpose, key id. Short, so that an upload stays within 1 KiB. */
export const slug = v.pipe(v.string(), v.regex(/^[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?$/))

/** A web origin, scheme and host and port only, at most 80 characters. */
export const webOrigin = v.pipe(
  v.string(),
  v.maxLength(80),
  v.regex(/^https?:\/\/[a-z0-9.[\]:-]+$/),
  v.check((text) => URL.canParse(text) && new URL(text).origin === text, 'not an origin'),
)
