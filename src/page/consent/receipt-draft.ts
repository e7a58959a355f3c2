import { inLocale } from '../../policy/locale-text'
import type { AgeStatus, PolicyConfiguration } from '../../policy/schema'
import type { LocaleTag } from '../../wire/locale'
import type { ConsentScope, ReceiptEvent, ReceiptPayload, StoreOutcome } from '../../wire/receipt'
import { packageVersion } from '../../wire/version'
import type { StoreScope } from '../store'
import { retentionEnd } from './dates'
import { newReceiptId, type ReceiptDraft } from './ledger'

/** What all receipts of one scope have in common. */
export interface ReceiptContext {
  readonly scope: StoreScope
  readonly policy: PolicyConfiguration
  readonly policyHash: string
  readonly origin: string
  readonly locale: LocaleTag
  readonly occasion: ReceiptPayload['occasion']
  readonly sid: string | null
  readonly age: { readonly source: 'integrator' | 'declaration' | 'guardian'; readonly status: AgeStatus }
  readonly guardian?: string | undefined
  /** Epoch seconds. */
  readonly now: number
}

/** The part that differs from event to event. */
export interface ReceiptAct {
  readonly event: ReceiptEvent
  readonly consent: ConsentScope
  readonly notice: string | null
  readonly chosen?: string | null
  readonly expires?: number | null
  readonly singleUse?: boolean
  readonly written?: { readonly salt: string; readonly digest: string } | undefined
  readonly concerns?: string | undefined
  readonly reason?: string | undefined
  readonly stores?: readonly StoreOutcome[] | undefined
}

/** ISO/IEC TS 27560: every field from the configuration and the moment; none of them from a face (L25). */
export function receiptDraft(context: ReceiptContext, act: ReceiptAct): ReceiptDraft {
  const { policy, locale, scope } = context
  return {
    v: 1,
    id: newReceiptId(),
    event: act.event,
    iat: context.now,
    subject: scope.subject,
    tenant: scope.tenant,
    origin: context.origin,
    processor: { name: inLocale(policy.processor.name, locale), contact: policy.processor.contact },
    purpose: scope.purpose,
    purposeText: inLocale(policy.purpose.text, locale),
    lawfulBasis: 'consent',
    jurisdictions: policy.packs,
    scope: act.consent,
    occasion: context.occasion,
    sid: context.sid,
    policy: context.policyHash,
    notice: act.notice,
    locale,
    ui: `faceseal/${packageVersion}`,
    form: policy.consentForm,
    ...(act.written && { written: act.written }),
    alternatives: policy.alternatives.map(({ id, label }) => ({ id, label: inLocale(label, locale) })),
    chosen: act.chosen ?? null,
    age: context.age,
    ...(context.guardian && { guardian: context.guardian }),
    pia: policy.pia ?? null,
    kinds: policy.collected.kinds,
    recipients:
      policy.recipients === 'none'
        ? []
        : policy.recipients.map(({ name, contact, role, purpose, kinds }) => ({
            name: inLocale(name, locale),
            contact,
            role,
            purpose: inLocale(purpose, locale),
            kinds,
          })),
    retainUntil: act.event === 'grant' ? retentionEnd(policy, context.now) : null,
    expires: act.expires ?? null,
    singleUse: act.singleUse ?? false,
    rightsUrl: policy.rights.url,
    ...(act.concerns && { concerns: act.concerns }),
    ...(act.reason && { reason: act.reason }),
    ...(act.stores && { stores: [...act.stores] }),
  }
}
