import { base64url, type CryptoKey } from 'jose'
import { FaceSealError } from '../wire/errors'
import { concat } from './digest'
import type { StoreTransaction } from './store'

/** A template digest is remembered this long: by then salts and devices have usually changed. */
export const replayWindowSeconds = 180 * 86_400

/**
 * HMAC-SHA256, base64url, by which a template is known again. Over its bytes: as a number array or JSON the clear
 * template would lie on in memory, where nobody can wipe it (L17).
 */
export async function templateDigest(key: CryptoKey, template: Uint8Array): Promise<string> {
  const message = concat(new TextEncoder().encode('faceseal/spent-template/v2\0'), template)
  try {
    return base64url.encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, message)))
  } finally {
    message.fill(0)
  }
}

/**
 * Remembers a template by its keyed digest, enrolled person or not, so that the answer tells nothing about enrolment.
 * False when exactly these bits were seen before: a live capture never repeats bit for bit.
 */
export function markTemplate(transaction: StoreTransaction, digest: string, subject: string, now: number) {
  return transaction.markSpent({ digest: `template:${digest}`, subject, expiresAt: now + replayWindowSeconds })
}

export function replayed(): FaceSealError {
  return new FaceSealError('template_replay')
}
