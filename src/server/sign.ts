import { CompactSign, decodeProtectedHeader, type JWK } from 'jose'
import { verifyCompactJws } from '../wire/jws'
import { jcsBytes } from './digest'
import type { SigningKey } from './keys'

/** Compact JWS (RFC 7515), ES256, over the JCS bytes of the payload; `typ` keeps kinds of statement apart. */
export function signStatement(key: SigningKey, typ: string, payload: unknown): Promise<string> {
  return new CompactSign(jcsBytes(payload)).setProtectedHeader({ alg: 'ES256', kid: key.kid, typ }).sign(key.privateKey)
}

/** What `signStatement` signed: the payload's text, and the one of `keys` (by `kid`) that signed. Rejects for anything else. */
export async function readSigned(
  jws: string,
  type: string,
  keys: readonly JWK[],
): Promise<{ readonly text: string; readonly jwk: JWK }> {
  const { kid, typ } = decodeProtectedHeader(jws)
  if (typ !== type) throw new TypeError('another type of statement')
  const jwk = keys.find((one) => kid !== undefined && one.kid === kid)
  if (!jwk) throw new TypeError('signed by a key that is not given')
  const { payload } = await verifyCompactJws(jws, jwk)
  return { text: new TextDecoder().decode(payload), jwk }
}
