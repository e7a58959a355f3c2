import { FaceSealError } from '../wire/errors'
import { addressThrottle } from './client-address'
import type { ServerKeys } from './keys'
import type { FaceSealStore, StoreTransaction, Throttle } from './store'

/** How failures are slowed down: shared by every process through the store. */
export interface ThrottleLimits {
  /** Failures that cost nothing. */
  readonly freeFailures: number
  /** Seconds after the first failure beyond; doubled by each further one. */
  readonly baseSeconds: number
  readonly maxSeconds: number
  /**
   * Failures are counted in windows of so many seconds, whatever succeeds between them. Without it they are counted in a
   * row: a success clears them, and so do 30 days without another.
   */
  readonly windowSeconds?: number | undefined
}

/** Of a subject, and of a device. */
export const standardLimits: ThrottleLimits = { freeFailures: 5, baseSeconds: 30, maxSeconds: 86_400 }

/** Of a client address: a household, an office or a whole mobile network may share one. */
export const standardAddressLimits: ThrottleLimits = {
  ...{ freeFailures: 100, baseSeconds: 30, maxSeconds: 900 },
  windowSeconds: 3600,
}

/**
 * Of a subject, whatever succeeds between. Whoever is accepted once (by a false accept, or with a stolen template) could
 * otherwise read the enrolled template bit by bit out of yes and no, each accepted try clearing the counter of those
 * refused: docs/protection.md. Thirty a week is more than a face that is recognised at all needs. Only the bound device is
 * counted: another one is refused whatever its template is, so it learns nothing, and cannot lock the person out for days.
 */
export const climbLimits: ThrottleLimits = {
  ...{ freeFailures: 30, baseSeconds: 3600, maxSeconds: 86_400 },
  windowSeconds: 7 * 86_400,
}

const rememberedSeconds = 30 * 86_400

/** Counter of a subject's failures, whichever device they came from. */
export const subjectThrottle = (subject: string) => `subject:${subject}`
/** Those of its bound device by the week, which no success clears. */
export const climbThrottle = (subject: string) => `week:${subject}`
/** Counter of a device's failures, whichever subject it tried. */
export const deviceThrottle = (thumbprint: string) => `device:${thumbprint}`

/** The client, for the failure limit of addresses. */
export interface ThrottledClient {
  /**
   * IP address as the server's own socket, or a proxy that it trusts, tells it; never a header that anybody may send.
   * Kept as a keyed hash until its window ends. Without it there is no limit by address.
   */
  readonly clientAddress?: string | undefined
  readonly addressLimits?: ThrottleLimits | undefined
}

interface ThrottledAnswer extends ThrottledClient {
  readonly keys: ServerKeys
  readonly tenant: string
  readonly subject: string
  /** RFC 7638 thumbprint of the device key, where it is known. */
  readonly device?: string | undefined
  readonly limits?: ThrottleLimits | undefined
}

interface Counter {
  readonly key: string
  readonly limits: ThrottleLimits
  /** Counts failures of the bound device alone. */
  readonly boundOnly?: boolean
}

/** The counters of one answer, in the order in which all transactions take them: no deadlock. */
export interface Counters {
  /** Of the subject and its device: locked while an answer is decided, so that a burst is counted one by one. */
  readonly own: readonly Counter[]
  /**
   * Those that no success clears: of the subject, and of an address, which strangers share. Only locked when a failure is
   * counted: successes do not wait for one another.
   */
  readonly windows: readonly Counter[]
}

/** Throws `configuration_invalid` for what is no IP address. */
export async function countersOf({ keys, tenant, subject, device, ...rest }: ThrottledAnswer): Promise<Counters> {
  const { limits = standardLimits, clientAddress, addressLimits = standardAddressLimits } = rest
  const names = [subjectThrottle(subject), ...(device === undefined ? [] : [deviceThrottle(device)])]
  const climb = { key: climbThrottle(subject), limits: climbLimits, boundOnly: true }
  const own = names.map((key) => ({ key, limits }))
  if (clientAddress === undefined) return { own, windows: [climb] }
  return {
    own,
    windows: [climb, { key: await addressThrottle(keys, tenant, clientAddress), limits: addressLimits }],
  }
}

