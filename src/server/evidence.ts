import { recordReceipts } from './ledger'
import type { Challenge } from './store'
import type { EnrolmentRequest } from './verify-enrolment'

/** Records the receipts that came with an answer. They stay recorded whatever becomes of the answer: they were given. */
export async function recordEvidence(
  { store, keys, consentEvidence, now }: EnrolmentRequest,
  { tenant, origin, subject }: Challenge,
): Promise<void> {
  if (!consentEvidence || consentEvidence.length === 0) return
  const expected = { expectedTenant: tenant, expectedOrigin: origin, expectedSubject: subject }
  await recordReceipts({ store, keys, receipts: consentEvidence, ...expected, now })
}
