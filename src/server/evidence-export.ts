import { decodeJwt } from 'jose'
import * as v from 'valibot'
import { base64urlOf, epochSeconds, slug } from '../wire/encoding'
import { FaceSealError } from '../wire/errors'
import type { ReceiptPayload } from '../wire/receipt'
import { epochNow, sha256 } from './digest'
import { inclusionIn, logEntryOf, namedTree, proveConsistency, signHeadOf } from './evidence-log'
import { publishedKeys, type ServerKeys } from './keys'
import { signHeadOfChain } from './ledger'
import { signStatement } from './sign'
import type { FaceSealStore, LedgerEntry, StoreTransaction } from './store'
import { verifyTreeHead } from './tree-head'

const compactJws = v.pipe(v.string(), v.maxLength(32_768), v.regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/))
const hash = base64urlOf(32)
const place = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const proof = v.pipe(v.array(hash), v.maxLength(128))
const publicKey = v.looseObject({ kty: v.literal('EC'), crv: v.literal('P-256'), x: hash, y: hash, kid: slug })

/** `typ` of the signed end of a person's chain. */
export const ledgerHeadType = 'faceseal-ledger-head+jwt'
/** The last line: an export that ends earlier was cut. */
export const ledgerHeadSchema = v.strictObject({
  ...{ v: v.literal(1), subject: base64urlOf(16), seq: place, hash, iat: epochSeconds },
})

/**
 * Everything that the backend can show about one person's consents (L25), to be checked without it: `verifyEvidenceExport`.
 * Nothing of a face, and no name: the pseudonym alone (L18, L26).
 */
export const evidenceExportSchema = v.strictObject({
  kind: v.literal('faceseal-evidence'),
  v: v.literal(1),
  subject: base64urlOf(16),
  tenant: slug,
  purpose: slug,
  exportedAt: epochSeconds,
  /** The person's chain from its first line. */
  ledger: v.pipe(
    v.array(
      v.strictObject({
        ...{ seq: place, kind: v.picklist(['receipt', 'deletion']), at: epochSeconds, prev: hash, hash },
        ...{ receipt: compactJws, countersignature: compactJws },
        device: v.nullable(v.strictObject({ thumbprint: hash, sequence: place })),
      }),
    ),
    v.minLength(1),
    v.maxLength(10_000),
  ),
  /** Signed end of this chain, deletions too. */
  ledgerHead: compactJws,
  /** Signed head of the whole log. */
  treeHead: compactJws,
  /** Of each line, in the order of `ledger`; `null` for one from before there was a log. */
  inclusion: v.array(v.nullable(v.strictObject({ index: place, size: place, proof }))),
  /** Signed head of each device's chain. */
  heads: v.array(compactJws),
  /** The backend's public keys, former ones too. A reader compares them with the published ones. */
  keys: v.array(publicKey),
  /** How each receipts key named the next one: leads from the log's first key to the one that signed its head. */
  successions: v.array(compactJws),
  /** SHA-256 (base64url) → the notice text, for those that the integrator gave. */
  notices: v.record(v.string(), v.string()),
  /** That the log of an older head, which the reader kept, only grew. */
  consistency: v.exactOptional(v.strictObject({ older: compactJws, proof })),
})
/** One person's chain of records with all that is needed to check it offline. @interface */
export type EvidenceExport = v.InferOutput<typeof evidenceExportSchema>

/** Whose records to export, with which texts and against which older head. */
export interface EvidenceExportRequest {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  /** Pseudonym. */
  readonly subject: string
  /** Texts of notices as they were shown; those that no record names are left out. */
  readonly notices?: readonly string[] | undefined
  /** An older signed tree head: the export then proves that the log continues it. */
  readonly since?: string | undefined
  /** Epoch seconds. */
  readonly now?: number | undefined
}

/**
 * The records of one person, with every proof that a reader offline needs.
 * Throws `request_invalid` for one without records or an older head that is not this log's, `store_unavailable`.
 */
export async function exportEvidence(request: EvidenceExportRequest): Promise<EvidenceExport> {
  const { store, keys, subject, notices = [], since, now = epochNow() } = request
  const { ledger, tree, treeHead, ...proofs } = await store.transaction(async (transaction) => {
    const lines = await transaction.readLedger(subject)
    const log = await namedTree(transaction, keys)
    const inclusion = []
    for (const { countersignature } of lines) {
      inclusion.push((await inclusionIn(transaction, log, await logEntryOf(countersignature))) ?? null)
    }
    const heads = await headsOf(transaction, keys, lines, now)
    return { ledger: lines, tree: log, inclusion, heads, treeHead: await signHeadOf(log, keys, now) }
  })
  const first = ledger.find(isReceipt)
  if (!first) throw new FaceSealError('request_invalid', { detail: 'subject: no record' })
  const { tenant, purpose } = decodeJwt<ReceiptPayload>(first.receipt) // checked when it was recorded
  const published = publishedKeys(keys)
  const exported: unknown = {
    ...{ kind: 'faceseal-evidence', v: 1, subject, tenant, purpose, exportedAt: now },
    ledger: ledger.map(({ subject: _, ...line }) => line),
    ledgerHead: await signLedgerHead(keys, ledger.at(-1)!, now),
    ...{ treeHead, ...proofs, keys: published, successions: keys.retired.map(({ succession }) => succession) },
    notices: await noticesOf(ledger, notices),
    ...(since !== undefined && { consistency: await continuation(request, tree.logId!, tree.frontier.size, now) }),
  }
  return v.parse(evidenceExportSchema, exported)
}

const isReceipt = ({ kind }: LedgerEntry) => kind === 'receipt'

function signLedgerHead(keys: ServerKeys, { subject, seq, hash }: LedgerEntry, now: number): Promise<string> {
  const head: v.InferOutput<typeof ledgerHeadSchema> = { v: 1, subject, seq, hash, iat: now }
  return signStatement(keys.receipts, ledgerHeadType, head)
}

async function headsOf(
  transaction: StoreTransaction,
  keys: ServerKeys,
  ledger: readonly LedgerEntry[],
  now: number,
): Promise<readonly string[]> {
  const heads = new Map<string, string>()
  for (const { device, receipt } of ledger) {
    if (!device || heads.has(device.thumbprint)) continue
    const last = await transaction.readDeviceChain(device.thumbprint)
    const { tenant } = decodeJwt<ReceiptPayload>(receipt)
    if (last) heads.set(device.thumbprint, await signHeadOfChain(keys, last, tenant, now))
  }
  return [...heads.values()]
}

async function noticesOf(ledger: readonly LedgerEntry[], texts: readonly string[]): Promise<Record<string, string>> {
  const shown = new Set(ledger.filter(isReceipt).map(({ receipt }) => decodeJwt<ReceiptPayload>(receipt).notice))
  const named: [string, string][] = []
  for (const text of texts) named.push([await sha256(new TextEncoder().encode(text)), text])
  return Object.fromEntries(named.filter(([name]) => shown.has(name)))
}

async function continuation({ store, keys, since }: EvidenceExportRequest, logId: string, size: number, now: number) {
  const older = await verifyTreeHead({ head: since!, keys: publishedKeys(keys), expectedLogId: logId, now })
  if (older.treeSize > size) throw new FaceSealError('request_invalid', { detail: 'since: a larger log than this' })
  const answer = await proveConsistency({ store, from: older.treeSize, to: size })
  return { older: since!, proof: answer.proof }
}