/** Throws `rate_limited` when a counter is closed. Takes no lock: for questions that count nothing. */
export async function refuseThrottled(transaction: StoreTransaction, counters: Counters, now: number): Promise<void> {
  const read = []
  for (const { key } of allOf(counters)) read.push(await transaction.readThrottle(key))
  refuseClosed(read, now)
}

/** Locks the subject's and the device's counters until the end of the transaction. Throws `rate_limited`. */
export async function lockThrottles(transaction: StoreTransaction, counters: Counters, now: number): Promise<void> {
  const read = []
  for (const { key } of counters.own) read.push(await transaction.lockThrottle(key))
  for (const { key } of counters.windows) read.push(await transaction.readThrottle(key))
  refuseClosed(read, now)
}

/**
 * Who failed. `enrolled`: the device that is bound to the subject, the only one whose tries say anything of the template
 * and count for the week. `stranger`: any other. `nobody`: a change on our side, such as another model.
 */
export type FailedBy = 'enrolled' | 'stranger' | 'nobody'

/** Adds one failure to each counter that `by` answers for; writes the others back as they are, for the same work. */
export async function countFailure(
  transaction: StoreTransaction,
  counters: Counters,
  now: number,
  by: FailedBy,
): Promise<void> {
  for (const { key, limits, boundOnly = false } of allOf(counters)) {
    const before = await transaction.lockThrottle(key)
    const counts = by === 'enrolled' || (by === 'stranger' && !boundOnly)
    await transaction.putThrottle(key, counts ? oneMore(before, limits, now) : before)
  }
}

/** After a success: the subject's and the device's failures were not in a row. */
export async function clearFailures(transaction: StoreTransaction, { own }: Counters): Promise<void> {
  for (const { key } of own) await transaction.removeThrottle(key)
}

/**
 * For the help desk, after the person was identified otherwise: opens the counters of a subject and of the device that
 * is enrolled for it. True when failures were counted. Throws `store_unavailable`.
 */
export async function unlockSubject({ store, subject }: { store: FaceSealStore; subject: string }): Promise<boolean> {
  return store.transaction(async (transaction) => {
    const enrolment = await transaction.readEnrolment(subject)
    return removeCounters(transaction, subject, enrolment?.device)
  })
}

/** For the operator: opens the counter of a device, by the thumbprint of its key. True when failures were counted. */
export async function unlockDevice({ store, device }: { store: FaceSealStore; device: string }): Promise<boolean> {
  return store.transaction((transaction) => transaction.removeThrottle(deviceThrottle(device)))
}

/** For the operator: opens the counter of an address. Throws `configuration_invalid` for what is no IP address. */
export async function unlockAddress(request: {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  readonly tenant: string
  readonly address: string
}): Promise<boolean> {
  const key = await addressThrottle(request.keys, request.tenant, request.address)
  return request.store.transaction((transaction) => transaction.removeThrottle(key))
}

/** A subject's counters and that of its device. True when failures were counted. */
export async function removeCounters(
  transaction: StoreTransaction,
  subject: string,
  device: string | undefined,
): Promise<boolean> {
  const keys = [subjectThrottle(subject), climbThrottle(subject)]
  if (device !== undefined) keys.push(deviceThrottle(device))
  let counted = false
  for (const key of keys) counted = (await transaction.removeThrottle(key)) || counted
  return counted
}

function allOf({ own, windows }: Counters): readonly Counter[] {
  return [...own, ...windows]
}

function refuseClosed(read: readonly Throttle[], now: number): void {
  const lockedUntil = Math.max(...read.map((throttle) => throttle.lockedUntil))
  if (lockedUntil > now) throw new FaceSealError('rate_limited', { retryAfterSeconds: lockedUntil - now })
}

function oneMore(throttle: Throttle, limits: ThrottleLimits, now: number): Throttle {
  const { freeFailures, baseSeconds, maxSeconds, windowSeconds } = limits
  const known = throttle.expiresAt > now
  const failures = (known ? throttle.failures : 0) + 1
  const beyond = failures - freeFailures
  const wait = beyond <= 0 ? 0 : Math.min(maxSeconds, baseSeconds * 2 ** Math.min(beyond - 1, 30))
  const lockedUntil = wait === 0 ? 0 : now + wait
  if (windowSeconds === undefined) return { failures, lockedUntil, expiresAt: now + wait + rememberedSeconds }
  return { failures, lockedUntil, expiresAt: Math.max(known ? throttle.expiresAt : now + windowSeconds, lockedUntil) }
}
