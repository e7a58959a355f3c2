import canonicalize from 'canonicalize'
import * as hpke from 'hpke'
import { base64url, CompactSign, type CryptoKey, calculateJwkThumbprint, exportJWK, type JWK } from 'jose'
import { parsePolicy, policyHash } from '../../../src/policy'
import type { CeremonyOptionsJSON } from '../../../src/wire/ceremony-options'
import { consentHash } from '../../../src/wire/consent-hash'
import { type EnvelopeHeader, encodeClaim, encodeEnvelope, type SealedClaim } from '../../../src/wire/envelope'
import { type LivenessOptions, transcriptHash } from '../../../src/wire/liveness'
import { type LocalStatement, localStatementType } from '../../../src/wire/local-statement'
import { type ReceiptPayload, receiptType } from '../../../src/wire/receipt'

/** Model id as a worker would name it. */
export const testModel = 'mobilefacenet.00112233'

type Bytes = Uint8Array<ArrayBuffer>

const passive: LivenessOptions = { level: 'passive', steps: [], substitutes: [], stepTimeoutMs: 12_000 }

/** A device as the page and worker make one: a signing key, a chain of receipts, a sealer. Uses `hpke`, not ours. */
export interface TestDevice {
  readonly thumbprint: string
  readonly publicKey: Bytes
  readonly signing: CryptoKey
  readonly jwk: JWK
  /** Signs the next receipt of this device's chain. */
  receipt(options: CeremonyOptionsJSON, change?: Partial<ReceiptPayload>): Promise<string>
  /** Both grants, in order. */
  grants(options: CeremonyOptionsJSON, change?: Partial<ReceiptPayload>): Promise<string[]>
  seal(options: CeremonyOptionsJSON, template: Bytes, change?: SealChange): Promise<Bytes>
  statement(options: CeremonyOptionsJSON, verified: boolean, change?: Partial<LocalStatement>): Promise<string>
}

export interface SealChange {
  readonly header?: Partial<EnvelopeHeader>
  readonly claim?: Partial<SealedClaim>
  readonly receipts?: readonly string[]
  readonly now?: number
}

export async function createDevice(): Promise<TestDevice> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const { kty, crv, x, y } = await exportJWK(pair.publicKey)
  const jwk = { kty, crv, x, y } as JWK
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const thumbprint = await calculateJwkThumbprint(jwk)
  const sign = (typ: string, payload: unknown) =>
    new CompactSign(new TextEncoder().encode(canonicalize(payload)))
      .setProtectedHeader({ alg: 'ES256', typ, jwk })
      .sign(pair.privateKey)
  let sequence = 0
  let previous: string | null = null

  const device: TestDevice = {
    thumbprint,
    publicKey,
    signing: pair.privateKey,
    jwk,
    async receipt(options, change) {
      const payload: ReceiptPayload = {
        ...(await receiptFor(options)),
        device: thumbprint,
        sequence,
        previous,
        ...change,
      }
      const jws = await sign(receiptType, payload)
      sequence = payload.sequence + 1
      previous = base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(jws))))
      return jws
    },
    async grants(options, change) {
      const process = await device.receipt(options, { scope: 'process', ...change })
      return [process, await device.receipt(options, { scope: 'transmit', ...change })]
    },
    async seal(options, template, { header, claim, receipts = [], now = options.iat } = {}) {
      const { level, steps: asked }: LivenessOptions = options.liveness ?? passive
      const seen = {
        done: claim?.steps ?? [],
        spoofRisk: claim?.spoofRisk ?? 0,
        injectionRisk: claim?.injectionRisk ?? 0,
      }
      const liveness = await transcriptHash({ v: 1, nonce: options.nonce, level, asked, ...seen })
      const full: EnvelopeHeader = {
        ...{ v: 1, kind: options.kind, suite: options.seal.suite, kid: options.seal.kid, sid: options.sid },
        ...{ nonce: options.nonce, iat: now, exp: now + 120, origin: options.origin, tenant: options.tenant },
        ...{ purpose: options.purpose, consent: await consentHash(receipts), model: testModel },
        ...{ scheme: 'srht-sign/v1', bits: options.protection.bits, liveness },
        device: thumbprint,
        ...header,
      }
      const headerBytes = new TextEncoder().encode(canonicalize(full)) as Bytes
      const signed = new Uint8Array([...headerBytes, ...template])
      const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, signed)
      const plaintext = encodeClaim({
        ...{ kind: full.kind, bits: full.bits, template, quality: 3, spoofRisk: 0, injectionRisk: 0, steps: [] },
        ...{ signature: new Uint8Array(signature), devicePublicKey: publicKey },
        ...claim,
      })
      return sealBytes(options, headerBytes, plaintext)
    },
    async statement(options, verified, change) {
      const { kind, sid, nonce, origin, tenant, purpose, iat } = options
      const payload: LocalStatement = {
        ...{ v: 1, kind, sid, nonce, origin, tenant, purpose, verified, model: testModel },
        ...{ consent: await consentHash([]), iat, exp: iat + 120, ...change },
      }
      return sign(localStatementType, payload)
    },
  }
  return device
}

