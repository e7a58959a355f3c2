import canonicalize from 'canonicalize'
import { base64url } from 'jose'
import * as v from 'valibot'
import { type CeremonyOptionsJSON, ceremonyOptionsSchema } from './ceremony-options'
import { FaceSealError } from './errors'
import { jwsHeader, publicJwkOf, thumbprintOf, verifyJws } from './es256'

/** `typ` of the protected header: a signature made for something else is never taken for one over options. */
export const optionsSignatureType = 'faceseal-options+jws'

/** Options before they are signed. */
export type UnsignedCeremonyOptions = Omit<CeremonyOptionsJSON, 'signature'>

/** What is signed: the JCS bytes (RFC 8785) of every field but `signature`. */
export function optionsSigningInput(options: UnsignedCeremonyOptions): Uint8Array<ArrayBuffer> {
  const { signature: _, ...signed } = options as CeremonyOptionsJSON
  return new TextEncoder().encode(canonicalize(signed))
}

export interface VerifyOptionsInit {
  /** RFC 7638 thumbprint of the backend's options key, base64url; without it any ES256 key is taken (first use). */
  readonly expectedSigner?: string | undefined
  /** Epoch seconds; the clock when left out. */
  readonly now?: number | undefined
  /** Seconds by which the two clocks may differ. */
  readonly skewSeconds?: number | undefined
}

/** Options whose shape, signature and time were checked. */
export interface VerifiedOptions {
  readonly options: CeremonyOptionsJSON
  /** RFC 7638 thumbprint of the key that signed: keep it and pass it as `expectedSigner` the next time. */
  readonly signer: string
}

/**
 * Checks shape, signature and time of ceremony options, in that order. The detached JWS (RFC 7515 appendix F) names its
 * key in the protected header; `expectedSigner` ties that key to the backend, so nobody in between can swap keys.
 * Throws `options_invalid`, `options_signature`, `options_expired`.
 */
export async function verifyOptions(optionsJSON: unknown, init: VerifyOptionsInit = {}): Promise<VerifiedOptions> {
  const options = parseOptions(optionsJSON)
  const signer = await verifySignature(options, init.expectedSigner)
  const now = init.now ?? Math.floor(Date.now() / 1000)
  const skew = init.skewSeconds ?? 60
  if (now - skew >= options.exp) throw new FaceSealError('options_expired', { detail: 'exp is in the past' })
  if (options.iat > now + skew) throw new FaceSealError('options_expired', { detail: 'iat is in the future' })
  return { options, signer }
}

function parseOptions(optionsJSON: unknown): CeremonyOptionsJSON {
  const parsed = v.safeParse(ceremonyOptionsSchema, optionsJSON)
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw new FaceSealError('options_invalid', { detail: v.getDotPath(issue) ?? issue.message })
  }
  if (parsed.output.exp <= parsed.output.iat) throw new FaceSealError('options_invalid', { detail: 'exp' })
  return parsed.output
}

async function verifySignature(options: CeremonyOptionsJSON, expectedSigner: string | undefined): Promise<string> {
  const [header, , signature] = options.signature.split('.') as [string, string, string]
  let signer: string
  try {
    // RFC 8785 has no spelling for a lone surrogate: such options were signed by nobody.
    const jws = `${header}.${base64url.encode(optionsSigningInput(options))}.${signature}`
    const jwk = publicJwkOf(jwsHeader(jws).jwk)
    signer = await thumbprintOf(jwk)
    const { typ } = await verifyJws(jws, jwk)
    if (typ !== optionsSignatureType) throw new TypeError('typ')
  } catch (cause) {
    throw new FaceSealError('options_signature', { detail: 'the signature does not verify', cause })
  }
  if (expectedSigner !== undefined && signer !== expectedSigner) {
    throw new FaceSealError('options_signature', { detail: 'signed by another key than expectedSigner' })
  }
  return signer
}
