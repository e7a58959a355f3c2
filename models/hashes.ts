import { createHash } from 'node:crypto'

/** SHA-256 in lower-case hex, as in the manifest. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** `sha512-<base64>`: what the npm registry calls `dist.integrity` (W3C Subresource Integrity). */
export function integrityOf(bytes: Uint8Array): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`
}
