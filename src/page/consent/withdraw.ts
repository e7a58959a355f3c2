import type { ConsentScope, ReceiptPayload, StoreOutcome } from '../../wire/receipt'
import type { DeviceStore } from '../store'
import { endGrants } from './gate'
import { appendReceipt, readReceipt } from './ledger'
import { type ReceiptContext, receiptDraft } from './receipt-draft'
import { announceWithdrawal, scopeKeyOf } from './withdrawal-channel'

/** Grants of the ledger that nothing has ended yet. */
export function liveGrants(receipts: readonly ReceiptPayload[], now: number): readonly ReceiptPayload[] {
  const ended = new Set(receipts.filter(({ event }) => event !== 'grant').map(({ concerns }) => concerns))
  return receipts.filter(({ event, id, expires }) => event === 'grant' && !ended.has(id) && (expires ?? 0) > now)
}

/**
 * L10: what runs stops first, in every tab, then the records follow. Withdrawing `process` takes `transmit` with it. A
 * withdrawal stands like a refusal: nobody asks again (L06).
 */
export async function withdrawConsent(
  records: DeviceStore,
  context: ReceiptContext,
  consent: ConsentScope,
): Promise<readonly string[]> {
  stopEverywhere(context, consent)
  const scopes: readonly ConsentScope[] = consent === 'process' ? ['process', 'transmit'] : ['transmit']
  for (const scope of scopes) await records.deleteStanding(context.scope, scope)
  const receipts: string[] = []
  const concerned = (await receiptsOf(records, context)).filter(({ scope }) => scopes.includes(scope))
  const grants = liveGrants(concerned, context.now)
  const ended = grants.map(({ id, scope }) => ({ concerns: id, scope }))
  // The withdrawal itself is recorded even where its own grant has run out: nobody asks again (L06).
  const drafts = grants.some(({ scope }) => scope === consent) ? ended : [...ended, { scope: consent }]
  for (const { scope, ...rest } of drafts) {
    const draft = receiptDraft(context, { event: 'withdraw', consent: scope, notice: null, ...rest })
    const { id, jws } = await appendReceipt(records, context.scope, draft)
    receipts.push(jws)
    const chosen = context.policy.alternatives[0]!.id
    await records.putRefusal(context.scope, scope, { at: context.now, by: 'withdraw', receiptId: id, chosen })
  }
  return receipts
}

/** Ends the grants of a deletion without a refusal: the person may be asked again. */
export function stopEverywhere({ scope }: ReceiptContext, consent: ConsentScope): void {
  const scopeKey = scopeKeyOf(scope)
  endGrants(scopeKey, consent)
  announceWithdrawal({ scopeKey, consent })
}

export interface BackendDeletion {
  readonly status: 'done' | 'partial'
  readonly stores: readonly StoreOutcome[]
  /** Compact JWS of the backend: the person's proof. */
  readonly receipt: string
}

export interface DeletionReport {
  readonly status: 'done' | 'partial'
  readonly stores: readonly StoreOutcome[]
}

/**
 * L11: template, keys and standing consents here, everything at the backend; a receipt that lists each store. What
 * failed, and a backend that could not be asked, make it `partial`, never `done`.
 */
export async function deleteHeld(
  records: DeviceStore,
  context: ReceiptContext,
  deleteAtBackend: (() => Promise<BackendDeletion>) | undefined,
): Promise<DeletionReport> {
  stopEverywhere(context, 'process')
  const known = await receiptsOf(records, context)
  const grants = liveGrants(known, context.now)
  const wasSent = known.some(({ event, scope }) => event === 'grant' && scope === 'transmit')
  const here = await records.deleteEverything(context.scope)
  const stores = [...here, ...(await deleteThere(records, context, deleteAtBackend, wasSent))]
  const status = stores.some(({ outcome }) => outcome === 'failed') ? 'partial' : 'done'
  const act = { event: 'delete', notice: null, stores, reason: status } as const
  const ended = grants.length > 0 ? grants : [{ id: undefined, scope: 'process' as const }]
  for (const { id, scope } of ended) {
    await appendReceipt(records, context.scope, receiptDraft(context, { ...act, consent: scope, concerns: id }))
  }
  return { status, stores }
}

/**
 * Withdrawing the second consent alone: what was sent under it is deleted where it went; this device keeps what it has.
 */
export async function deleteSent(
  records: DeviceStore,
  context: ReceiptContext,
  deleteAtBackend: (() => Promise<BackendDeletion>) | undefined,
): Promise<DeletionReport> {
  const stores = await deleteThere(records, context, deleteAtBackend, true)
  const status = stores.some(({ outcome }) => outcome === 'failed') ? 'partial' : 'done'
  const act = { event: 'delete', consent: 'transmit', notice: null, stores, reason: status } as const
  await appendReceipt(records, context.scope, receiptDraft(context, act))
  return { status, stores }
}

async function deleteThere(
  records: DeviceStore,
  context: ReceiptContext,
  deleteAtBackend: (() => Promise<BackendDeletion>) | undefined,
  wasSent: boolean,
): Promise<readonly StoreOutcome[]> {
  if (!deleteAtBackend) return wasSent ? [{ store: 'backend', outcome: 'failed' }] : []
  try {
    const { stores, receipt, status } = await deleteAtBackend()
    await records.addDeletion(context.scope, receipt)
    const named = stores.map(({ store, outcome }) => ({ store: `backend:${store}`.slice(0, 61), outcome }))
    return status === 'partial' && !named.some(({ outcome }) => outcome === 'failed')
      ? [...named, { store: 'backend', outcome: 'failed' }]
      : named
  } catch {
    return [{ store: 'backend', outcome: 'failed' }]
  }
}

/** What this scope's chain says, oldest first. */
export async function receiptsOf(
  records: DeviceStore,
  { scope }: Pick<ReceiptContext, 'scope'>,
): Promise<readonly ReceiptPayload[]> {
  const { thumbprint } = await records.recordKey(scope)
  return (await records.listReceipts(thumbprint)).map(({ jws }) => readReceipt(jws))
}
