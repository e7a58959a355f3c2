import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { base64url, type CryptoKey } from 'jose'
import type { SealSuite } from '../wire/ceremony-options'
import type { Envelope } from '../wire/envelope'
import { FaceSealError } from '../wire/errors'
import type { ServerKeys } from './keys'

/** RFC 9180 `info`: binds the key schedule to this use. */
export const envelopeInfo = new TextEncoder().encode('faceseal/envelope/v1')

/**
 * The key schedule's KDF in base mode. What it makes of public constants alone (`psk_id`, `info`, the empty `psk`) is the
 * same for every message of a use, so it is made once; whatever depends on a shared secret is derived anew and not kept.
 */
class BaseModeHkdf extends HkdfSha256 {
  readonly #extracted = new Map<string, Promise<ArrayBuffer>>()
  #emptyPsk: Promise<CryptoKey> | undefined

  /** RFC 9180 §5.1: without a salt its input is public (`psk_id_hash`, `info_hash`). */
  override labeledExtract(salt: BytesLike, label: Uint8Array, input: Uint8Array): Promise<ArrayBuffer> {
    if (salt.byteLength > 0) return super.labeledExtract(salt, label, input)
    const name = base64url.encode(this.buildLabeledIkm(label, input))
    const known = this.#extracted.get(name)
    if (known) return known
    const work = super.labeledExtract(salt, label, input)
    if (this.#extracted.size >= 8) this.#extracted.clear() // `info` is a parameter, of which a server has one
    this.#extracted.set(name, work)
    work.catch(() => this.#extracted.delete(name)) // the next message tries anew
    return work
  }

  /** RFC 9180 §5.1: LabeledExtract(shared_secret, "secret", psk) and what follows of it. */
  override async extractAndExpand(
    salt: BytesLike,
    input: BytesLike,
    info: BytesLike,
    length: number,
  ): Promise<ArrayBuffer> {
    if (input.byteLength !== emptyPskInputBytes) return super.extractAndExpand(salt, input, info, length)
    this.#emptyPsk ??= this.#importPsk(bytesOf(input))
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: bytesOf(salt), info: bytesOf(info) }
    return crypto.subtle.deriveBits(algorithm, await this.#emptyPsk, length * 8)
  }

  #importPsk(input: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
    const work = crypto.subtle.importKey('raw', input, 'HKDF', false, ['deriveBits'])
    work.catch(() => {
      this.#emptyPsk = undefined
    })
    return work
  }
}

type BytesLike = ArrayBufferLike | ArrayBufferView

/** "HPKE-v1" ‖ suite_id ‖ "secret" ‖ psk: 7 + 10 + 6 bytes without a psk, which has 32 at least where there is one. */
const emptyPskInputBytes = 23

function bytesOf(data: BytesLike): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
  return new Uint8Array(view)
}

const kem = { P256: DhkemP256HkdfSha256, X25519: DhkemX25519HkdfSha256 }
const makeSuite = (suite: SealSuite) =>
  new CipherSuite({ kem: new kem[suite](), kdf: new BaseModeHkdf(), aead: new Aes128Gcm() })
const suites = { P256: makeSuite('P256'), X25519: makeSuite('X25519') }

/** RFC 9180 §7: DHKEM of the suite, HKDF-SHA256, AES-128-GCM. Shared: it holds no key and no message. */
export function cipherSuite(suite: SealSuite): CipherSuite {
  return suites[suite]
}

/**
 * Opens an envelope (RFC 9180 §6.1, base mode; the AAD is the header as sent). The caller wipes the plaintext.
 * Throws `envelope_key_unknown`, `envelope_unopened`.
 */
export async function openSealed(keys: ServerKeys, envelope: Envelope): Promise<Uint8Array<ArrayBuffer>> {
  const { header, headerBytes, enc, ciphertext } = envelope
  const recipient = keys.seal.find((key) => key.kid === header.kid && key.suite === header.suite)
  if (!recipient) throw new FaceSealError('envelope_key_unknown', { detail: header.kid })
  try {
    const recipientKey = recipient.pair
    const params = { recipientKey, enc, info: envelopeInfo }
    return new Uint8Array(await cipherSuite(header.suite).open(params, ciphertext, headerBytes))
  } catch (cause) {
    throw new FaceSealError('envelope_unopened', { cause })
  }
}
