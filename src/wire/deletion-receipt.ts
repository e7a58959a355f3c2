import * as v from 'valibot'
import { base64urlOf, epochSeconds, slug } from './encoding'
import { storeOutcome } from './receipt'

export const deletionReceiptType = 'faceseal-deletion+jwt'

/**
 * The backend's proof of deletion (L11): compact JWS, ES256, receipts key. `partial` when a store failed; then the
 * deletion is repeated and gives a new receipt.
 */
export const deletionReceiptSchema = v.strictObject({
  v: v.literal(1),
  id: base64urlOf(16),
  event: v.literal('delete'),
  iat: epochSeconds,
  tenant: slug,
  purpose: slug,
  /** Pseudonym, never an identity (L18). */
  subject: base64urlOf(16),
  reason: v.pipe(v.string(), v.regex(/^[a-z_]{1,40}$/)),
  status: v.picklist(['done', 'partial']),
  /** Every store that could hold something; `kept` names what the law wants kept, such as the records themselves. */
  stores: v.array(storeOutcome),
})
export type DeletionReceipt = v.InferOutput<typeof deletionReceiptSchema>
