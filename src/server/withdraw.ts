import { type DeletionReceipt, deletionReceiptType } from '../wire/deletion-receipt'
import { epochNow, randomBase64url } from './digest'
import { appendToLog } from './evidence-log'
import type { ServerKeys } from './keys'
import { appendLine } from './ledger'
import { signStatement } from './sign'
import type { FaceSealStore, StoreTransaction } from './store'
import { type SubjectReference, subjectOf } from './subject'
import { subjectThrottle } from './throttle'

export interface WithdrawRequest {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  readonly subject: SubjectReference
  readonly tenant: string
  readonly purpose: string
  /** `withdrawn` by default; `expired`, `deceased`, … */
  readonly reason?: string | undefined
  readonly now?: number | undefined
}

export interface WithdrawResult {
  readonly status: DeletionReceipt['status']
  readonly stores: DeletionReceipt['stores']
  /** Compact JWS of this server: the person's proof. */
  readonly receipt: string
}

/**
 * Deletes what is held of a person for this purpose: template, key seed, salt, device key, open challenges, digests
 * of spent templates, failure counters, grants in force (L10, L11). Records of consent stay: they are the proof (L25). One transaction;
 * a second call is harmless and says `nothing-held`. Throws `request_invalid`, `store_unavailable`.
 */
export async function withdraw(request: WithdrawRequest): Promise<WithdrawResult> {
  const { store, keys, tenant, purpose, reason = 'withdrawn', now = epochNow() } = request
  const subject = await subjectOf(request)
  const id = randomBase64url(16)
  return store.transaction((transaction) =>
    deleteSubject(transaction, keys, { id, tenant, purpose, subject, reason, iat: now }),
  )
}

/** Deletes, and writes the signed receipt into the ledger, within the transaction. */
export async function deleteSubject(
  transaction: StoreTransaction,
  keys: ServerKeys,
  terms: Pick<DeletionReceipt, 'id' | 'tenant' | 'purpose' | 'subject' | 'reason' | 'iat'>,
): Promise<WithdrawResult> {
  const { subject, iat } = terms
  const stores = await deleteEverything(transaction, subject)
  const status = stores.some(({ outcome }) => outcome === 'failed') ? 'partial' : 'done'
  const statement: DeletionReceipt = { v: 1, event: 'delete', ...terms, status, stores }
  const receipt = await signStatement(keys.receipts, deletionReceiptType, statement)
  const line = { subject, kind: 'deletion', at: iat, receipt, countersignature: receipt, device: null } as const
  await appendLine(transaction, line)
  await appendToLog(transaction, keys, [receipt])
  return { status, stores, receipt }
}

async function deleteEverything(transaction: StoreTransaction, subject: string): Promise<DeletionReceipt['stores']> {
  const outcome = (removed: boolean | number) => (removed ? 'deleted' : 'nothing-held')
  const enrolment = await transaction.readEnrolment(subject)
  const removed = await transaction.removeEnrolment(subject)
  const template = outcome(removed && enrolment?.template != null)
  return [
    { store: 'templates', outcome: template },
    { store: 'template-keys', outcome: template },
    { store: 'salts-and-device-keys', outcome: outcome(removed) },
    { store: 'challenges', outcome: outcome(await transaction.removeChallenges({ subject })) },
    { store: 'spent-digests', outcome: outcome(await transaction.removeSpent({ subject })) },
    { store: 'failure-counters', outcome: outcome(await transaction.removeThrottle(subjectThrottle(subject))) },
    { store: 'grants', outcome: outcome(await transaction.removeGrants({ subject })) },
    { store: 'consent-records', outcome: 'kept' },
  ]
}
