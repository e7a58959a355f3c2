import type { CryptoKey } from 'jose'
import { FaceSealError } from '../wire/errors'
import { jcsBytes } from './digest'
import type { ServerKeys } from './keys'
import type { Enrolment, TemplateAtRest } from './store'

/** Fields that a ciphertext is bound to: moved to another row, it does not open. */
export type TemplateBinding = Pick<Enrolment, 'subject' | 'tenant' | 'purpose' | 'model' | 'bits' | 'device'>

/**
 * Encrypts a template for the store (L17): AES-256-GCM, random 96-bit nonce, under a key of its own, HKDF of a ring key
 * and a fresh seed. Deleting the seed destroys the key (L11), also for copies of the ciphertext.
 */
export async function sealTemplate(
  keys: ServerKeys,
  binding: TemplateBinding,
  template: Uint8Array<ArrayBuffer>,
): Promise<TemplateAtRest> {
  const { kid, key } = keys.templates[0]!
  const keySeed = crypto.getRandomValues(new Uint8Array(32))
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const additionalData = associatedData(binding, kid)
  const recordKey = await deriveRecordKey(key, keySeed)
  const ciphertext = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, recordKey, template)
  return { kid, keySeed, iv, ciphertext: new Uint8Array(ciphertext) }
}

/** The template of a row; the caller wipes it. Throws `template_unreadable` when the ring key is gone or the row was altered. */
export async function openTemplate(
  keys: ServerKeys,
  binding: TemplateBinding,
  { kid, keySeed, iv, ciphertext }: TemplateAtRest,
): Promise<Uint8Array<ArrayBuffer>> {
  const ringKey = keys.templates.find((entry) => entry.kid === kid)
  if (!ringKey) throw new FaceSealError('template_unreadable', { detail: 'no such key in the ring' })
  try {
    const recordKey = await deriveRecordKey(ringKey.key, keySeed)
    const additionalData = associatedData(binding, kid)
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, recordKey, ciphertext))
  } catch (cause) {
    throw new FaceSealError('template_unreadable', { detail: 'the row was altered', cause })
  }
}

function associatedData({ subject, tenant, purpose, model, bits, device }: TemplateBinding, kid: string) {
  return jcsBytes({ v: 'faceseal/template/v1', subject, tenant, purpose, model, bits, device, kid })
}

function deriveRecordKey(ringKey: CryptoKey, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const info = new TextEncoder().encode('faceseal/template-key/v1')
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt, info }
  return crypto.subtle.deriveKey(algorithm, ringKey, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}
