import canonicalize from 'canonicalize'
import * as v from 'valibot'
import { ceremonyKind, sealSuite, templateBits } from './ceremony-options'
import { base64urlOf, epochSeconds, slug, webOrigin } from './encoding'
import { FaceSealError } from './errors'
import { type LivenessStep, livenessSteps, maxLivenessSteps } from './liveness'

/** Embedder, weights and mean vector: `name.first 8 hex digits`. */
export const modelId = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,24}\.[0-9a-f]{8}$/))

/**
 * The envelope is what goes up: a clear header (the AAD), the HPKE encapsulated key and one ciphertext of fixed size.
 *
 *     offset  bytes
 *     0       3      "FS" 0x01
 *     3       2      header length n, big endian
 *     5       n      header: JCS (RFC 8785), UTF-8, the AAD as it is
 *     5+n     1      encapsulated key length k: 65 (P-256) or 32 (X25519)
 *     6+n     k      encapsulated key (RFC 9180 §4.1)
 *     6+n+k   416    ciphertext and tag of the 400-byte plaintext
 */
export const envelopeHeaderSchema = v.strictObject({
  v: v.literal(1),
  kind: ceremonyKind,
  suite: sealSuite,
  kid: slug,
  sid: base64urlOf(16),
  nonce: base64urlOf(16),
  iat: epochSeconds,
  /** At most 120 s after `iat`. */
  exp: epochSeconds,
  origin: webOrigin,
  tenant: slug,
  purpose: slug,
  /** SHA-256 of the JCS of the signed consent receipts that allow this send. */
  consent: base64urlOf(32),
  model: modelId,
  scheme: v.literal('srht-sign/v1'),
  bits: templateBits,
  /** SHA-256 of the JCS of the liveness transcript. */
  liveness: base64urlOf(32),
  /** RFC 7638 thumbprint of the device key. */
  device: base64urlOf(32),
})
/** The clear part of an envelope: what it answers, for whom and until when. Times are epoch seconds. @interface */
export type EnvelopeHeader = v.InferOutput<typeof envelopeHeaderSchema>

/** An envelope taken apart but still sealed: header in clear (the AAD), encapsulated key, ciphertext (RFC 9180). */
export interface Envelope {
  readonly header: EnvelopeHeader
  /** The header's bytes exactly as sent: the AAD. */
  readonly headerBytes: Uint8Array<ArrayBuffer>
  readonly enc: Uint8Array<ArrayBuffer>
  readonly ciphertext: Uint8Array<ArrayBuffer>
}

/** Upper bound of one upload, in bytes. */
export const maxEnvelopeBytes = 1024
export const sealedPlaintextBytes = 400
export const sealedCiphertextBytes = sealedPlaintextBytes + 16
export const maxEnvelopeLifetimeSeconds = 120
export const encapsulatedKeyBytes = { P256: 65, X25519: 32 } as const

const stepsOffset = 393
const magic = [0x46, 0x53, 0x01] as const

/** Joins the parts. Throws `envelope_malformed` when the result would pass 1 KiB. */
export function encodeEnvelope(parts: Omit<Envelope, 'header'>): Uint8Array<ArrayBuffer> {
  const { headerBytes, enc, ciphertext } = parts
  const length = 6 + headerBytes.length + enc.length + ciphertext.length
  if (length > maxEnvelopeBytes) throw malformed(`${length} bytes, at most ${maxEnvelopeBytes}`)
  const bytes = new Uint8Array(length)
  bytes.set(magic)
  bytes[3] = headerBytes.length >> 8
  bytes[4] = headerBytes.length & 0xff
  bytes.set(headerBytes, 5)
  bytes[5 + headerBytes.length] = enc.length
  bytes.set(enc, 6 + headerBytes.length)
  bytes.set(ciphertext, 6 + headerBytes.length + enc.length)
  return bytes
}

