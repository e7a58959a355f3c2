import * as v from 'valibot'
import type { CeremonyOptionsJSON } from '../../wire/ceremony-options'
import { FaceSealError } from '../../wire/errors'
import { jwsPayload, type P256Jwk, verifyJws } from '../../wire/es256'
import { type GuardianToken, guardianTokenSchema, guardianType } from '../../wire/guardian'

export interface GuardianCheck {
  readonly token: string
  /** The backend's options key: nobody else can speak for a guardian. */
  readonly signer: P256Jwk
  readonly options: CeremonyOptionsJSON
  readonly policyHash: string
  /** Thumbprint of the key on this device, the child's. */
  readonly ownDevice: string
  /** Epoch seconds. */
  readonly now: number
}

/**
 * L07: a guardian's consent counts only when the backend vouches for it, for this child, purpose and policy. A token
 * signed by, or given on, the child's own device is refused. Throws `guardian_invalid`.
 */
export async function verifyGuardianToken(check: GuardianCheck): Promise<GuardianToken> {
  const { token, signer, options, ownDevice, now } = check
  let payload: unknown
  try {
    const { typ, jwk } = await verifyJws(token, signer)
    if (typ !== guardianType) throw new TypeError('typ')
    // A key that comes with the token could be the child's: only the backend's own counts.
    if (jwk !== undefined) throw new TypeError('jwk')
    payload = jwsPayload(token)
  } catch (cause) {
    throw invalid('not signed by the backend', cause)
  }
  const parsed = v.safeParse(guardianTokenSchema, payload)
  if (!parsed.success) throw invalid(v.getDotPath(parsed.issues[0]) ?? 'shape')
  const guardian = parsed.output
  for (const field of ['tenant', 'origin', 'purpose', 'subject'] as const) {
    if (guardian[field] !== options[field]) throw invalid(field)
  }
  if (guardian.policy !== check.policyHash) throw invalid('policy')
  if (guardian.iat > now + 60 || guardian.exp <= now) throw invalid('exp')
  if (guardian.device === ownDevice || guardian.guardian === guardian.subject) throw invalid("the child's own")
  if (!guardian.scopes.includes('process')) throw invalid('scopes')
  return guardian
}

function invalid(detail: string, cause?: unknown): FaceSealError {
  return new FaceSealError('guardian_invalid', { detail, ...(cause === undefined ? {} : { cause }) })
}
