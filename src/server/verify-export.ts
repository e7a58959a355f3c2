import { base64url, calculateJwkThumbprint, type JWK } from 'jose'
import * as v from 'valibot'
import { deletionReceiptSchema, deletionReceiptType } from '../wire/deletion-receipt'
import {
  countersignatureSchema,
  countersignatureType,
  headSchema,
  headType,
  type ReceiptPayload,
} from '../wire/receipt'
import { sha256 } from './digest'
import { type EvidenceExport, evidenceExportSchema, ledgerHeadSchema, ledgerHeadType } from './evidence-export'
import { logEntryOf } from './evidence-log'
import { lineHash, readReceipt, verifyLedger } from './ledger'
import { verifyInclusion } from './merkle'
import { readSigned } from './sign'
import { keysOfLog } from './succession'
import { continuesTreeHead, readTreeHead, type TreeHead, treeHeadType, verifyTreeHead } from './tree-head'

/** One thing that is wrong; `line` is the ledger's `seq`, from 1, or `null` for the export as a whole. */
export interface ExportFault {
  readonly line: number | null
  readonly what: string
}

/** A line of the person's chain, as far as it could be read. */
export interface ExportLine {
  readonly seq: number
  readonly at: number
  readonly receipt: ReceiptPayload | null
  /** Status of a deletion. */
  readonly deletion: 'done' | 'partial' | null
  /** Its statement is in the log of the signed head. */
  readonly inLog: boolean
}

/** What the check of an export found: faults, each line, and what was not proved. */
export interface ExportReport {
  readonly ok: boolean
  readonly faults: readonly ExportFault[]
  readonly lines: readonly ExportLine[]
  readonly treeHead: TreeHead | null
  /** Devices whose chain ends where its signed head says. */
  readonly tailsProved: number
  readonly devices: number
  /** Hashes of notices whose text is not in the export. */
  readonly noticesMissing: readonly string[]
  /** The log only grew since the reader's older head; `null` where none was given. */
  readonly continues: boolean | null
  /** Thumbprints of the backend's keys: compare them, and the log's name, with the published ones. */
  readonly backendKeys: readonly string[]
}

/** What the reader of an export brings along: keys and an older head from another source. */
export interface VerifyExportInit {
  /** The backend's public keys from another source than the export. */
  readonly keys?: readonly JWK[] | undefined
  /** An older signed tree head that the reader kept. */
  readonly since?: string | undefined
  /** Epoch seconds. */
  readonly now?: number | undefined
}

/** What the checks share. */
interface Reading {
  readonly exported: EvidenceExport
  readonly keys: readonly JWK[]
  readonly now: number | undefined
  readonly fault: (what: string, line?: number) => void
}

/**
 * L25: checks an export of `exportEvidence` without any network: the person's chain, every signature and
 * countersignature, that each statement is in the log of a signed head, that no chain was cut, and, with an older head,
 * that the log only grew. Never throws for a bad export: it lists what is wrong.
 */
export async function verifyEvidenceExport(input: unknown, init: VerifyExportInit = {}): Promise<ExportReport> {
  const parsed = v.safeParse(evidenceExportSchema, input)
  if (!parsed.success) {
    const what = `not an export of evidence: ${v.getDotPath(parsed.issues[0]) ?? parsed.issues[0].message}`
    const nothing = { treeHead: null, tailsProved: 0, devices: 0, noticesMissing: [], continues: null, backendKeys: [] }
    return { ok: false, faults: [{ line: null, what }], lines: [], ...nothing }
  }
  const faults: ExportFault[] = []
  const exported = parsed.output
  const fault = (what: string, line: number | null = null) => void faults.push({ line, what })
  const reading = { exported, keys: init.keys ?? (exported.keys as readonly JWK[]), now: init.now, fault }
  await checkChain(reading)
  await attempt(reading, 'end of the chain', () => checkEnd(reading))
  const treeHead = (await attempt(reading, 'tree head', () => checkTreeHead(reading))) ?? null
  const lines = await checkLines(reading, treeHead)
  const receipts = lines.flatMap(({ receipt }) => receipt ?? [])
  await checkDevices(reading, lines)
  const continues = init.since === undefined ? null : await checkGrowth(reading, treeHead, init.since)
  const tailsProved = await checkTails(reading)
  const noticesMissing = await checkNotices(reading, receipts)
  return {
    ...{ ok: faults.length === 0, faults, lines, treeHead, tailsProved, noticesMissing, continues },
    devices: new Set(receipts.map(({ device }) => device)).size,
    backendKeys: await Promise.all(reading.keys.map((jwk) => calculateJwkThumbprint(jwk))),
  }
}

