import { epochNow } from './digest'
import { type InclusionAnswer, inclusionIn, logEntryOf, namedTree, signHeadOf } from './evidence-log'
import type { ServerKeys } from './keys'
import type { FaceSealStore, LedgerEntry, StoreTransaction } from './store'
import { type SubjectReference, subjectOf } from './subject'

/** Whose record to export (L20). */
export interface ExportRequest {
  readonly store: FaceSealStore
  /** With the keys, the export proves that its lines are in the evidence log. */
  readonly keys?: ServerKeys | undefined
  readonly subject: SubjectReference
  readonly tenant: string
  readonly purpose: string
  readonly now?: number | undefined
}

/** What is held of a person. The template is named by its size only: its bits would help nobody but a thief. */
export interface PersonalRecord {
  readonly v: 1
  readonly subject: string
  readonly tenant: string
  readonly purpose: string
  readonly exportedAt: number
  readonly enrolment: {
    readonly delivery: 'sealed' | 'local'
    readonly model: string
    readonly templateBits: number
    readonly device: string
    readonly consent: string
    readonly enrolledAt: number
    readonly lastUsedAt: number
  } | null
  /** Consent records and deletions, each with its countersignature. */
  readonly ledger: readonly Omit<LedgerEntry, 'subject'>[]
  /** L25: where each line is in the evidence log, in the order of `ledger`; `null` without keys. */
  readonly log: {
    /** Compact JWS, checked with the published keys (`verifyTreeHead`). */
    readonly treeHead: string
    /** Each with `verifyInclusion`; `null` for a line from before there was a log. */
    readonly inclusion: readonly (Pick<InclusionAnswer, 'index' | 'size' | 'proof'> | null)[]
  } | null
}

/** The person's own record (L20). Throws `request_invalid`, `store_unavailable`. */
export async function exportRecord(request: ExportRequest): Promise<PersonalRecord> {
  const { store, keys, tenant, purpose, now = epochNow() } = request
  const subject = await subjectOf(request)
  return store.transaction(async (transaction) => {
    const held = await transaction.readEnrolment(subject)
    const ledger = await transaction.readLedger(subject)
    const enrolment = held && {
      ...{ delivery: held.delivery, model: held.model, templateBits: held.template ? held.bits : 0 },
      ...{ device: held.device, consent: held.consent, enrolledAt: held.enrolledAt, lastUsedAt: held.lastUsedAt },
    }
    return {
      ...{ v: 1, subject, tenant, purpose, exportedAt: now },
      enrolment: enrolment ?? null,
      ledger: ledger.map(({ subject: _, ...line }) => line),
      log: keys ? await logProofs(transaction, keys, ledger, now) : null,
    }
  })
}

async function logProofs(
  transaction: StoreTransaction,
  keys: ServerKeys,
  ledger: readonly LedgerEntry[],
  now: number,
): Promise<PersonalRecord['log']> {
  const tree = await namedTree(transaction, keys)
  const inclusion = []
  for (const { countersignature } of ledger) {
    inclusion.push((await inclusionIn(transaction, tree, await logEntryOf(countersignature))) ?? null)
  }
  return { treeHead: await signHeadOf(tree, keys, now), inclusion }
}
