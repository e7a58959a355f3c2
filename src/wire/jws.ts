import { type CompactJWSHeaderParameters, type CryptoKey, compactVerify, EmbeddedJWK, type JWK } from 'jose'
import { requireOneSpelling } from './es256'

const es256 = { algorithms: ['ES256'] }

export interface VerifiedJws {
  readonly payload: Uint8Array
  readonly protectedHeader: CompactJWSHeaderParameters
}

/**
 * Verifies a compact JWS (RFC 7515), ES256, with `key` or, without one, with the key in its own header. Rejects with
 * the cause, also for a signature in another spelling than the canonical one.
 */
export async function verifyCompactJws(jws: string, key?: CryptoKey | JWK | Uint8Array): Promise<VerifiedJws> {
  requireOneSpelling(jws.slice(jws.lastIndexOf('.') + 1))
  return key ? await compactVerify(jws, key, es256) : await compactVerify(jws, EmbeddedJWK, es256)
}
