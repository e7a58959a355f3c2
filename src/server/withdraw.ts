import type { StoreOutcome } from '../wire/receipt'
import {
  checkProcessors,
  type DeletionResult,
  type DeletionTerms,
  openDeletion,
  type Processor,
  type ProcessorRun,
  runProcessors,
  writeReceipt,
} from './deletion'
import { epochNow, randomBase64url } from './digest'
import type { ServerKeys } from './keys'
import type { FaceSealStore, PendingDeletion, StoreTransaction } from './store'
import { type SubjectReference, subjectOf } from './subject'
import { removeCounters } from './throttle'

/** Whose data to delete for a purpose, and which processors to ask. */
export interface WithdrawRequest {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  readonly subject: SubjectReference
  readonly tenant: string
  readonly purpose: string
  /** `withdrawn` by default; `expired`, `deceased`, … */
  readonly reason?: string | undefined
  /** Asked to delete their copies; one that fails makes the result `partial`, and `resumeDeletions` asks again (L11). */
  readonly processors?: readonly Processor[] | undefined
  readonly now?: number | undefined
}

/** What became of the withdrawal, with the signed proof for the person. */
export type WithdrawResult = DeletionResult

/**
 * Deletes what is held of a person for this purpose: template, key seed, salt, device key, open challenges, digests
 * of spent templates, failure counters, grants in force (L10, L11), in one transaction; then the processors' copies.
 * Records of consent stay: they are the proof (L25). A second call is harmless and says `nothing-held`.
 * Throws `request_invalid`, `configuration_invalid`, `store_unavailable`.
 */
export async function withdraw(request: WithdrawRequest): Promise<WithdrawResult> {
  const { store, keys, tenant, purpose, reason = 'withdrawn', processors = [], now = epochNow() } = request
  checkProcessors(processors)
  const subject = await subjectOf(request)
  const terms = { id: randomBase64url(16), tenant, purpose, subject, reason, iat: now }
  const begun = await store.transaction((transaction) => deleteSubject(transaction, keys, terms, processors))
  return finishDeletion({ store, keys, processors, now }, terms, begun)
}

/** Either finished, or waiting for processors. */
export type BegunDeletion = DeletionResult | PendingDeletion

/** Empties our own stores within the transaction. Without processors this is all, and the receipt is written. */
export async function deleteSubject(
  transaction: StoreTransaction,
  keys: ServerKeys,
  terms: DeletionTerms,
  processors: readonly Processor[],
): Promise<BegunDeletion> {
  const stores = await deleteEverything(transaction, terms.subject)
  if (processors.length === 0) return writeReceipt(transaction, keys, terms, stores)
  return openDeletion(transaction, terms, stores, processors)
}

/** The processors' part, when there is one. */
export async function finishDeletion(
  run: Omit<ProcessorRun, 'kind'>,
  terms: DeletionTerms,
  begun: BegunDeletion,
): Promise<DeletionResult> {
  if ('receipt' in begun) return begun
  const result = await runProcessors({ ...run, kind: 'first' }, begun)
  if (typeof result === 'object') return result
  // A job of another process that resumed it first has written the receipt; this one says the same of our stores.
  const confirmed = begun.remaining.map((name) => ({ store: `processor:${name}`, outcome: 'deleted' as const }))
  return run.store.transaction((transaction) =>
    writeReceipt(transaction, run.keys, terms, [...begun.stores, ...confirmed]),
  )
}

async function deleteEverything(transaction: StoreTransaction, subject: string): Promise<readonly StoreOutcome[]> {
  const outcome = (removed: boolean | number) => (removed ? 'deleted' : 'nothing-held')
  // First: waits for an enrolment that is using one up, so that what it stores is seen, and deleted, below.
  const challenges = await transaction.removeChallenges({ subject })
  const enrolment = await transaction.readEnrolment(subject)
  const removed = await transaction.removeEnrolment(subject)
  const template = outcome(removed && enrolment?.template != null)
  const counted = await removeCounters(transaction, subject, enrolment?.device)
  return [
    { store: 'templates', outcome: template },
    { store: 'template-keys', outcome: template },
    { store: 'salts-and-device-keys', outcome: outcome(removed) },
    { store: 'challenges', outcome: outcome(challenges) },
    { store: 'spent-digests', outcome: outcome(await transaction.removeSpent({ subject })) },
    { store: 'failure-counters', outcome: outcome(counted) },
    { store: 'grants', outcome: outcome(await transaction.removeGrants({ subject })) },
    { store: 'consent-records', outcome: 'kept' },
  ]
}