async function checkChain({ exported: { ledger, subject }, fault }: Reading): Promise<void> {
  const entries = ledger.map((line) => ({ ...line, subject }))
  await verifyLedger(entries).catch(async () => {
    for (const [index, entry] of entries.entries()) {
      const follows = entry.seq === index + 1 && (index === 0 || entry.prev === entries[index - 1]!.hash)
      if (!follows) fault('does not follow the line before it: one was dropped, added or moved', entry.seq)
      else if (entry.hash !== (await lineHash(entry))) fault('was changed: its hash is another', entry.seq)
    }
    if (entries[0]?.prev !== base64url.encode(new Uint8Array(32))) fault('is not the first line of the chain', 1)
  })
}

async function checkEnd({ exported: { ledger, ledgerHead, subject }, keys }: Reading): Promise<void> {
  const { text } = await readSigned(ledgerHead, ledgerHeadType, keys)
  const head = v.parse(ledgerHeadSchema, JSON.parse(text))
  if (head.subject !== subject) throw new TypeError('of another person')
  const last = ledger.at(-1)!
  if (head.seq !== last.seq || head.hash !== last.hash)
    throw new TypeError(`line ${head.seq} is the last: the tail was cut`)
}

async function checkTreeHead({ exported, keys, now, fault }: Reading): Promise<TreeHead> {
  const claimed = await readTreeHead(exported.treeHead, keys)
  const head = await verifyTreeHead({ head: exported.treeHead, keys, expectedLogId: claimed.logId, now })
  const { jwk } = await readSigned(exported.treeHead, treeHeadType, keys)
  const trusted = await keysOfLog(head.logId, exported.successions, keys)
  if (!trusted.has(await calculateJwkThumbprint(jwk))) {
    fault('tree head: no succession leads from the first key of the log to the one that signed')
  }
  return head
}

async function checkLines(reading: Reading, treeHead: TreeHead | null): Promise<readonly ExportLine[]> {
  const { ledger, inclusion } = reading.exported
  const lines: ExportLine[] = []
  for (const [index, line] of ledger.entries()) {
    const { seq, at, kind } = line
    const receipt =
      kind === 'receipt' ? await attempt(reading, 'receipt', () => checkReceipt(reading, line), seq) : null
    const deletion =
      kind === 'deletion' ? await attempt(reading, 'deletion', () => checkDeletion(reading, line), seq) : null
    const place = inclusion[index]
    const inLog = place != null && treeHead !== null && (await isIncluded(line.countersignature, place, treeHead))
    if (place === undefined) reading.fault('no word on its place in the log', seq)
    if (place && treeHead && !inLog) reading.fault('its statement is not in the log that the head signs', seq)
    lines.push({ seq, at, receipt: receipt ?? null, deletion: deletion ?? null, inLog })
  }
  return lines
}

type Line = EvidenceExport['ledger'][number]

async function checkReceipt({ exported, keys }: Reading, line: Line): Promise<ReceiptPayload> {
  const { hash, payload } = await readReceipt(line.receipt)
  const { subject, tenant, purpose, device, sequence } = payload
  if (subject !== exported.subject || tenant !== exported.tenant || purpose !== exported.purpose) {
    throw new TypeError('of another person, service or purpose')
  }
  if (line.device?.thumbprint !== device || line.device.sequence !== sequence) throw new TypeError('of another device')
  const { text } = await readSigned(line.countersignature, countersignatureType, keys)
  const statement = v.parse(countersignatureSchema, JSON.parse(text))
  const fits = statement.receipt === hash && statement.device === device && statement.sequence === sequence
  if (!fits) throw new TypeError('countersigned for another one')
  return payload
}

