import { calculateJwkThumbprint, type JWK } from 'jose'
import * as v from 'valibot'
import { base64urlOf, epochSeconds, slug } from '../wire/encoding'
import { epochNow } from './digest'
import { generateSigningKey, importServerKeys, importSigningKey, type ServerKeysJSON } from './keys'
import { readSigned, signStatement } from './sign'

export const successionType = 'faceseal-succession+jwt'

/** The last word of a receipts key: which key goes on. */
const successionSchema = v.strictObject({
  v: v.literal(1),
  /** RFC 7638 thumbprint and id of the next key. */
  key: base64urlOf(32),
  kid: slug,
  iat: epochSeconds,
})

/**
 * The same secrets with a new receipts key (ES256). The old one signs who follows it and leaves: its public part stays in
 * `retired` and is published, so that what it countersigned, and the heads of the log that it signed, remain checkable.
 * Throws `configuration_invalid`.
 */
export async function rotateReceiptsKey(json: unknown, now = epochNow()): Promise<ServerKeysJSON> {
  const { receipts: old } = await importServerKeys(json)
  const keys = json as ServerKeysJSON // checked by the import
  const receipts = await generateSigningKey('receipts')
  const { thumbprint: key, kid } = await importSigningKey(receipts)
  const succession = await signStatement(old, successionType, { v: 1, key, kid, iat: now })
  const { x, y } = old.publicJwk as { readonly x: string; readonly y: string }
  const jwk = { kty: 'EC', crv: 'P-256', x, y } as const
  const retired = [...(keys.retired ?? []), { kid: old.kid, jwk, retiredAt: now, succession }]
  return { ...keys, receipts, retired }
}

/**
 * Thumbprints of the keys that may speak for a log, from its first key on: each was named by the one before it. `keys`
 * holds the public keys by `kid`. A succession that does not verify leads nowhere.
 */
export async function keysOfLog(
  logId: string,
  successions: readonly string[],
  keys: readonly JWK[],
): Promise<ReadonlySet<string>> {
  const steps = []
  for (const jws of successions) steps.push(await readSuccession(jws, keys))
  const trusted = new Set([logId])
  for (let grown = true; grown; ) {
    const next = steps.find((step) => step && trusted.has(step.from) && !trusted.has(step.to))
    if (next) trusted.add(next.to)
    grown = next !== undefined
  }
  return trusted
}

async function readSuccession(jws: string, keys: readonly JWK[]) {
  try {
    const { text, jwk } = await readSigned(jws, successionType, keys)
    return { from: await calculateJwkThumbprint(jwk), to: v.parse(successionSchema, JSON.parse(text)).key }
  } catch {
    return undefined
  }
}
