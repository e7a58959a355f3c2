import type { ConsentScope } from '../../wire/receipt'
import type { DeviceStore, KeptStanding } from '../store'
import { appendReceipt, readReceipt } from './ledger'
import { type ReceiptContext, receiptDraft } from './receipt-draft'

/** A kept standing consent, or why it serves no longer. */
export type Standing =
  | { readonly state: 'live'; readonly kept: KeptStanding; readonly form: 'click' | 'written' }
  | { readonly state: 'none' | 'expired' | 'changed' }

/**
 * L09, L22: a standing consent serves until its date and only for the policy it was given for. One that is past its date,
 * or of a policy that changed materially, is recorded as such and gone before anything opens.
 */
export async function honourStanding(
  records: DeviceStore,
  consent: ConsentScope,
  context: ReceiptContext,
): Promise<Standing> {
  const kept = await records.getStanding(context.scope, consent)
  if (!kept) return { state: 'none' }
  // A consent to be compared is none to be stored: its notice said nothing of keeping (L03, L09).
  if (context.occasion === 'enrol' && readReceipt(kept.jws).occasion !== 'enrol') return { state: 'none' }
  const state = stateOf(kept, context)
  if (state === 'live') return { state, kept, form: readReceipt(kept.jws).form }
  await records.deleteStanding(context.scope, consent)
  const event = state === 'expired' ? 'expire' : 'change'
  await appendReceipt(
    records,
    context.scope,
    receiptDraft(context, { event, consent, notice: null, concerns: kept.receiptId }),
  )
  return { state }
}

function stateOf(kept: KeptStanding, { policyHash, now }: ReceiptContext): 'live' | 'expired' | 'changed' {
  if (now >= kept.expiresAt) return 'expired'
  return kept.policyHash === policyHash ? 'live' : 'changed'
}

/**
 * L29, L12: the template that stays on this device is deleted when the date of its notice has passed, before anything
 * else happens; the record says so. Nothing runs while the page is closed, so this is the first moment there is.
 */
export async function expireLocalTemplate(records: DeviceStore, context: ReceiptContext): Promise<boolean> {
  if ((await records.readLocalTemplate(context.scope)) === undefined) return false
  const { thumbprint } = await records.recordKey(context.scope)
  const enrolment = (await records.listReceipts(thumbprint))
    .map(({ jws }) => readReceipt(jws))
    .filter(({ event, occasion, scope }) => event === 'grant' && occasion === 'enrol' && scope === 'process')
    .at(-1)
  if (!enrolment || enrolment.retainUntil === null || context.now < enrolment.retainUntil) return false
  await records.deleteLocalTemplate(context.scope)
  const stores = [{ store: 'device:templates', outcome: 'deleted' }] as const
  const act = { event: 'expire', consent: 'process', notice: null, concerns: enrolment.id, stores } as const
  await appendReceipt(records, context.scope, receiptDraft(context, act))
  return true
}
