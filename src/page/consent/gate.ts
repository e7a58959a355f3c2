import type { PolicyConfiguration } from '../../policy/schema'
import type { CeremonyOptionsJSON } from '../../wire/ceremony-options'
import type { ConsentScope } from '../../wire/receipt'
import type { DeviceStore } from '../store'
import type { ConsentDecision, ConsentGrant } from './grant'

export interface ConsentRequest {
  /** Signature and expiry already checked. */
  readonly options: CeremonyOptionsJSON
  /** `parsePolicy(options.policy)`. */
  readonly policy: PolicyConfiguration
  /** The dialog opens in the top layer; its host element is appended here, or to `document.body`. */
  readonly mount?: Element
  /** BCP 47; matched against the policy's locales. */
  readonly locale?: string
  readonly records: DeviceStore
  /** Ask for the second consent as well. Without it `transmit` is `null`. */
  readonly wantsTransmit: boolean
  /** L07: compact JWS, issued by the backend to the guardian. */
  readonly guardianToken?: string
  /** The key that signed the options, as a public JWK: needed for `guardianToken`. */
  readonly expectedSigner?: JsonWebKey
  /** `settings`: the person asked for it just now; it is believed only during a user activation (L06). */
  readonly reason: 'first' | 'settings'
  readonly signal?: AbortSignal
}

export interface GrantExpectation {
  readonly tenant: string
  readonly purpose: string
  /** L22: the hash of the policy in force, where known. */
  readonly policyHash?: string
  /** L21: where a send goes; an origin that no recipient lists is refused. */
  readonly destination?: string
}

export declare function requestConsent(request: ConsentRequest): Promise<ConsentDecision>
/** Throws consent_required, consent_scope, consent_withdrawn, consent_expired, consent_consumed, reconsent_required. */
export declare function useGrant<S extends ConsentScope>(grant: ConsentGrant<S>, scope: S, expected: GrantExpectation): void
/** The same checks, then uses a single-use grant up, once over all tabs. After it `useGrant` throws consent_consumed. */
export declare function consumeGrant<S extends ConsentScope>(grant: ConsentGrant<S>, scope: S, expected: GrantExpectation): Promise<void>
