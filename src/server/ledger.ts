import { base64url, calculateJwkThumbprint, decodeProtectedHeader, type JWK } from 'jose'
import * as v from 'valibot'
import { FaceSealError } from '../wire/errors'
import { verifyCompactJws } from '../wire/jws'
import {
  type CountersignaturePayload,
  countersignatureType,
  type HeadPayload,
  headType,
  type ReceiptPayload,
  receiptSchema,
  receiptType,
} from '../wire/receipt'
import { epochNow, jcsBytes, sha256 } from './digest'
import { appendToLog } from './evidence-log'
import type { ServerKeys } from './keys'
import { signStatement } from './sign'
import type { FaceSealStore, LedgerEntry, StoreTransaction } from './store'

/** `prev` of a subject's first line: 32 zero bytes. */
export const ledgerStart = base64url.encode(new Uint8Array(32))

/** Receipts of one device, and what they must fit. */
export interface RecordRequest {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  /** Compact JWS receipts, oldest first. */
  readonly receipts: readonly string[]
  readonly expectedTenant: string
  readonly expectedOrigin: string | readonly string[]
  /** Pseudonym of who is signed in: nobody writes into another person's record. */
  readonly expectedSubject?: string | undefined
  readonly now?: number | undefined
}

/** Countersignatures of receipts that are now in the ledger, and the device's signed head. */
export interface RecordedReceipts {
  /** One for each receipt, in order. */
  readonly countersignatures: readonly string[]
  /** Signed head of the device's chain: a bundle that ends earlier was cut. */
  readonly head: string
}

/**
 * Takes signed receipts into the append-only ledger and countersigns them (L25): each continues its device's chain, by
 * sequence and by the hash of the one before. The same receipt again gets the same countersignature. All or none.
 * Throws `receipt_invalid`, `store_unavailable`.
 */
export async function recordReceipts(request: RecordRequest): Promise<RecordedReceipts> {
  const { store, keys, receipts, now = epochNow() } = request
  if (receipts.length === 0) throw new FaceSealError('receipt_invalid', { detail: 'no receipt' })
  const read = await Promise.all(receipts.map(readReceipt))
  for (const { payload } of read) {
    if (payload.tenant !== request.expectedTenant) throw invalid('tenant')
    if (![request.expectedOrigin].flat().includes(payload.origin)) throw invalid('origin')
    if (request.expectedSubject !== undefined && payload.subject !== request.expectedSubject) throw invalid('subject')
    if (payload.iat > now + 300) throw invalid('iat is in the future')
  }
  return store.transaction(async (transaction) => {
    const countersignatures: string[] = []
    const fresh: string[] = []
    for (const receipt of read) {
      const { countersignature, known } = await appendReceipt(transaction, keys, receipt, now)
      countersignatures.push(countersignature)
      if (!known) fresh.push(countersignature)
    }
    const { payload } = read[read.length - 1]!
    const head = await signHead(transaction, keys, payload, now)
    await appendToLog(transaction, keys, fresh)
    return { countersignatures, head }
  })
}

interface ReadReceipt {
  readonly jws: string
  /** SHA-256 of the compact JWS, base64url. */
  readonly hash: string
  readonly payload: ReceiptPayload
}

/** Checks type, signature and schema of one receipt. Throws `receipt_invalid`. */
export async function readReceipt(jws: string): Promise<ReadReceipt> {
  let bytes: Uint8Array
  let thumbprint: string
  try {
    const { typ, jwk } = decodeProtectedHeader(jws)
    if (typ !== receiptType) throw new TypeError('typ')
    thumbprint = await calculateJwkThumbprint(jwk as JWK)
    bytes = (await verifyCompactJws(jws)).payload
  } catch (cause) {
    throw new FaceSealError('receipt_invalid', { detail: 'the signature does not verify', cause })
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), receiptSchema), new TextDecoder().decode(bytes))
  if (!parsed.success) throw invalid(v.getDotPath(parsed.issues[0]) ?? parsed.issues[0].message)
  if (parsed.output.device !== thumbprint) throw invalid('device')
  return { jws, hash: await sha256(new TextEncoder().encode(jws)), payload: parsed.output }
}

