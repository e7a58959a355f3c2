import canonicalize from 'canonicalize'
import { base64url } from 'jose'
import type { PolicyConfiguration } from './schema'

/** L22: what a person agreed to. A change of any of these voids a standing grant. */
export const materialFields = [
  'processor',
  'purpose',
  'method',
  'collected',
  'retention',
  'recipients',
  'necessity',
  'risks',
  'rights',
  'fullRules',
  'packs',
  'revocable',
] as const satisfies readonly (keyof PolicyConfiguration)[]

/** SHA-256, base64url, of the JCS (RFC 8785) bytes of the material fields. Wants a parsed configuration. */
export async function policyHash(configuration: PolicyConfiguration): Promise<string> {
  const material = Object.fromEntries(materialFields.map((field) => [field, configuration[field]]))
  return sha256(canonicalize(material) ?? '')
}

/** SHA-256 of UTF-8 text, base64url. */
export async function sha256(text: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}
