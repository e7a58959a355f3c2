import { checkProcessors, type Processor } from './deletion'
import { epochNow, randomBase64url } from './digest'
import type { ServerKeys } from './keys'
import type { FaceSealStore } from './store'
import { deleteSubject, finishDeletion } from './withdraw'

/** One run of the expiry job (L29). */
export interface ExpireRequest {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  /** Enrolments of one run; 500. */
  readonly limit?: number | undefined
  /** As for `withdraw`. */
  readonly processors?: readonly Processor[] | undefined
  readonly now?: number | undefined
}

/** What a run has deleted, by kind. */
export interface ExpireResult {
  /** Enrolments deleted, each with a signed receipt in its ledger. */
  readonly enrolments: number
  readonly challenges: number
  readonly spentDigests: number
  readonly grants: number
  /** Failure counters that nobody added to for their time: with them the hashes of devices and addresses. */
  readonly failureCounters: number
}

/**
 * The retention job (L29): deletes what is past its end, one transaction each. Any number of processes may run it; each
 * enrolment is deleted once. A challenge is kept an hour beyond its end, so that a late answer still learns why.
 * A processor that fails leaves its deletion to `resumeDeletions`. Throws `configuration_invalid`, `store_unavailable`;
 * what was deleted before stays deleted.
 */
export async function expire(request: ExpireRequest): Promise<ExpireResult> {
  const { store, keys, limit = 500, processors = [], now = epochNow() } = request
  checkProcessors(processors)
  const found = await store.transaction((transaction) => transaction.findExpired(now, limit))
  let enrolments = 0
  for (const { subject, tenant, purpose } of found) {
    const terms = { id: randomBase64url(16), tenant, purpose, subject, reason: 'expired', iat: now }
    const begun = await store.transaction(async (transaction) => {
      const held = await transaction.readEnrolment(subject) // locked: renewed or deleted by another process meanwhile?
      if (!held || held.retainUntil > now) return undefined
      return deleteSubject(transaction, keys, terms, processors)
    })
    if (!begun) continue
    await finishDeletion({ store, keys, processors, now }, terms, begun)
    enrolments += 1
  }
  const swept = await store.transaction(async (transaction) => ({
    challenges: await transaction.removeChallenges({ before: now - 3600 }),
    spentDigests: await transaction.removeSpent({ before: now }),
    grants: await transaction.removeGrants({ before: now }),
    failureCounters: await transaction.removeThrottles(now),
  }))
  return { enrolments, ...swept }
}
