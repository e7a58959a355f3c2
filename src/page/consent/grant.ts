import type { AgeStatus } from '../../policy/schema'
import type { CeremonyOptionsJSON } from '../../wire/ceremony-options'
import type { ConsentScope } from '../../wire/receipt'
import type { DeviceStore } from '../store'
import type { Theme } from '../theme'

declare const brand: unique symbol

/**
 * A capability: the camera, the worker's start and the send ask for one. Only `consent/gate.ts` makes them; the type
 * cannot be written down elsewhere, and `useGrant` looks each object up in a registry, so a copy is worth nothing (L01).
 */
export interface ConsentGrant<S extends ConsentScope = ConsentScope> {
  readonly [brand]: S
  readonly scope: S
  /** Id of the signed receipt that records this grant. */
  readonly receiptId: string
  readonly tenant: string
  readonly origin: string
  readonly purpose: string
  readonly subject: string
  /** Challenge that a single-use grant belongs to; a standing grant serves the challenge it was asked for. */
  readonly sid: string
  readonly policyHash: string
  readonly noticeHash: string
  /** Epoch seconds. */
  readonly grantedAt: number
  /** Epoch seconds. */
  readonly expiresAt: number
  readonly singleUse: boolean
  /** Fires on withdrawal (here or in another tab) and on expiry; its reason is the coded FaceSealError. */
  readonly signal: AbortSignal
}

/** Why the person goes the other way. None of these is an error (L04). */
export type AlternativeReason =
  | 'declined'
  /** An earlier refusal or withdrawal stands; no dialog was shown (L06). */
  | 'declined_before'
  | 'under_age'
  | 'age_unknown'

export type ConsentDecision =
  | {
      readonly kind: 'granted'
      readonly process: ConsentGrant<'process'>
      /** `null`: verify on this device only. */
      readonly transmit: ConsentGrant<'transmit'> | null
      /** Compact JWS: process, then transmit. Send them to the backend before the envelope. */
      readonly receipts: readonly string[]
      /** base64url of SHA-256 over the receipts joined with "\n": the `consent` field of binding and envelope. */
      readonly consentHash: string
      readonly age: AgeStatus
      /** False when the records live for this visit only; say so to the person. */
      readonly persistent: boolean
    }
  | {
      readonly kind: 'alternative'
      /** Id of the alternative that was picked, or the first one declared. */
      readonly chosen: string
      readonly reason: AlternativeReason
      /** The refusal's receipt, `null` when an earlier one stands. */
      readonly receipt: string | null
      /** What to tell the person, in their locale: 已为您改用… */
      readonly message: string
      readonly persistent: boolean
    }

export interface ConsentRequest {
  /** Signature and expiry already checked. The notice comes from `options.policy`, which is linted again here. */
  readonly options: CeremonyOptionsJSON
  /** The dialog's host element is appended here, or to `document.body`; it opens in the top layer. */
  readonly mount?: Element
  /** BCP 47; matched against the policy's locales. */
  readonly locale?: string
  readonly theme?: Theme
  readonly records: DeviceStore
  /** Ask for the second consent as well. Without it `transmit` is `null`. */
  readonly wantsTransmit: boolean
  /** L07: compact JWS, issued by the backend to the guardian; checked with the key that signed the options. */
  readonly guardianToken?: string
  /** `settings`: the person asked for it just now; believed only during a user activation (L06). */
  readonly reason: 'first' | 'settings'
  readonly signal?: AbortSignal
}

export interface GrantExpectation {
  readonly tenant: string
  readonly purpose: string
  /** L22: the hash of the policy in force, where known. */
  readonly policyHash?: string
  /** L21: the origin that a send goes to; one that no recipient lists is refused. */
  readonly destination?: string
}
