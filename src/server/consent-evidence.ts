import { decodeJwt } from 'jose'
import { consentHash } from '../wire/consent-hash'
import { FaceSealError } from '../wire/errors'
import type { ReceiptPayload } from '../wire/receipt'
import type { LedgerEntry, StoreTransaction } from './store'

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
  /** `true` where something derived from the face was sent: then the transmit consent is needed too. */
  readonly transmitted: boolean
}

/** Pairs that are tried: a person has few live grants. */
const recentGrants = 12

/**
 * The recorded, unwithdrawn, unexpired grants whose hash the answer carries (L01, L09, L13, L25). A single-use grant is
 * used up with this transaction. Throws `consent_evidence`.
 */
export async function requireConsent(transaction: StoreTransaction, claim: ConsentClaim, now: number): Promise<void> {
  const live = liveGrants(await transaction.readLedger(claim.subject), claim, now)
  const process = live.filter(({ payload }) => payload.scope === 'process').slice(-recentGrants)
  const transmit = live.filter(({ payload }) => payload.scope === 'transmit').slice(-recentGrants)
  const grants = claim.transmitted
    ? process.flatMap((first) => transmit.map((second) => [first, second]))
    : process.map((first) => [first])
  for (const candidate of grants) {
    if ((await consentHash(candidate.map(({ jws }) => jws))) !== claim.consent) continue
    await spend(transaction, candidate, claim, now)
    return
  }
  throw new FaceSealError('consent_evidence', { detail: 'no recorded grant in force has this hash' })
}

interface Grant {
  readonly jws: string
  readonly payload: ReceiptPayload
}

/** Signatures and schema were checked when the receipts were recorded. */
function liveGrants(ledger: readonly LedgerEntry[], claim: ConsentClaim, now: number): readonly Grant[] {
  const afterDeletion = ledger.slice(ledger.findLastIndex((entry) => entry.kind === 'deletion') + 1)
  const receipts = afterDeletion.map(({ receipt }) => ({ jws: receipt, payload: decodeJwt<ReceiptPayload>(receipt) }))
  const ended = new Set(receipts.flatMap(({ payload }) => (payload.event === 'grant' ? [] : [payload.concerns])))
  return receipts.filter(
    ({ payload }) =>
      payload.event === 'grant' &&
      !ended.has(payload.id) &&
      payload.device === claim.device &&
      payload.tenant === claim.tenant &&
      payload.purpose === claim.purpose &&
      payload.origin === claim.origin &&
      payload.expires !== null &&
      payload.expires > now,
  )
}

async function spend(transaction: StoreTransaction, grants: readonly Grant[], claim: ConsentClaim, now: number) {
  for (const { payload } of grants) {
    if (!payload.singleUse) continue
    const mark = { digest: `grant:${payload.id}`, subject: claim.subject, expiresAt: (payload.expires ?? now) + 86_400 }
    if (!(await transaction.markSpent(mark))) {
      throw new FaceSealError('consent_evidence', { detail: 'a single-use grant was used before (L09)' })
    }
  }
}
