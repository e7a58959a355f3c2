import * as v from 'valibot'
import { base64urlOf, epochSeconds, slug, webOrigin } from './encoding'
import { localeTag } from './locale'

/**
 * Consent records (L25): fields of ISO/IEC TS 27560, one compact JWS each (ES256, device key, `typ` and `jwk` in the
 * protected header), chained by hash. Nothing here comes from a face.
 */
export const receiptType = 'faceseal-receipt+jwt'
export const countersignatureType = 'faceseal-countersignature+jwt'
export const headType = 'faceseal-head+jwt'

export const packName = v.picklist(['cn', 'eu', 'us-il'])
export type PackName = v.InferOutput<typeof packName>

/** What may be collected and sent. There is no kind for an image, a landmark or an embedding (L14 to L16). */
export const dataKind = v.picklist(['face-template-digest', 'local-verdict'])
export type DataKind = v.InferOutput<typeof dataKind>

export const recipientRole = v.picklist(['self', 'entrusted', 'joint', 'independent'])

/** The two independent consents. */
export const consentScope = v.picklist(['process', 'transmit'])
export type ConsentScope = v.InferOutput<typeof consentScope>

export const receiptEvent = v.picklist(['grant', 'refuse', 'withdraw', 'delete', 'expire', 'change'])
export type ReceiptEvent = v.InferOutput<typeof receiptEvent>

const line = v.pipe(v.string(), v.minLength(1), v.maxLength(600))

/** One store and what became of it: `failed` anywhere makes the whole `partial` (L11). */
export const storeOutcome = v.strictObject({
  store: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.:-]{0,60}$/)),
  outcome: v.picklist(['deleted', 'nothing-held', 'failed', 'kept']),
})
export type StoreOutcome = v.InferOutput<typeof storeOutcome>

export const receiptSchema = v.strictObject({
  v: v.literal(1),
  /** Record id, random. A grant's id is its receipt's id. */
  id: base64urlOf(16),
  event: receiptEvent,
  iat: epochSeconds,
  /** Place in the chain of this device key, from 0. */
  sequence: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** SHA-256 of the previous receipt's compact JWS; `null` for the first. */
  previous: v.nullable(base64urlOf(32)),
  /** RFC 7638 thumbprint of the key that signs: names the chain. */
  device: base64urlOf(32),
  /** Pseudonym, never an identity (L18). */
  subject: base64urlOf(16),
  tenant: slug,
  origin: webOrigin,
  processor: v.strictObject({ name: line, contact: line }),
  purpose: slug,
  /** The purpose as it was shown. */
  purposeText: line,
  lawfulBasis: v.literal('consent'),
  jurisdictions: v.pipe(v.array(packName), v.minLength(1)),
  scope: consentScope,
  /** What the person was about to do. */
  occasion: v.picklist(['enrol', 'verify', 'settings']),
  /** Challenge of the ceremony, or `null` from the settings. */
  sid: v.nullable(base64urlOf(16)),
  /** `policyHash` of the material fields (L22). */
  policy: base64urlOf(32),
  /** SHA-256 of the exact notice text shown; `null` when none was (withdrawal, deletion, expiry). */
  notice: v.nullable(base64urlOf(32)),
  locale: localeTag,
  /** UI build, e.g. `faceseal/0.1.0`. */
  ui: v.pipe(v.string(), v.regex(/^faceseal\/\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/)),
  form: v.picklist(['click', 'written']),
  /** Written form (L08): SHA-256 over salt ‖ UTF-8 name; the name itself is in the person's copy only (L18). */
  written: v.exactOptional(v.strictObject({ salt: base64urlOf(16), digest: base64urlOf(32) })),
  alternatives: v.array(v.strictObject({ id: slug, label: line })),
  /** The alternative that was taken. */
  chosen: v.nullable(slug),
  age: v.strictObject({
    source: v.picklist(['integrator', 'declaration', 'guardian']),
    status: v.picklist(['adult', '14to17', 'under14', 'unknown']),
  }),
  /** Id of the guardian's token (L07). */
  guardian: v.exactOptional(base64urlOf(16)),
  pia: v.nullable(v.strictObject({ reference: line, date: v.pipe(v.string(), v.isoDate()) })),
  kinds: v.array(dataKind),
  recipients: v.array(
    v.strictObject({ name: line, contact: line, role: recipientRole, purpose: line, kinds: v.array(dataKind) }),
  ),
  /** Epoch seconds when a stored template is deleted, or `null` for "this time only". */
  retainUntil: v.nullable(epochSeconds),
  /** End of the grant; `null` for events that grant nothing. */
  expires: v.nullable(epochSeconds),
  singleUse: v.boolean(),
  /** How to withdraw and use the other rights. */
  rightsUrl: line,
  /** For withdraw, expire and change: the grant's id. For a deletion, too, where one was in force. */
  concerns: v.exactOptional(base64urlOf(16)),
  reason: v.exactOptional(v.pipe(v.string(), v.regex(/^[a-z_]{1,40}$/))),
  stores: v.exactOptional(v.array(storeOutcome)),
})
export type ReceiptPayload = v.InferOutput<typeof receiptSchema>

/** The backend's word that it saw a receipt at a time: what a client alone cannot forge. ES256, `kid` in the header. */
export const countersignatureSchema = v.strictObject({
  v: v.literal(1),
  /** SHA-256 of the receipt's compact JWS. */
  receipt: base64urlOf(32),
  id: base64urlOf(16),
  device: base64urlOf(32),
  sequence: v.pipe(v.number(), v.integer(), v.minValue(0)),
  tenant: slug,
  iat: epochSeconds,
})
export type CountersignaturePayload = v.InferOutput<typeof countersignatureSchema>

/** Published head of a chain: a bundle that ends before it was cut. */
export const headSchema = v.strictObject({
  v: v.literal(1),
  device: base64urlOf(32),
  tenant: slug,
  /** Sequence and hash of the newest receipt that the backend holds. */
  sequence: v.pipe(v.number(), v.integer(), v.minValue(0)),
  receipt: base64urlOf(32),
  iat: epochSeconds,
})
export type HeadPayload = v.InferOutput<typeof headSchema>

const compactJws = v.pipe(v.string(), v.maxLength(32_768), v.regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/))

/** What a court gets: `faceseal evidence verify bundle.json` reads it offline. */
export const evidenceBundleSchema = v.strictObject({
  v: v.literal(1),
  /** In order of `sequence`, from 0. */
  receipts: v.pipe(
    v.array(v.strictObject({ receipt: compactJws, countersignature: v.exactOptional(compactJws) })),
    v.minLength(1),
    v.maxLength(10_000),
  ),
  /** SHA-256 (base64url) → the notice text, once per hash. */
  notices: v.record(v.string(), v.string()),
  /** The backend's public signing keys, by `kid`. A reader compares them with the published ones. */
  keys: v.exactOptional(
    v.array(
      v.looseObject({ kty: v.literal('EC'), crv: v.literal('P-256'), x: v.string(), y: v.string(), kid: v.string() }),
    ),
  ),
  head: v.exactOptional(compactJws),
})
export type EvidenceBundle = v.InferOutput<typeof evidenceBundleSchema>
