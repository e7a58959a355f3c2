import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import canonicalize from 'canonicalize'
import { base64url } from 'jose'
import {
  type EnvelopeHeader,
  encodeClaim,
  encodeEnvelope,
  maxEnvelopeLifetimeSeconds,
  type SealedClaim,
} from '../wire/envelope'
import { FaceSealError } from '../wire/errors'
import { type LivenessStep, passiveLiveness, transcriptHash } from '../wire/liveness'
import type { CaptureBinding, DeviceKeys } from '../wire/worker-protocol'
import { protectionScheme } from './protect'

/** HPKE `info` (RFC 9180 §5.1): ties the key schedule to this use. */
const sealInfo = new TextEncoder().encode('faceseal/envelope/v1')

/** What a capture found out, besides the template: buckets 0..3, hints for the backend's risk rules. */
export interface CaptureGrade {
  readonly quality: number
  readonly spoofRisk: number
  readonly injectionRisk: number
  readonly steps: readonly LivenessStep[]
}

/** Times of a statement or envelope in epoch seconds: from now, at most 120 s, never past the options' end. */
export function lifetime({ notAfter }: Pick<CaptureBinding, 'notAfter'>): {
  readonly iat: number
  readonly exp: number
} {
  const iat = Math.floor(Date.now() / 1000)
  const exp = Math.min(iat + maxEnvelopeLifetimeSeconds, notAfter)
  if (exp <= iat) throw new FaceSealError('options_expired')
  return { iat, exp }
}

/**
 * Signs and seals a template for the backend (RFC 9180 base mode, single shot). `template` has `bits / 8` bytes; the
 * caller wipes it. Throws `options_expired`, and `options_invalid` when the backend's key does not fit the suite.
 */
export async function sealTemplate(
  template: Uint8Array<ArrayBuffer>,
  grade: CaptureGrade,
  binding: CaptureBinding,
  keys: DeviceKeys,
  model: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { nonce, liveness: asked = passiveLiveness } = binding
  const { steps: done, spoofRisk, injectionRisk } = grade
  const transcript = { nonce, level: asked.level, asked: asked.steps, done, spoofRisk, injectionRisk }
  const liveness = await transcriptHash({ v: 1, ...transcript })
  const headerBytes = headerOf(binding, keys, model, liveness)
  const plaintext = encodeClaim({
    kind: binding.kind,
    bits: binding.bits,
    template,
    ...grade,
    signature: await signTemplate(keys, headerBytes, template),
    devicePublicKey: keys.signingPublic,
  } satisfies SealedClaim)
  try {
    const suite = new CipherSuite({
      kem: binding.seal.suite === 'P256' ? new DhkemP256HkdfSha256() : new DhkemX25519HkdfSha256(),
      kdf: new HkdfSha256(),
      aead: new Aes128Gcm(),
    })
    const recipientPublicKey = await deserialise(suite, binding.seal.publicKey)
    const sender = await suite.createSenderContext({ recipientPublicKey, info: sealInfo })
    const ciphertext = new Uint8Array(await sender.seal(plaintext, headerBytes))
    return encodeEnvelope({ headerBytes, enc: new Uint8Array(sender.enc), ciphertext })
  } finally {
    plaintext.fill(0)
  }
}

function headerOf(binding: CaptureBinding, keys: DeviceKeys, model: string, liveness: string): Uint8Array<ArrayBuffer> {
  const { kind, sid, nonce, origin, tenant, purpose, consent, bits } = binding
  const { suite, kid } = binding.seal
  const header: EnvelopeHeader = {
    ...{ v: 1, kind, suite, kid, sid, nonce, ...lifetime(binding), origin, tenant, purpose, consent },
    ...{ model, scheme: protectionScheme, bits, liveness, device: keys.thumbprint },
  }
  return new TextEncoder().encode(canonicalize(header))
}

/** ECDSA P-256 over SHA-256(header ‖ template), r‖s, 64 bytes. */
async function signTemplate(
  keys: DeviceKeys,
  headerBytes: Uint8Array,
  template: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const message = new Uint8Array(headerBytes.length + template.length)
  message.set(headerBytes)
  message.set(template, headerBytes.length)
  try {
    return new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.signing, message))
  } finally {
    message.fill(0)
  }
}

async function deserialise(suite: CipherSuite, publicKey: string): Promise<CryptoKey> {
  try {
    return await suite.kem.deserializePublicKey(base64url.decode(publicKey))
  } catch (cause) {
    throw new FaceSealError('options_invalid', { detail: 'seal.publicKey', cause })
  }
}
