import { type DeletionReceipt, deletionReceiptType } from '../wire/deletion-receipt'
import { FaceSealError } from '../wire/errors'
import type { StoreOutcome } from '../wire/receipt'
import { randomBase64url } from './digest'
import { appendToLog } from './evidence-log'
import type { ServerKeys } from './keys'
import { appendLine } from './ledger'
import { signStatement } from './sign'
import type { FaceSealStore, PendingDeletion, StoreTransaction } from './store'

/** Somebody who holds a copy for the integrator (PIPL 47, 59): asked to delete, and believed only when it resolves. */
export interface Processor {
  /** In the receipt as `processor:` and this: a-z, 0-9, `.`, `:`, `-`; unique, and the same over restarts. */
  readonly name: string
  /** Of one pseudonym. May be called again for the same one, and by several processes, so it is harmless to repeat. */
  delete(subject: string): Promise<void>
}

/** Names and reason of one deletion. */
export type DeletionTerms = Pick<DeletionReceipt, 'id' | 'tenant' | 'purpose' | 'subject' | 'reason' | 'iat'>

/** What became of a deletion, store by store, and the signed proof of it (L11). */
export interface DeletionResult {
  /** `done` only when every store and processor has confirmed (L11). */
  readonly status: DeletionReceipt['status']
  readonly stores: DeletionReceipt['stores']
  /** Compact JWS of this server: the person's proof. */
  readonly receipt: string
}

/** Throws `configuration_invalid` for a name that a receipt could not hold, or that two have. */
export function checkProcessors(processors: readonly Processor[]): void {
  const names = processors.map(({ name }) => name)
  for (const [index, name] of names.entries()) {
    if (/^[a-z0-9][a-z0-9.:-]{0,49}$/.test(name) && names.indexOf(name) === index) continue
    throw new FaceSealError('configuration_invalid', { detail: `processors: ${name}` })
  }
}

/**
 * Writes down who has yet to delete, in the transaction that empties our own stores: a crash after it loses nothing,
 * `resumeDeletions` goes on (L11).
 */
export async function openDeletion(
  transaction: StoreTransaction,
  { id, tenant, purpose, subject, reason, iat }: DeletionTerms,
  stores: readonly StoreOutcome[],
  processors: readonly Processor[],
): Promise<PendingDeletion> {
  const remaining = processors.map(({ name }) => name)
  const deletion: PendingDeletion = {
    ...{ id, tenant, purpose, subject, reason, requestedAt: iat, stores },
    ...{ remaining, confirmed: [] },
  }
  await transaction.putPendingDeletion(deletion)
  return deletion
}

export interface ProcessorRun {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  readonly processors: readonly Processor[]
  /** Epoch seconds. */
  readonly now: number
  /** `resume`: a receipt only when a processor has confirmed, so that a dead one does not fill the ledger. */
  readonly kind: 'first' | 'resume'
}

/**
 * Asks each processor that has not confirmed, outside of any transaction, then writes what became of it: the rest stays
 * pending. `finished` when another process finished this deletion meanwhile, `unchanged` when a resumed one got no
 * further. Throws `store_unavailable`.
 */
export async function runProcessors(
  { store, keys, processors, now, kind }: ProcessorRun,
  deletion: PendingDeletion,
): Promise<DeletionResult | 'finished' | 'unchanged'> {
  const confirmed = await askProcessors(processors, deletion)
  return store.transaction(async (transaction) => {
    const current = await transaction.lockPendingDeletion(deletion.id)
    if (!current) return 'finished'
    if (kind === 'resume' && !current.remaining.some((name) => confirmed.includes(name))) return 'unchanged'
    const next: PendingDeletion = {
      ...current,
      confirmed: [...new Set([...current.confirmed, ...confirmed])],
      remaining: current.remaining.filter((name) => !confirmed.includes(name)),
    }
    if (next.remaining.length === 0) await transaction.removePendingDeletion(next.id)
    else await transaction.putPendingDeletion(next)
    return writeReceipt(transaction, keys, { ...next, id: randomBase64url(16), iat: now }, outcomesOf(next))
  })
}

/** Names of those that resolved. What a processor says of its failure may name the person, so it is not kept. */
async function askProcessors(
  processors: readonly Processor[],
  { remaining, subject }: PendingDeletion,
): Promise<readonly string[]> {
  const asked = processors.filter(({ name }) => remaining.includes(name))
  const answers = await Promise.allSettled(asked.map(async (processor) => processor.delete(subject)))
  return asked.filter((_, index) => answers[index]!.status === 'fulfilled').map(({ name }) => name)
}

function outcomesOf({ stores, confirmed, remaining }: PendingDeletion): readonly StoreOutcome[] {
  const processor = (outcome: StoreOutcome['outcome']) => (name: string) => ({ store: `processor:${name}`, outcome })
  return [...stores, ...confirmed.map(processor('deleted')), ...remaining.map(processor('failed'))]
}

/** Signs the receipt and writes it into ledger and log, within the transaction. */
export async function writeReceipt(
  transaction: StoreTransaction,
  keys: ServerKeys,
  { id, tenant, purpose, subject, reason, iat }: DeletionTerms,
  outcomes: readonly StoreOutcome[],
): Promise<DeletionResult> {
  const stores = [...outcomes]
  const status = stores.some(({ outcome }) => outcome === 'failed') ? 'partial' : 'done'
  const terms = { id, iat, tenant, purpose, subject, reason }
  const statement: DeletionReceipt = { v: 1, event: 'delete', ...terms, status, stores }
  const receipt = await signStatement(keys.receipts, deletionReceiptType, statement)
  const line = { subject, kind: 'deletion', at: iat, receipt, countersignature: receipt, device: null } as const
  await appendLine(transaction, line)
  await appendToLog(transaction, keys, [receipt])
  return { status, stores, receipt }
}
