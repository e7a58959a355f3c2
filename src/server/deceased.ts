import { epochNow } from './digest'
import type { FaceSealStore } from './store'
import { type SubjectReference, subjectOf } from './subject'

/** Whom to freeze or unfreeze on a word of the next of kin (L27). */
export interface FreezeRequest {
  readonly store: FaceSealStore
  readonly tenant: string
  readonly purpose: string
  readonly subject: SubjectReference
  /** Epoch seconds. */
  readonly now?: number | undefined
}

/**
 * L27: a next of kin says that the person died. From here nothing verifies or enrols, with the answer that one who was
 * never enrolled gets, and standing consents end. Nothing is deleted: after the review, `withdraw` with the reason
 * `deceased` does that and gives the receipt. True when it was not marked before. Throws `request_invalid`,
 * `store_unavailable`.
 */
export async function markDeceased(request: FreezeRequest): Promise<boolean> {
  const { store, now = epochNow() } = request
  const subject = await subjectOf(request)
  return store.transaction(async (transaction) => {
    const fresh = await transaction.freeze(subject, now)
    await transaction.removeGrants({ subject })
    return fresh
  })
}

/** After a review that found an error; consents have to be asked again. True when it was marked. */
export async function unmarkDeceased(request: FreezeRequest): Promise<boolean> {
  const subject = await subjectOf(request)
  return request.store.transaction((transaction) => transaction.unfreeze(subject))
}
