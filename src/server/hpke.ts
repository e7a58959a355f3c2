import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import type { SealSuite } from '../wire/ceremony-options'
import type { Envelope } from '../wire/envelope'
import { FaceSealError } from '../wire/errors'
import type { ServerKeys } from './keys'

/** RFC 9180 `info`: binds the key schedule to this use. */
export const envelopeInfo = new TextEncoder().encode('faceseal/envelope/v1')

const kem = { P256: DhkemP256HkdfSha256, X25519: DhkemX25519HkdfSha256 }

/** RFC 9180 §7: DHKEM of the suite, HKDF-SHA256, AES-128-GCM. */
export function cipherSuite(suite: SealSuite): CipherSuite {
  return new CipherSuite({ kem: new kem[suite](), kdf: new HkdfSha256(), aead: new Aes128Gcm() })
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