/** Splits and validates an upload without opening it. Throws `envelope_malformed` with the part that is wrong. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length > maxEnvelopeBytes) throw malformed('longer than 1024 bytes')
  if (bytes.length < 6 || magic.some((byte, i) => bytes[i] !== byte))
    throw malformed('not a FaceSeal envelope, version 1')
  const headerLength = (bytes[3]! << 8) | bytes[4]!
  const encOffset = 6 + headerLength
  const encLength = bytes[encOffset - 1]
  if (encLength === undefined) throw malformed('cut inside the header')
  const headerBytes = bytes.slice(5, 5 + headerLength)
  const header = parseHeader(headerBytes)
  if (encLength !== encapsulatedKeyBytes[header.suite]) throw malformed('encapsulated key of another suite')
  if (bytes.length !== encOffset + encLength + sealedCiphertextBytes) throw malformed('ciphertext of another length')
  return {
    header,
    headerBytes,
    enc: bytes.slice(encOffset, encOffset + encLength),
    ciphertext: bytes.slice(encOffset + encLength),
  }
}

function parseHeader(headerBytes: Uint8Array): EnvelopeHeader {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(headerBytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw new FaceSealError('envelope_malformed', { detail: 'header is not JSON', cause })
  }
  const parsed = v.safeParse(envelopeHeaderSchema, value)
  if (!parsed.success) throw malformed(`header: ${v.getDotPath(parsed.issues[0]) ?? parsed.issues[0].message}`)
  // RFC 8785: one header, one spelling. A field given twice would mean one thing here and another to the next reader.
  if (canonicalize(parsed.output) !== text) throw malformed('header is not canonical JSON')
  const { iat, exp } = parsed.output
  if (exp <= iat || exp - iat > maxEnvelopeLifetimeSeconds) throw malformed('header: exp')
  return parsed.output
}

/**
 * What is sealed. 400 bytes whatever the template's length:
 *
 *     0    version 1       1   kind: 0 enrol, 1 verify     2  template bits, u16 big endian
 *     4    quality 0..3    5   spoof risk 0..3             6  injection risk 0..3      7  zero
 *     8    64 device signature: ECDSA P-256, r‖s, over SHA-256(header ‖ template)
 *     72   65 device public key, uncompressed
 *     137  256 template, LSB first, zero after its bits
 *     393  4 liveness steps done, in order: place in `livenessSteps` from 1, then zeros    397  3 zeros
 */
export interface SealedClaim {
  readonly kind: 'enrol' | 'verify'
  readonly bits: 1024 | 2048
  /** Template: `bits / 8` bytes, bit i is `bytes[i >> 3] >> (i & 7) & 1`. */
  readonly template: Uint8Array<ArrayBuffer>
  /** Capture quality: 0 poor … 3 good. */
  readonly quality: number
  /** Passive presentation-attack score: 0 none seen … 3 high. A hint, never proof. */
  readonly spoofRisk: number
  /** Signs of an injected stream: 0 none seen … 3 high. A hint, never proof. */
  readonly injectionRisk: number
  /** Movements done for the challenge, in order; what the client says of itself. */
  readonly steps: readonly LivenessStep[]
  readonly signature: Uint8Array<ArrayBuffer>
  readonly devicePublicKey: Uint8Array<ArrayBuffer>
}

/** 400 bytes; the caller wipes them after sealing. */
export function encodeClaim(claim: SealedClaim): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sealedPlaintextBytes)
  bytes.set([1, claim.kind === 'enrol' ? 0 : 1, claim.bits >> 8, claim.bits & 0xff])
  bytes.set([claim.quality, claim.spoofRisk, claim.injectionRisk], 4)
  bytes.set(claim.signature, 8)
  bytes.set(claim.devicePublicKey, 72)
  bytes.set(claim.template, 137)
  bytes.set(
    claim.steps.map((step) => livenessSteps.indexOf(step) + 1),
    stepsOffset,
  )
  return bytes
}

/** Throws `envelope_malformed` unless every field is in range and every unused byte is zero (L16: bits, never floats). */
export function decodeClaim(bytes: Uint8Array): SealedClaim {
  const bits = (bytes[2]! << 8) | bytes[3]!
  const risks = [bytes[4]!, bytes[5]!, bytes[6]!] as const
  if (bytes.length !== sealedPlaintextBytes || bytes[0] !== 1 || bytes[1]! > 1) throw malformed('claim version')
  if ((bits !== 1024 && bits !== 2048) || risks.some((risk) => risk > 3)) throw malformed('claim fields')
  const unused = [bytes.subarray(137 + bits / 8, stepsOffset), bytes.subarray(stepsOffset + maxLivenessSteps)]
  if (bytes[7] !== 0 || unused.some((part) => part.some((byte) => byte !== 0))) throw malformed('claim padding')
  return {
    kind: bytes[1] === 0 ? 'enrol' : 'verify',
    bits,
    template: bytes.slice(137, 137 + bits / 8),
    quality: risks[0],
    spoofRisk: risks[1],
    injectionRisk: risks[2],
    steps: decodeSteps(bytes.subarray(stepsOffset, stepsOffset + maxLivenessSteps)),
    signature: bytes.slice(8, 72),
    devicePublicKey: bytes.slice(72, 137),
  }
}

function decodeSteps(codes: Uint8Array): readonly LivenessStep[] {
  const end = codes.indexOf(0)
  const used = codes.subarray(0, end < 0 ? codes.length : end)
  if (codes.subarray(used.length).some((code) => code !== 0)) throw malformed('claim steps')
  return Array.from(used, (code) => livenessSteps[code - 1] ?? raise('claim steps'))
}

function raise(detail: string): never {
  throw malformed(detail)
}

function malformed(detail: string): FaceSealError {
  return new FaceSealError('envelope_malformed', { detail })
}
