import { base64url, type CryptoKey, calculateJwkThumbprint, type JWK } from 'jose'
import type { Envelope, SealedClaim } from '../wire/envelope'
import { FaceSealError } from '../wire/errors'
import { concat } from './digest'

/** Public JWK of an uncompressed P-256 point (SEC 1 §2.3.3), 65 bytes. */
export function devicePublicJwk(point: Uint8Array): JWK {
  return {
    kty: 'EC',
    crv: 'P-256',
    x: base64url.encode(point.subarray(1, 33)),
    y: base64url.encode(point.subarray(33, 65)),
  }
}

/** RFC 7638 thumbprint of an uncompressed P-256 point. */
export function deviceThumbprint(point: Uint8Array): Promise<string> {
  return calculateJwkThumbprint(devicePublicJwk(point))
}

/**
 * The claim is signed by the key that the header names: ECDSA P-256 with SHA-256 over header ‖ template.
 * Throws `device_signature`.
 */
export async function verifyDeviceSignature({ header, headerBytes }: Envelope, claim: SealedClaim): Promise<void> {
  if ((await deviceThumbprint(claim.devicePublicKey)) !== header.device) {
    throw new FaceSealError('device_signature', { detail: 'the key in the claim is not the one in the header' })
  }
  const key = await importDeviceKey(claim.devicePublicKey)
  const signed = concat(headerBytes, claim.template)
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const valid = await crypto.subtle.verify(algorithm, key, claim.signature, signed)
  signed.fill(0) // holds the clear template
  if (!valid) throw new FaceSealError('device_signature', { detail: 'the signature does not verify' })
}

async function importDeviceKey(point: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('raw', point, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
  } catch (cause) {
    throw new FaceSealError('device_signature', { detail: 'not a P-256 key', cause })
  }
}
