import * as v from 'valibot'
import { slug } from '../wire/encoding'
import { localeTag } from '../wire/locale'
import { dataKind, packName, recipientRole } from '../wire/receipt'
import { localeText, plainText, wellFormed } from './locale-text'

/** A public https page, or a path on the page's own origin. */
export const publicLink = v.pipe(
  v.string(),
  v.maxLength(300),
  wellFormed,
  v.regex(/^(?:https:\/\/[^\s]+|\/(?!\/)[^\s]*)$/, 'an https URL or a path on the own origin'),
)

/** A path on the page's own origin: nothing of FaceSeal ever asks another origin (L19). */
export const ownPath = v.pipe(
  v.string(),
  v.maxLength(300),
  wellFormed,
  v.regex(/^\/(?!\/)[^\s]*$/, 'a path on the own origin'),
)

export const isoDate = v.pipe(v.string(), v.isoDate())

/** Calendar days; three years is the longest that any pack allows (BIPA 15(a)). */
const days = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1095))

/** `'standard'` prints FaceSeal's own words, which describe what this software does. */
const standardOr = v.union([v.literal('standard'), localeText])

const processor = v.strictObject({ name: localeText, contact: plainText, address: v.exactOptional(localeText) })

/** L02, L13: one purpose. `id` is bound to grant, token and envelope; `task` fills the notice ("办理{业务}"). */
const purpose = v.strictObject({ id: slug, text: localeText, task: localeText })

/** L03: what is processed, and how much of it. */
const collected = v.strictObject({
  scope: standardOr,
  kinds: v.pipe(v.array(dataKind), v.minLength(1)),
  /** Most camera frames that one run looks at, each only in memory. */
  maxFrames: v.pipe(v.number(), v.integer(), v.minValue(3), v.maxValue(3600)),
  /** Feature sets that come out of a run. */
  featureSets: v.literal(1),
})

/** L12: always an end. `single-use` keeps nothing after the comparison, so enrolment is impossible with it. */
const retention = v.variant('kind', [
  v.strictObject({ kind: v.literal('single-use') }),
  v.strictObject({ kind: v.literal('days'), days }),
  v.strictObject({ kind: v.literal('until'), until: isoDate }),
])

/** L21. `self` is the processor's own backend; the others are PIPL 21 (entrusted), 20 (joint) and 23 (independent). */
const recipient = v.strictObject({
  name: localeText,
  contact: plainText,
  role: recipientRole,
  purpose: localeText,
  kinds: v.pipe(v.array(dataKind), v.minLength(1)),
  /** Origins that may receive the digest; without it, the page's own origin only. */
  origins: v.exactOptional(v.array(v.pipe(v.string(), v.regex(/^https?:\/\/[a-z0-9.[\]:-]+$/)))),
})

/** L04: a claim of necessity needs its reason in writing, and a PIA reference beside it. */
const necessity = v.strictObject({
  reason: localeText,
  necessary: v.optional(v.boolean(), false),
  writtenReason: v.exactOptional(v.pipe(v.string(), v.trim(), v.minLength(20), v.maxLength(2000), wellFormed)),
})

const rights = v.strictObject({ how: standardOr, url: publicLink, contact: plainText })

/** L05: another way in, which is checked before the dialog opens. */
const alternative = v.variant('kind', [
  v.strictObject({ id: slug, label: localeText, kind: v.literal('endpoint'), endpoint: ownPath }),
  v.strictObject({
    id: slug,
    label: localeText,
    kind: v.literal('component'),
    /** A registered custom element, or any element of the page: `sms-code` or `#sms-code`. */
    selector: v.pipe(v.string(), v.minLength(1), v.maxLength(200), wellFormed),
  }),
])

export const ageStatus = v.picklist(['adult', '14to17', 'under14', 'unknown'])
/** `adult`, `14to17`, `under14` or `unknown`: what is known of the person's age, from the integrator or the person, never from a face (L07). */
export type AgeStatus = v.InferOutput<typeof ageStatus>

/** L07: told by the integrator or declared by the person; never estimated from a face. */
const age = v.variant('source', [
  v.strictObject({ source: v.literal('integrator'), status: v.optional(ageStatus, 'unknown') }),
  v.strictObject({ source: v.literal('declaration') }),
])

/** L09: one verification, unless the person picks a dated standing consent, offered as a choice of its own. */
const grantDuration = v.variant('kind', [
  v.strictObject({ kind: v.literal('single-use') }),
  v.strictObject({
    kind: v.literal('standing'),
    days: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(366)),
  }),
  v.strictObject({ kind: v.literal('standing-until'), until: isoDate }),
])

const pia = v.strictObject({ reference: plainText, date: isoDate })

/**
 * What the integrator declares, carried as `policy` in the signed options. Closed on purpose: a field that is not here
 * has no place in a consent (terms, marketing: L02; name, phone, identity number: L18).
 */
export const policyConfigurationSchema = v.strictObject({
  v: v.literal(1),
  /** Rule packs that must hold, all of them. */
  packs: v.optional(v.pipe(v.array(packName), v.minLength(1)), ['cn']),
  /** `development` excuses the PIA (L23) and says so in the notice. */
  environment: v.optional(v.picklist(['production', 'development']), 'production'),
  /** Locales in which every text below is complete; the notice is never mixed. */
  locales: v.optional(v.pipe(v.array(localeTag), v.minLength(1)), ['zh-CN']),
  processor,
  purpose,
  method: standardOr,
  collected,
  retention,
  recipients: v.union([v.literal('none'), v.pipe(v.array(recipient), v.minLength(1), v.maxLength(10))]),
  necessity,
  risks: standardOr,
  rights,
  /** Public page with the full processing rules (O19 art. 5). */
  fullRules: publicLink,
  alternatives: v.pipe(v.array(alternative), v.minLength(1), v.maxLength(4)),
  age: v.optional(age, { source: 'declaration' }),
  /** L07: tells a guardian how to give consent; without it, under 14 always leads to the alternative. */
  guardian: v.exactOptional(v.strictObject({ how: localeText })),
  consentForm: v.optional(v.picklist(['click', 'written']), 'click'),
  grantDuration: v.optional(grantDuration, { kind: 'single-use' }),
  pia: v.exactOptional(pia),
  /** L12, PIPL 15: there is no consent that cannot be taken back. */
  revocable: v.optional(v.literal(true), true),
  presentation: v.exactOptional(
    v.strictObject({ elder: v.optional(v.boolean(), false), readAloud: v.optional(v.boolean(), true) }),
  ),
  /** Pack `eu`: GDPR 13(1)(b), 13(2)(d). */
  dataProtectionOfficer: v.exactOptional(plainText),
  supervisoryAuthority: v.exactOptional(plainText),
  /** Pack `us-il`: BIPA 15(a), the public retention schedule. */
  retentionSchedule: v.exactOptional(publicLink),
})

/** As written by the integrator: fields with a default may be left out. @interface */
export type PolicyConfigurationInput = v.InferInput<typeof policyConfigurationSchema>
/** After parsing: defaults filled in. @interface */
export type PolicyConfiguration = v.InferOutput<typeof policyConfigurationSchema>
/** One other way to the same end (L05). */
export type PolicyAlternative = PolicyConfiguration['alternatives'][number]
/** Who receives something, with role, contact, use and kinds of data (L21). */
export type PolicyRecipient = Exclude<PolicyConfiguration['recipients'], 'none'>[number]
