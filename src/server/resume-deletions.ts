import { checkProcessors, type Processor, runProcessors } from './deletion'
import { epochNow } from './digest'
import type { ServerKeys } from './keys'
import type { FaceSealStore } from './store'

/** Where to look for deletions that are not done, and whom to ask again. */
export interface ResumeRequest {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  /** Those of `withdraw`: one that is no longer registered stays pending, it never counts as done. */
  readonly processors: readonly Processor[]
  /** Deletions of one run, oldest first; 500. */
  readonly limit?: number | undefined
  readonly now?: number | undefined
}

/** How many deletions are done now, and how many still wait. */
export interface ResumeResult {
  /** Deletions that every processor has now confirmed, each with a new receipt in its ledger. */
  readonly done: number
  /** Deletions that still wait for a processor: the operator has to look. */
  readonly pending: number
}

/**
 * Goes on with deletions that a failing processor or a crash left behind (L11). Any number of processes may run it.
 * Throws `configuration_invalid`, `store_unavailable`; what was confirmed before stays confirmed.
 */
export async function resumeDeletions(request: ResumeRequest): Promise<ResumeResult> {
  const { store, keys, processors, limit = 500, now = epochNow() } = request
  checkProcessors(processors)
  const found = await store.transaction((transaction) => transaction.findPendingDeletions(limit))
  let [done, pending] = [0, 0]
  for (const deletion of found) {
    const result = await runProcessors({ store, keys, processors, now, kind: 'resume' }, deletion)
    if (result === 'finished') continue // by another process, which counts it
    if (result !== 'unchanged' && result.status === 'done') done += 1
    else pending += 1
  }
  return { done, pending }
}