async function appendReceipt(
  transaction: StoreTransaction,
  keys: ServerKeys,
  { jws, hash, payload }: ReadReceipt,
  now: number,
): Promise<{ readonly countersignature: string; readonly known: boolean }> {
  const { device, sequence, previous, id, tenant, subject } = payload
  // the end first: a line that another process adds from here on collides with ours, and this runs again
  const last = await transaction.readDeviceChain(device)
  if (last && sequence <= last.device!.sequence) {
    const known = await transaction.readDeviceChain(device, sequence)
    if (known?.receipt !== jws) throw invalid(`sequence ${sequence} is taken by another receipt`)
    return { countersignature: known.countersignature, known: true }
  }
  const expected = last ? last.device!.sequence + 1 : 0
  if (sequence !== expected) throw invalid(`sequence ${sequence}, expected ${expected}`)
  if (previous !== (last ? await sha256(new TextEncoder().encode(last.receipt)) : null)) throw invalid('previous')
  const statement: CountersignaturePayload = { v: 1, receipt: hash, id, device, sequence, tenant, iat: now }
  const countersignature = await signStatement(keys.receipts, countersignatureType, statement)
  await appendLine(transaction, {
    ...{ subject, kind: 'receipt', at: now, receipt: jws, countersignature },
    device: { thumbprint: device, sequence },
  })
  await keepGrants(transaction, jws, payload)
  return { countersignature, known: false }
}

/** A grant is in force from here; whatever concerns it, signed by the same device, ends it (L10). */
async function keepGrants(transaction: StoreTransaction, jws: string, payload: ReceiptPayload): Promise<void> {
  const { subject, device, id, event, expires, concerns } = payload
  if (event === 'grant' && expires !== null) {
    const added = await transaction.addGrant({ subject, device, id, expiresAt: expires, receipt: jws })
    if (!added) throw invalid('id is taken')
  }
  if (event !== 'grant' && concerns !== undefined) await transaction.endGrant({ device, id: concerns })
}

/**
 * Adds a line to a subject's chain: its hash covers the hash of the line before. The caller puts its server's statement
 * into the log with `appendToLog` at the end of the same transaction.
 */
export async function appendLine(
  transaction: StoreTransaction,
  line: Omit<LedgerEntry, 'seq' | 'prev' | 'hash'>,
): Promise<LedgerEntry> {
  const head = await transaction.readLedgerHead(line.subject)
  const chained = { ...line, seq: (head?.seq ?? 0) + 1, prev: head?.hash ?? ledgerStart }
  const entry: LedgerEntry = { ...chained, hash: await lineHash(chained) }
  await transaction.appendLedger(entry)
  return entry
}

/** SHA-256, base64url, over the JCS of a line without its hash. */
export function lineHash({ subject, seq, kind, at, prev, receipt, countersignature }: Omit<LedgerEntry, 'hash'>) {
  return sha256(jcsBytes({ v: 'faceseal/ledger/v1', subject, seq, kind, at, prev, receipt, countersignature }))
}

/** Checks a subject's chain from its first line. Throws `receipt_invalid` with the line that does not fit. */
export async function verifyLedger(entries: readonly LedgerEntry[]): Promise<void> {
  let prev = ledgerStart
  for (const [index, entry] of entries.entries()) {
    const fits = entry.seq === index + 1 && entry.prev === prev && entry.hash === (await lineHash(entry))
    if (!fits) throw invalid(`ledger line ${index + 1}`)
    prev = entry.hash
  }
}

async function signHead(
  transaction: StoreTransaction,
  keys: ServerKeys,
  { device, tenant }: ReceiptPayload,
  now: number,
) {
  return signHeadOfChain(keys, (await transaction.readDeviceChain(device))!, tenant, now)
}

/**
 * Published head of a device's chain: a bundle that ends before it was cut (L25). `undefined` for a device without
 * records here. Throws `store_unavailable`.
 */
export function publishDeviceHead(request: {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  /** RFC 7638 thumbprint of the device key. */
  readonly device: string
  readonly tenant: string
  readonly now?: number | undefined
}): Promise<string | undefined> {
  const { store, keys, device, tenant, now = epochNow() } = request
  return store.transaction(async (transaction) => {
    const last = await transaction.readDeviceChain(device)
    return last && signHeadOfChain(keys, last, tenant, now)
  })
}

/** Signed head of the chain that ends in `last`, a line of a device. */
export async function signHeadOfChain(
  keys: ServerKeys,
  last: LedgerEntry,
  tenant: string,
  now: number,
): Promise<string> {
  const { thumbprint: device, sequence } = last.device!
  const head: HeadPayload = {
    ...{ v: 1, device, tenant, sequence, iat: now },
    receipt: await sha256(new TextEncoder().encode(last.receipt)),
  }
  return signStatement(keys.receipts, headType, head)
}

function invalid(detail: string): FaceSealError {
  return new FaceSealError('receipt_invalid', { detail })
}
