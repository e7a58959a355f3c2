import { FaceSealError } from '../wire/errors'
import { epochNow, randomBase64url } from './digest'
import type { FaceSealStore } from './store'

/** A pseudonym, or the integrator's own account reference, for which there is or will be one. */
export type SubjectReference = string | { readonly account: string }

export interface SubjectLookup {
  readonly store: FaceSealStore
  readonly tenant: string
  readonly purpose: string
  readonly subject: SubjectReference
  /** Epoch seconds. */
  readonly now?: number | undefined
}

/**
 * The random pseudonym under which face data and records of this person, tenant and purpose are kept (L13, L18). It is
 * assigned at the first call, also for one who never enrols, so that a refusal has its record and nobody can tell from
 * the outside who is enrolled. Throws `request_invalid` for an account reference that tells who the person is.
 */
export async function subjectOf({ store, tenant, purpose, subject, now = epochNow() }: SubjectLookup): Promise<string> {
  if (typeof subject === 'string') return subject
  const account = opaqueAccount(subject.account)
  return store.identity.assignSubject({ tenant, purpose, account }, randomBase64url(16), now)
}

/** L18: a name, phone, e-mail or identity number as the reference would tie face data to a person in plain sight. */
function opaqueAccount(account: string): string {
  const reject = (detail: string) => new FaceSealError('request_invalid', { detail: `account: ${detail}` })
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/.test(account)) throw reject('1 to 128 of A-Z a-z 0-9 . _ : -')
  if (/^\d{17}[\dXx]$/.test(account)) throw reject('an identity number; use an internal reference')
  if (/^(?:86)?1[3-9]\d{9}$/.test(account)) throw reject('a phone number; use an internal reference')
  return account
}
