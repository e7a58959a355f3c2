import { CompactSign } from 'jose'
import { jcsBytes } from './digest'
import type { SigningKey } from './keys'

/** Compact JWS (RFC 7515), ES256, over the JCS bytes of the payload; `typ` keeps kinds of statement apart. */
export function signStatement(key: SigningKey, typ: string, payload: unknown): Promise<string> {
  return new CompactSign(jcsBytes(payload)).setProtectedHeader({ alg: 'ES256', kid: key.kid, typ }).sign(key.privateKey)
}
