import canonicalize from 'canonicalize'
import { base64url } from 'jose'
import { FaceSealError } from '../wire/errors'
import { signJws } from '../wire/es256'
import { localStatementType } from '../wire/local-statement'
import type { CaptureBinding, DeviceKeys, LocalStatement, LocalTemplate } from '../wire/worker-protocol'
import { hammingDistance, protectionScheme } from './protect'
import { lifetime } from './seal'

/** `local-match`: the template stays on the device, encrypted; the backend gets at most a signed yes or no. */

/** AES-256-GCM with a fresh 96-bit IV; where and for what the template was made is authenticated with it. */
export async function encryptLocal(
  template: Uint8Array<ArrayBuffer>,
  binding: CaptureBinding,
  keys: DeviceKeys,
  model: string,
): Promise<LocalTemplate> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const algorithm = { name: 'AES-GCM', iv, additionalData: additionalData(binding, model) }
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt(algorithm, keys.storage, template))
  return { iv, ciphertext, model, bits: binding.bits }
}

/**
 * Whether `template` is within `maxDistance` differing bits of the stored one. Throws `template_unreadable` when the
 * stored one is of another model or length, was altered, or belongs to another purpose or key.
 */
export async function matchesLocal(
  template: Uint8Array<ArrayBuffer>,
  stored: LocalTemplate,
  binding: CaptureBinding,
  keys: DeviceKeys,
  model: string,
): Promise<boolean> {
  if (stored.model !== model || stored.bits !== binding.bits) {
    throw new FaceSealError('template_unreadable', { detail: stored.model !== model ? 'model' : 'bits' })
  }
  const algorithm = { name: 'AES-GCM', iv: stored.iv, additionalData: additionalData(binding, model) }
  let enrolled: Uint8Array
  try {
    enrolled = new Uint8Array(await crypto.subtle.decrypt(algorithm, keys.storage, stored.ciphertext))
  } catch (cause) {
    throw new FaceSealError('template_unreadable', { cause })
  }
  try {
    return hammingDistance(enrolled, template) <= binding.maxDistance
  } finally {
    enrolled.fill(0)
  }
}

/** JWS (ES256, device key in the protected header) over the verdict: nothing in it comes from the face but yes or no. */
export async function signStatement(
  verified: boolean,
  binding: CaptureBinding,
  keys: DeviceKeys,
  model: string,
): Promise<string> {
  const { kind, sid, nonce, origin, tenant, purpose, consent } = binding
  const statement: LocalStatement = {
    ...{ v: 1, kind, sid, nonce, origin, tenant, purpose, consent, model, verified },
    ...lifetime(binding),
  }
  const point = keys.signingPublic
  const x = base64url.encode(point.subarray(1, 33))
  const y = base64url.encode(point.subarray(33, 65))
  const jwk = { kty: 'EC', crv: 'P-256', x, y } as const
  const bytes = new TextEncoder().encode(canonicalize(statement))
  return await signJws(bytes, { typ: localStatementType, jwk, key: keys.signing })
}

function additionalData({ tenant, origin, purpose, bits }: CaptureBinding, model: string): Uint8Array<ArrayBuffer> {
  const context = { v: 1, scheme: protectionScheme, tenant, origin, purpose, model, bits }
  return new TextEncoder().encode(canonicalize(context))
}
