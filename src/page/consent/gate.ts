import { consentHash } from '../../wire/consent-hash'
import { FaceSealError } from '../../wire/errors'
import type { ConsentScope } from '../../wire/receipt'
import type { DeviceStore, StoreScope } from '../store'
import { decideWithPerson, type SettledConsent } from './conversation'
import type { ConsentDecision, ConsentGrant, ConsentRequest, GrantExpectation } from './grant'
import { onWithdrawalElsewhere, scopeKeyOf } from './withdrawal-channel'

interface GrantState {
  readonly records: DeviceStore
  readonly storeScope: StoreScope
  readonly abort: AbortController
  readonly destinations: readonly string[]
  readonly timer: ReturnType<typeof setTimeout> | undefined
  consumed: boolean
}

/** What was really granted: an object that is not in here is no grant, whatever it looks like (L01). */
const registry = new WeakMap<object, GrantState>()
/** Grants that a withdrawal must reach. */
const live = new Set<{ readonly grant: ConsentGrant; readonly state: GrantState }>()
let asking = false

/**
 * Asks the person, or honours what they said before. The only maker of grants. A refusal is a decision, not an error (L04).
 * Throws `already_running`, `aborted`, `policy_invalid`, `alternative_unavailable`, `guardian_invalid`, `consent_scope`,
 * `consent_consumed`, `options_expired`, and the store's codes.
 */
export async function requestConsent(request: ConsentRequest): Promise<ConsentDecision> {
  if (asking) throw new FaceSealError('already_running', { detail: 'a consent dialog is open' })
  asking = true
  try {
    const outcome = await decideWithPerson(request)
    const { persistent } = request.records
    if (outcome.kind === 'alternative') return { ...outcome, persistent }
    const { process, transmit, age } = outcome
    const receipts = transmit ? [process.jws, transmit.jws] : [process.jws]
    return {
      kind: 'granted',
      process: makeGrant('process', process, request),
      transmit: transmit && makeGrant('transmit', transmit, request),
      receipts,
      consentHash: await consentHash(receipts),
      age,
      persistent,
    }
  } finally {
    asking = false
  }
}

function makeGrant<S extends ConsentScope>(
  scope: S,
  settled: SettledConsent,
  request: ConsentRequest,
): ConsentGrant<S> {
  const { tenant, origin, purpose, subject, sid, exp } = request.options
  const abort = new AbortController()
  // A single-use grant serves this ceremony only, and a ceremony ends with its options.
  const expiresAt = settled.singleUse ? Math.min(settled.expiresAt, exp) : settled.expiresAt
  const grant = Object.freeze({
    scope,
    receiptId: settled.receiptId,
    tenant,
    origin,
    purpose,
    subject,
    sid,
    policyHash: settled.policyHash,
    noticeHash: settled.noticeHash,
    grantedAt: settled.grantedAt,
    expiresAt,
    singleUse: settled.singleUse,
    signal: abort.signal,
  }) as ConsentGrant<S>
  const state: GrantState = {
    records: request.records,
    storeScope: { tenant, purpose, subject },
    abort,
    destinations: settled.destinations,
    timer: expiryTimer(expiresAt, abort),
    consumed: false,
  }
  registry.set(grant, state)
  live.add({ grant, state })
  onWithdrawalElsewhere(({ scopeKey, consent }) => endGrants(scopeKey, consent))
  return grant
}

/** Later than a timer can count (24.8 days), the checks in `useGrant` still hold. */
function expiryTimer(expiresAt: number, abort: AbortController): ReturnType<typeof setTimeout> | undefined {
  const milliseconds = Math.max(0, expiresAt * 1000 - Date.now())
  if (milliseconds >= 2 ** 31) return undefined
  return setTimeout(() => abort.abort(new FaceSealError('consent_expired')), milliseconds)
}

/**
 * Asserts that a grant is real, live and for this step. Throws `consent_required`, `consent_scope`, `consent_withdrawn`,
 * `consent_expired`, `consent_consumed`, `reconsent_required`.
 */
export function useGrant<S extends ConsentScope>(grant: ConsentGrant<S>, scope: S, expected: GrantExpectation): void {
  const state = registry.get(grant)
  if (!state) throw new FaceSealError('consent_required', { detail: 'not a grant of the consent gate' })
  // L13: one purpose, one tenant, one step.
  if (grant.scope !== scope) throw new FaceSealError('consent_scope', { detail: `granted for ${grant.scope}` })
  if (grant.purpose !== expected.purpose) throw new FaceSealError('consent_scope', { detail: 'another purpose' })
  if (grant.tenant !== expected.tenant) throw new FaceSealError('consent_scope', { detail: 'another tenant' })
  if (grant.signal.aborted) throw codedReason(grant.signal)
  if (Date.now() >= grant.expiresAt * 1000) throw new FaceSealError('consent_expired')
  if (state.consumed) throw new FaceSealError('consent_consumed')
  if (expected.policyHash !== undefined && expected.policyHash !== grant.policyHash) {
    throw new FaceSealError('reconsent_required')
  }
  if (expected.destination !== undefined && !state.destinations.includes(expected.destination)) {
    throw new FaceSealError('consent_scope', { detail: `no recipient lists ${expected.destination}` })
  }
}

/**
 * The same checks, and the last ones over all tabs: a withdrawal recorded elsewhere, and, for a single-use grant, that
 * its challenge was not used by another tab (L09). After it `useGrant` throws `consent_consumed`.
 */
export async function consumeGrant<S extends ConsentScope>(
  grant: ConsentGrant<S>,
  scope: S,
  expected: GrantExpectation,
): Promise<void> {
  useGrant(grant, scope, expected)
  const state = registry.get(grant)!
  // Taken before the first await, so that two calls in one turn cannot both pass.
  if (grant.singleUse) state.consumed = true
  const { records, storeScope } = state
  const refusal = (await records.getRefusal(storeScope, 'process')) ?? (await records.getRefusal(storeScope, scope))
  if (refusal && refusal.at >= grant.grantedAt) {
    state.abort.abort(new FaceSealError('consent_withdrawn'))
    throw new FaceSealError('consent_withdrawn')
  }
  // A withdrawal in another tab may have arrived while this one waited (L10).
  if (grant.signal.aborted) throw codedReason(grant.signal)
  if (!grant.singleUse) return
  if (!(await records.consumeOnce(storeScope, scope, grant.sid, Math.floor(Date.now() / 1000)))) {
    throw new FaceSealError('consent_consumed', { detail: 'used in another tab' })
  }
  if (grant.signal.aborted) throw codedReason(grant.signal)
}

/** L10: stops what runs on these grants, here and now. Withdrawing the first consent takes the second with it. */
export function endGrants(scopeKey: string, consent: ConsentScope): void {
  for (const entry of live) {
    const { grant, state } = entry
    if (scopeKeyOf(grant) !== scopeKey || (consent === 'transmit' && grant.scope !== 'transmit')) continue
    clearTimeout(state.timer)
    state.abort.abort(new FaceSealError('consent_withdrawn'))
    live.delete(entry)
  }
}

function codedReason(signal: AbortSignal): FaceSealError {
  return signal.reason instanceof FaceSealError ? signal.reason : new FaceSealError('consent_withdrawn')
}
