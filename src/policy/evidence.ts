import { calculateJwkThumbprint, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import * as v from 'valibot'
import { verifyCompactJws } from '../wire/jws'
import {
  type CountersignaturePayload,
  countersignatureSchema,
  countersignatureType,
  type EvidenceBundle,
  evidenceBundleSchema,
  type HeadPayload,
  headSchema,
  headType,
  type ReceiptPayload,
  receiptSchema,
  receiptType,
} from '../wire/receipt'
import { sha256 } from './material'

/** One thing that is wrong with a bundle; `place` is the receipt's position from 0, or `null` for the bundle. */
export interface EvidenceFault {
  readonly place: number | null
  readonly what: string
}

export interface EvidenceReport {
  readonly ok: boolean
  readonly faults: readonly EvidenceFault[]
  readonly receipts: readonly ReceiptPayload[]
  /** Receipts that a backend key of this bundle countersigned. */
  readonly countersigned: number
  /** The published head covers the last receipt, so the tail is whole. */
  readonly tailProved: boolean
  /** Thumbprints of the backend keys that were used: compare them with the published ones. */
  readonly backendKeys: readonly string[]
}

export interface VerifyEvidenceInit {
  /** The head as published by the backend, instead of the bundle's own. */
  readonly head?: string | undefined
  /** The backend's public keys from another source than the bundle. */
  readonly keys?: readonly JWK[] | undefined
}

/**
 * L25: checks a bundle without any network. Finds an edited, dropped, reordered or invented receipt, a notice that is not
 * the one shown, and, by the published head, a cut tail. Never throws for a bad bundle: it lists what is wrong.
 */
export async function verifyEvidence(input: unknown, init: VerifyEvidenceInit = {}): Promise<EvidenceReport> {
  const parsed = v.safeParse(evidenceBundleSchema, unwrap(input))
  if (!parsed.success) {
    const what = `not an evidence bundle: ${v.getDotPath(parsed.issues[0]) ?? parsed.issues[0].message}`
    return {
      ok: false,
      faults: [{ place: null, what }],
      receipts: [],
      countersigned: 0,
      tailProved: false,
      backendKeys: [],
    }
  }
  const bundle = parsed.output
  const faults: EvidenceFault[] = []
  const keys = await readKeys(init.keys ?? (bundle.keys as readonly JWK[] | undefined) ?? [], faults)
  const receipts = await checkChain(bundle, faults)
  await checkNotices(bundle, receipts, faults)
  const countersigned = await checkCountersignatures(bundle, receipts, keys, faults)
  const tailProved = await checkHead(init.head ?? bundle.head, bundle, receipts, keys, faults)
  return {
    ok: faults.length === 0,
    faults,
    receipts,
    countersigned,
    tailProved,
    backendKeys: [...keys.values()].map(({ thumbprint }) => thumbprint),
  }
}

/** The export of the face settings holds the bundle in `evidence`. */
function unwrap(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'evidence' in input ? input.evidence : input
}

async function checkChain(bundle: EvidenceBundle, faults: EvidenceFault[]): Promise<readonly ReceiptPayload[]> {
  const receipts: ReceiptPayload[] = []
  let previous: string | null = null
  for (const [place, { receipt }] of bundle.receipts.entries()) {
    try {
      const payload = await readReceipt(receipt)
      if (payload.sequence !== place)
        faults.push({
          place,
          what: `sequence ${payload.sequence} where ${place} belongs: one was dropped, added or moved`,
        })
      if (payload.previous !== previous)
        faults.push({ place, what: 'does not follow the receipt before it: one was changed, dropped or moved' })
      const first = receipts[0]
      if (first && payload.device !== first.device)
        faults.push({ place, what: 'signed by another device key than the first' })
      if (
        first &&
        (payload.subject !== first.subject || payload.tenant !== first.tenant || payload.purpose !== first.purpose)
      ) {
        faults.push({ place, what: 'of another person, service or purpose than the first' })
      }
      receipts.push(payload)
    } catch (cause) {
      faults.push({ place, what: `not a genuine receipt: ${cause instanceof Error ? cause.message : 'unreadable'}` })
    }
    previous = await sha256(receipt)
  }
  return receipts
}

async function readReceipt(jws: string): Promise<ReceiptPayload> {
  const { typ, jwk } = decodeProtectedHeader(jws)
  if (typ !== receiptType || !jwk) throw new Error('another type of statement')
  const { payload } = await verifyCompactJws(jws)
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), receiptSchema), new TextDecoder().decode(payload))
  if (!parsed.success) throw new Error(v.getDotPath(parsed.issues[0]) ?? 'shape')
  if (parsed.output.device !== (await calculateJwkThumbprint(jwk))) throw new Error('device is not the key that signed')
  return parsed.output
}

