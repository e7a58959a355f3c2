import { decodeJwt } from 'jose'
import { consentHash } from '../wire/consent-hash'
import { FaceSealError } from '../wire/errors'
import type { ReceiptPayload } from '../wire/receipt'
import type { LiveGrant, StoreTransaction } from './store'

/** What an answer says about the consents behind it. */
export interface ConsentClaim {
  readonly subject: string
  readonly tenant: string
  readonly purpose: string
  readonly origin: string
  /** Device key that signed the answer: its consents are its own. */
  readonly device: string
  /** `consentHash` of the receipts. */
  readonly consent: string
  /** Hash of the policy that the challenge was issued under. */
  readonly policyHash: string
  /** `true` where something derived from the face was sent: then the transmit consent is needed too. */
  readonly transmitted: boolean
}

/** Of each kind: a person has few grants in force, and the newest are the ones in use. */
const tried = 12

/**
 * Looks for the recorded grants in force whose hash the answer carries (L01, L09, L13, L25), and uses up the
 * single-use ones with this transaction. Throws `consent_evidence`, `reconsent_required`.
 */
export async function requireConsent(transaction: StoreTransaction, claim: ConsentClaim, now: number): Promise<void> {
  const grants = (await transaction.readGrants(claim.subject, now)).map(readGrant).filter(covers(claim))
  const newest = (scope: ReceiptPayload['scope']) =>
    grants
      .filter(({ payload }) => payload.scope === scope)
      .sort((a, b) => b.payload.sequence - a.payload.sequence)
      .slice(0, tried)
  const candidates = claim.transmitted
    ? newest('process').flatMap((first) => newest('transmit').map((second) => [first, second]))
    : newest('process').map((first) => [first])
  for (const candidate of candidates) {
    if ((await consentHash(candidate.map(({ receipt }) => receipt))) !== claim.consent) continue
    for (const grant of candidate) await use(transaction, grant, claim)
    return
  }
  throw new FaceSealError('consent_evidence', { detail: 'no recorded grant in force has this hash' })
}

type ReadGrant = LiveGrant & { readonly payload: ReceiptPayload }

/** Signature and schema were checked when the receipt was recorded. */
function readGrant(grant: LiveGrant): ReadGrant {
  return { ...grant, payload: decodeJwt<ReceiptPayload>(grant.receipt) }
}

function covers(claim: ConsentClaim) {
  return ({ payload }: ReadGrant) =>
    payload.device === claim.device &&
    payload.tenant === claim.tenant &&
    payload.purpose === claim.purpose &&
    payload.origin === claim.origin
}

async function use(transaction: StoreTransaction, { device, id, payload }: ReadGrant, claim: ConsentClaim) {
  if (payload.policy !== claim.policyHash) throw new FaceSealError('reconsent_required', { detail: 'policy' })
  if (payload.singleUse && !(await transaction.endGrant({ device, id }))) {
    throw new FaceSealError('consent_evidence', { detail: 'a single-use grant was used before (L09)' })
  }
}
