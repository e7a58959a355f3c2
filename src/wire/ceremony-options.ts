import * as v from 'valibot'
import { base64urlOf, epochSeconds, slug, webOrigin } from './encoding'
import { livenessOptions } from './liveness'

/** Which embedding net makes the template. */
export const embedderName = v.picklist(['mobilefacenet', 'face-api'])
/** `mobilefacenet` or `face-api`, the net that makes the embedding; templates of two nets cannot be compared. */
export type EmbedderName = v.InferOutput<typeof embedderName>

/** Template bits that are offered; 2048 costs next to nothing in accuracy, 1024 halves the store. */
export const templateBits = v.picklist([1024, 2048])
export type TemplateBits = v.InferOutput<typeof templateBits>

/** HPKE suites (RFC 9180 §7): KEM, with HKDF-SHA256 and AES-128-GCM throughout. */
export const sealSuite = v.picklist(['P256', 'X25519'])
export type SealSuite = v.InferOutput<typeof sealSuite>

export const ceremonyKind = v.picklist(['enrol', 'verify'])
/** `enrol` or `verify`. */
export type CeremonyKind = v.InferOutput<typeof ceremonyKind>

/** How the template is made, compared and named. */
export const protectionOptions = v.strictObject({
  scheme: v.literal('srht-sign/v1'),
  bits: templateBits,
  /** Where the token comes from: this device's secret. `portable`, a key service, is reserved; the page refuses it. */
  token: v.picklist(['device', 'portable']),
  /** Most bits that may differ for "the same person": used on the device only when nothing is sent. */
  maxDistance: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2048)),
})

/** The backend's sealing key. */
export const sealOptions = v.strictObject({
  suite: sealSuite,
  kid: slug,
  /** Serialised public key, 65 bytes (P-256, uncompressed) or 32 bytes (X25519), base64url. */
  publicKey: v.union([base64urlOf(65), base64urlOf(32)]),
})

/**
 * What the server asks the browser to do: signed, single use, short-lived. Everything the page shows and binds comes
 * from here, so that nobody between server and page can change it.
 */
export const ceremonyOptionsSchema = v.strictObject({
  v: v.literal(1),
  kind: ceremonyKind,
  /** Names the stored challenge. */
  sid: base64urlOf(16),
  /** Single use. */
  nonce: base64urlOf(16),
  iat: epochSeconds,
  /** The person reads the notice within this time; the envelope itself lives at most 120 s. */
  exp: epochSeconds,
  tenant: slug,
  origin: webOrigin,
  purpose: slug,
  /** Random pseudonym of the subject for this tenant and purpose; says nothing about identity (L18). */
  subject: base64urlOf(16),
  /** Salt of the token derivation, renewed to revoke. */
  subjectSalt: base64urlOf(32),
  embedder: embedderName,
  protection: protectionOptions,
  seal: sealOptions,
  /** Missing: frames are only looked at. */
  liveness: v.exactOptional(livenessOptions),
  /** Configuration of the notice and the flow; its schema is `faceseal/policy`, its hash is bound to every grant. */
  policy: v.record(v.string(), v.unknown()),
  /** Detached JWS (RFC 7515 appendix F), ES256, over the JCS (RFC 8785) bytes of all other fields. */
  signature: v.pipe(v.string(), v.maxLength(1024), v.regex(/^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+$/)),
})

/**
 * Output of `generateEnrolmentOptions` and `generateVerificationOptions`, input of the browser's ceremony.
 * @interface
 */
export type CeremonyOptionsJSON = v.InferOutput<typeof ceremonyOptionsSchema>