async function checkDeletion({ exported, keys }: Reading, line: Line): Promise<'done' | 'partial'> {
  if (line.receipt !== line.countersignature || line.device) throw new TypeError('signed by another than the backend')
  const { text } = await readSigned(line.receipt, deletionReceiptType, keys)
  const { subject, status } = v.parse(deletionReceiptSchema, JSON.parse(text))
  if (subject !== exported.subject) throw new TypeError('of another person')
  return status
}

async function isIncluded(
  statement: string,
  { index, size, proof }: NonNullable<EvidenceExport['inclusion'][number]>,
  { treeSize, rootHash }: TreeHead,
): Promise<boolean> {
  const leaf = base64url.decode(await logEntryOf(statement))
  const hashes = proof.map((hash) => base64url.decode(hash))
  return size === treeSize && verifyInclusion({ leaf, index, size, proof: hashes, root: base64url.decode(rootHash) })
}

/** Within a device the receipts count from 0 without a gap, each naming the hash of the one before. */
async function checkDevices({ exported, fault }: Reading, lines: readonly ExportLine[]): Promise<void> {
  const last = new Map<string, { readonly sequence: number; readonly hash: string }>()
  for (const [index, { seq, receipt }] of lines.entries()) {
    if (!receipt) continue
    const { device, sequence, previous } = receipt
    const before = last.get(device)
    const expected = before ? before.sequence + 1 : 0
    if (sequence !== expected) fault(`sequence ${sequence} of its device where ${expected} belongs`, seq)
    else if (previous !== (before?.hash ?? null)) fault('does not follow the receipt of its device before it', seq)
    last.set(device, { sequence, hash: await hashOf(exported.ledger[index]!.receipt) })
  }
}

async function checkTails(reading: Reading): Promise<number> {
  const { heads, ledger } = reading.exported
  const open = new Set(ledger.flatMap(({ device }) => device?.thumbprint ?? []))
  const devices = open.size
  for (const jws of heads) {
    const device = await attempt(reading, 'head of a chain', async () => {
      const { text } = await readSigned(jws, headType, reading.keys)
      const head = v.parse(headSchema, JSON.parse(text))
      const last = ledger.findLast((line) => line.device?.thumbprint === head.device)
      if (last?.device?.sequence !== head.sequence || (await hashOf(last.receipt)) !== head.receipt) {
        throw new TypeError(`it names receipt ${head.sequence} of its device as the last: the tail was cut or changed`)
      }
      return head.device
    })
    if (device !== undefined) open.delete(device)
  }
  // by name, not by number: the head of one device says nothing of another
  if (open.size > 0) reading.fault('the head of a device’s chain is missing')
  return devices - open.size
}

async function checkNotices({ exported, fault }: Reading, receipts: readonly ReceiptPayload[]) {
  for (const [name, text] of Object.entries(exported.notices)) {
    if ((await hashOf(text)) !== name) fault(`notice ${name} is not the text that was shown`)
  }
  const named = new Set(receipts.flatMap(({ notice }) => notice ?? []))
  return [...named].filter((notice) => !Object.hasOwn(exported.notices, notice))
}

async function checkGrowth(reading: Reading, newer: TreeHead | null, since: string): Promise<boolean> {
  const { exported, keys, now, fault } = reading
  const { consistency } = exported
  const grown = await attempt(reading, 'older head', async () => {
    if (!newer) return false
    const older = await verifyTreeHead({ head: since, keys, expectedLogId: newer.logId, now })
    const same = older.treeSize === newer.treeSize
    const provedFrom = consistency && (await readTreeHead(consistency.older, keys))
    if (!same && provedFrom?.treeSize !== older.treeSize) {
      throw new TypeError(`the export has no proof from ${older.treeSize} entries: export it again with --since`)
    }
    const proof = same ? [] : (consistency?.proof ?? []).map((hash) => base64url.decode(hash))
    return continuesTreeHead({ older, newer, proof })
  })
  if (grown === false) fault('older head: the log does not continue it. Two signed heads that contradict are evidence')
  return grown === true
}

function hashOf(text: string): Promise<string> {
  return sha256(new TextEncoder().encode(text))
}

/** What fails becomes a fault. */
async function attempt<T>({ fault }: Reading, what: string, work: () => Promise<T>, line?: number) {
  try {
    return await work()
  } catch (cause) {
    fault(`${what}: ${cause instanceof Error ? cause.message : 'unreadable'}`, line)
    return undefined
  }
}