/** Seals with the second implementation of RFC 9180. */
export async function sealBytes(options: CeremonyOptionsJSON, headerBytes: Bytes, plaintext: Bytes): Promise<Bytes> {
  const suite = hpkeSuite(options.seal.suite)
  const recipient = await suite.DeserializePublicKey(base64url.decode(options.seal.publicKey))
  const { encapsulatedSecret, ciphertext } = await suite.Seal(recipient, plaintext, {
    aad: headerBytes,
    info: new TextEncoder().encode('faceseal/envelope/v1'),
  })
  return encodeEnvelope({ headerBytes, enc: encapsulatedSecret as Bytes, ciphertext: ciphertext as Bytes })
}

export function hpkeSuite(suite: 'P256' | 'X25519') {
  const kem = suite === 'P256' ? hpke.KEM_DHKEM_P256_HKDF_SHA256 : hpke.KEM_DHKEM_X25519_HKDF_SHA256
  return new hpke.CipherSuite(kem, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES_128_GCM)
}

/** A receipt as the consent gate writes one. */
async function receiptFor(
  options: CeremonyOptionsJSON,
): Promise<Omit<ReceiptPayload, 'device' | 'sequence' | 'previous'>> {
  const policy = await policyHash(parsePolicy(options.policy))
  const { iat, subject, tenant, origin, purpose, kind, sid, exp } = options
  return {
    ...{ v: 1, id: base64url.encode(crypto.getRandomValues(new Uint8Array(16))), event: 'grant', iat },
    ...{
      subject,
      tenant,
      origin,
      purpose,
      purposeText: 'Open the door',
      lawfulBasis: 'consent',
      jurisdictions: ['cn'],
    },
    processor: { name: 'Example Estates', contact: 'privacy@example.test' },
    ...{ scope: 'transmit', occasion: kind, sid, policy },
    ...{ notice: base64url.encode(new Uint8Array(32)), locale: 'en', ui: 'faceseal/0.1.0', form: 'click' },
    alternatives: [{ id: 'sms', label: 'SMS code' }],
    ...{ chosen: null, age: { source: 'declaration', status: 'adult' }, pia: null, kinds: ['face-template-digest'] },
    ...{ recipients: [], retainUntil: null, expires: exp, singleUse: true, rightsUrl: '/rights' },
  }
}

/** Random template of so many bits. */
export function randomTemplate(bits: 1024 | 2048 = 2048): Bytes {
  return crypto.getRandomValues(new Uint8Array(bits / 8))
}

/** A copy with exactly `count` bits flipped, spread evenly: another capture of the same face, or of another. */
export function withFlippedBits(template: Bytes, count: number, offset = 0): Bytes {
  const copy = template.slice()
  const bits = template.length * 8
  for (let i = 0; i < count; i++) {
    const bit = (offset + Math.floor((i * bits) / count)) % bits
    copy[bit >> 3]! ^= 1 << (bit & 7)
  }
  return copy
}