async function checkNotices(
  bundle: EvidenceBundle,
  receipts: readonly ReceiptPayload[],
  faults: EvidenceFault[],
): Promise<void> {
  for (const [hash, text] of Object.entries(bundle.notices)) {
    if ((await sha256(text)) !== hash)
      faults.push({ place: null, what: `notice ${hash} is not the text that was shown` })
  }
  for (const { notice, sequence } of receipts) {
    if (notice !== null && bundle.notices[notice] === undefined)
      faults.push({ place: sequence, what: `the text of notice ${notice} is missing` })
  }
}

interface BackendKey {
  readonly key: CryptoKeyLike
  readonly thumbprint: string
}
type CryptoKeyLike = Awaited<ReturnType<typeof importJWK>>

async function readKeys(jwks: readonly JWK[], faults: EvidenceFault[]): Promise<ReadonlyMap<string, BackendKey>> {
  const keys = new Map<string, BackendKey>()
  for (const jwk of jwks) {
    if (!jwk.kid) continue
    try {
      keys.set(jwk.kid, { key: await importJWK(jwk, 'ES256'), thumbprint: await calculateJwkThumbprint(jwk) })
    } catch (cause) {
      faults.push({ place: null, what: `key ${jwk.kid}: ${cause instanceof Error ? cause.message : 'unreadable'}` })
    }
  }
  return keys
}

async function checkCountersignatures(
  bundle: EvidenceBundle,
  receipts: readonly ReceiptPayload[],
  keys: ReadonlyMap<string, BackendKey>,
  faults: EvidenceFault[],
): Promise<number> {
  let count = 0
  for (const [place, { receipt, countersignature }] of bundle.receipts.entries()) {
    if (!countersignature || keys.size === 0) continue
    try {
      const statement = await readSigned<CountersignaturePayload>(
        countersignature,
        countersignatureType,
        countersignatureSchema,
        keys,
      )
      if (statement.receipt !== (await sha256(receipt))) throw new Error('it is for another receipt')
      if (statement.sequence !== receipts[place]?.sequence) throw new Error('it is for another place')
      count += 1
    } catch (cause) {
      faults.push({ place, what: `countersignature: ${cause instanceof Error ? cause.message : 'unreadable'}` })
    }
  }
  return count
}

async function checkHead(
  head: string | undefined,
  bundle: EvidenceBundle,
  receipts: readonly ReceiptPayload[],
  keys: ReadonlyMap<string, BackendKey>,
  faults: EvidenceFault[],
): Promise<boolean> {
  if (head === undefined || keys.size === 0) return false
  try {
    const published = await readSigned<HeadPayload>(head, headType, headSchema, keys)
    if (published.device !== receipts[0]?.device) throw new Error('it is for another chain')
    const covered = bundle.receipts[published.sequence]
    if (!covered)
      throw new Error(
        `it names receipt ${published.sequence}, the bundle ends at ${bundle.receipts.length - 1}: the tail was cut`,
      )
    if ((await sha256(covered.receipt)) !== published.receipt)
      throw new Error(`receipt ${published.sequence} is not the one that was published`)
    return published.sequence === bundle.receipts.length - 1
  } catch (cause) {
    faults.push({ place: null, what: `published head: ${cause instanceof Error ? cause.message : 'unreadable'}` })
    return false
  }
}

async function readSigned<T>(
  jws: string,
  type: string,
  schema: v.GenericSchema<unknown, T>,
  keys: ReadonlyMap<string, BackendKey>,
): Promise<T> {
  const { typ, kid } = decodeProtectedHeader(jws)
  if (typ !== type) throw new Error('another type of statement')
  const known = kid === undefined ? undefined : keys.get(kid)
  if (!known) throw new Error('signed by a key that is not given')
  const { payload } = await verifyCompactJws(jws, known.key)
  return v.parse(schema, JSON.parse(new TextDecoder().decode(payload)))
}
