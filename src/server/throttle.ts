import { FaceSealError } from '../wire/errors'
import type { FaceSealStore, StoreTransaction } from './store'

/** How failures are slowed down: shared by every process through the store. */
export interface ThrottleLimits {
  /** Failures in a row that cost nothing. */
  readonly freeFailures: number
  /** Seconds after the first failure beyond; doubled by each further one. */
  readonly baseSeconds: number
  readonly maxSeconds: number
}

export const standardLimits: ThrottleLimits = { freeFailures: 5, baseSeconds: 30, maxSeconds: 86_400 }

/** Counter of a subject's failures, whichever device they came from. */
export const subjectThrottle = (subject: string) => `subject:${subject}`
/** Counter of a device's failures, whichever subject it tried. */
export const deviceThrottle = (thumbprint: string) => `device:${thumbprint}`

/** Locks the counters in a fixed order (no deadlock) and throws `rate_limited` when one is closed. */
export async function lockThrottles(transaction: StoreTransaction, keys: readonly string[], now: number) {
  let lockedUntil = 0
  const counters = []
  for (const key of keys) {
    const throttle = await transaction.lockThrottle(key)
    counters.push({ key, failures: throttle.failures })
    lockedUntil = Math.max(lockedUntil, throttle.lockedUntil)
  }
  if (lockedUntil > now) throw new FaceSealError('rate_limited', { retryAfterSeconds: lockedUntil - now })
  return counters
}

/** Adds one failure to each counter. */
export async function countFailure(
  transaction: StoreTransaction,
  counters: readonly { readonly key: string; readonly failures: number }[],
  limits: ThrottleLimits,
  now: number,
): Promise<void> {
  for (const { key, failures } of counters) {
    const count = failures + 1
    const beyond = count - limits.freeFailures
    const wait = beyond <= 0 ? 0 : Math.min(limits.maxSeconds, limits.baseSeconds * 2 ** Math.min(beyond - 1, 30))
    await transaction.putThrottle(key, { failures: count, lockedUntil: wait === 0 ? 0 : now + wait })
  }
}

/** For the help desk: opens a subject's counter again after the person was identified otherwise. */
export async function unlockSubject({ store, subject }: { store: FaceSealStore; subject: string }): Promise<boolean> {
  return store.transaction((transaction) => transaction.removeThrottle(subjectThrottle(subject)))
}
