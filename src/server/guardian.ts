import type { CeremonyOptionsJSON } from '../wire/ceremony-options'
import { FaceSealError } from '../wire/errors'
import { type GuardianToken, guardianType } from '../wire/guardian'
import { epochNow, randomBase64url } from './digest'
import type { ServerKeys } from './keys'
import { termsOf } from './policy-terms'
import { signStatement } from './sign'
import type { FaceSealStore } from './store'
import { type SubjectReference, subjectOf } from './subject'

/** A guardian's consent for one child, purpose and policy (L07). */
export interface GuardianTokenRequest {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  readonly tenant: string
  readonly origin: string
  readonly purpose: string
  /** What the guardian agreed to: the same configuration as in the child's options. */
  readonly policy: CeremonyOptionsJSON['policy']
  readonly child: SubjectReference
  /** Who is signed in as the guardian, identified in a session of their own; never the child's. */
  readonly guardian: SubjectReference
  /** Thumbprint of the device on which the guardian agreed, where known: it is not accepted there. */
  readonly device?: string | undefined
  /** `process` alone by default: nothing is sent. */
  readonly scopes?: GuardianToken['scopes'] | undefined
  /** Seconds; 600 by default. */
  readonly lifetime?: number | undefined
  /** Epoch seconds. */
  readonly now?: number | undefined
}

/**
 * L07: the backend vouches that a guardian consented for this child, purpose and policy. Call it only in the guardian's
 * own session, after the guardian has read the notice and agreed. The compact JWS (ES256, the key that signs the options)
 * goes to the child's page as `guardianToken`. Throws `guardian_invalid` when both are one person, `request_invalid`,
 * `policy_invalid`, `configuration_invalid`.
 */
export async function issueGuardianToken(request: GuardianTokenRequest): Promise<string> {
  const { store, keys, tenant, origin, purpose, device, lifetime = 600, now = epochNow() } = request
  const policy = await termsOf(request.policy, purpose).hash
  const subject = await subjectOf({ store, tenant, purpose, subject: request.child, now })
  const guardian = await subjectOf({ store, tenant, purpose, subject: request.guardian, now })
  if (guardian === subject) throw new FaceSealError('guardian_invalid', { detail: "the child's own session" })
  const token: GuardianToken = {
    ...{ v: 1, jti: randomBase64url(16), iat: now, exp: now + lifetime },
    ...{ tenant, origin, purpose, subject, guardian, policy },
    scopes: request.scopes ?? ['process'],
    ...(device !== undefined && { device }),
  }
  return signStatement(keys.options, guardianType, token)
}
