import { type CompactJWSHeaderParameters, type CryptoKey, compactVerify, EmbeddedJWK, type JWK } from 'jose'
import { isCanonicalBase64url } from './encoding'

const es256 = { algorithms: ['ES256'] }

export interface VerifiedJws {
  readonly payload: Uint8Array
  readonly protectedHeader: CompactJWSHeaderParameters
}

/**
 * Verifies a compact JWS (RFC 7515), ES256, with `key` or, without one, with the key in its own header. The last
 * character of a signature has four unused bits: were any value taken, one statement would have sixteen texts and as
 * many hashes, and statements are known by the hash of their text. Rejects with the cause.
 */
export async function verifyCompactJws(jws: string, key?: CryptoKey | JWK | Uint8Array): Promise<VerifiedJws> {
  requireOneSpelling(jws.slice(jws.lastIndexOf('.') + 1))
  return key ? await compactVerify(jws, key, es256) : await compactVerify(jws, EmbeddedJWK, es256)
}

function requireOneSpelling(signature: string): void {
  if (!isCanonicalBase64url(signature)) throw new TypeError('the signature is not canonical base64url')
}
