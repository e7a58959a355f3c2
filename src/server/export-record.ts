import { epochNow } from './digest'
import type { FaceSealStore, LedgerEntry } from './store'
import { type SubjectReference, subjectOf } from './subject'

export interface ExportRequest {
  readonly store: FaceSealStore
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
}

/** The person's own record (L20). Throws `request_invalid`, `store_unavailable`. */
export async function exportRecord(request: ExportRequest): Promise<PersonalRecord> {
  const { store, tenant, purpose, now = epochNow() } = request
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
    }
  })
}
