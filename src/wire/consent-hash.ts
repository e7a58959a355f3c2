import { base64url } from 'jose'

/**
 * Binds an envelope or a local statement to the consents that allow it: SHA-256, base64url, of the receipts' compact
 * JWS strings joined by one line feed, in the order process, transmit. For a statement that leaves nothing but yes or
 * no, the process receipt alone.
 */
export async function consentHash(receipts: readonly string[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(receipts.join('\n')))
  return base64url.encode(new Uint8Array(digest))
}
