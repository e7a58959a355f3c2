import { base64url, type JWK } from 'jose'
import * as v from 'valibot'
import { base64urlOf, epochSeconds } from '../wire/encoding'
import { FaceSealError } from '../wire/errors'
import { epochNow } from './digest'
import type { SigningKey } from './keys'
import { verifyConsistency } from './merkle'
import { readSigned, signStatement } from './sign'

export const treeHeadType = 'faceseal-tree-head+jwt'

/** What the log says of itself at a time: after RFC 6962 §3.5, as a JWS. */
export const treeHeadSchema = v.strictObject({
  v: v.literal(1),
  /** Names the log, over every change of its key: the RFC 7638 thumbprint of its first key. */
  logId: base64urlOf(32),
  treeSize: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  rootHash: base64urlOf(32),
  time: epochSeconds,
})
/** Size and root of the evidence log at a time. @interface */
export type TreeHead = v.InferOutput<typeof treeHeadSchema>

export interface TreeHeadRequest {
  readonly key: SigningKey
  readonly logId: string
  readonly treeSize: number
  /** 32 bytes, from `frontierRoot` or `treeRoot`. */
  readonly rootHash: Uint8Array
  /** Epoch seconds. */
  readonly now?: number | undefined
}

/** Compact JWS, ES256, over the JCS bytes of a `TreeHead`. Throws `request_invalid`. */
export async function signTreeHead({
  key,
  logId,
  treeSize,
  rootHash,
  now = epochNow(),
}: TreeHeadRequest): Promise<string> {
  const head = { v: 1, logId, treeSize, rootHash: base64url.encode(rootHash), time: now }
  const parsed = v.safeParse(treeHeadSchema, head)
  if (!parsed.success) throw new FaceSealError('request_invalid', { detail: v.getDotPath(parsed.issues[0]) ?? 'head' })
  return signStatement(key, treeHeadType, parsed.output)
}

/** A signed head and the keys, log and time to check it against. */
export interface TreeHeadVerification {
  /** Compact JWS. */
  readonly head: string
  /** Public keys of the log, by `kid`, old ones too. */
  readonly keys: readonly JWK[]
  readonly expectedLogId: string
  /** Epoch seconds; a head more than five minutes ahead of it is refused. */
  readonly now?: number | undefined
}

/** Checks type, key, signature, schema, log and clock. Throws `receipt_invalid`. */
export async function verifyTreeHead(verification: TreeHeadVerification): Promise<TreeHead> {
  const { head, keys, expectedLogId, now = epochNow() } = verification
  const read = await readTreeHead(head, keys)
  if (read.logId !== expectedLogId) throw invalid('of another log')
  if (read.time > now + 300) throw invalid('is from the future')
  return read
}

/** Checks type, key, signature and schema alone: for a reader who does not know yet which log it is. Throws `receipt_invalid`. */
export async function readTreeHead(head: string, keys: readonly JWK[]): Promise<TreeHead> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), treeHeadSchema), await signedText(head, keys))
  if (!parsed.success) throw invalid(v.getDotPath(parsed.issues[0]) ?? 'not JSON')
  return parsed.output
}

async function signedText(head: string, keys: readonly JWK[]): Promise<string> {
  try {
    return (await readSigned(head, treeHeadType, keys)).text
  } catch (cause) {
    throw invalid('signature', cause)
  }
}

export interface GrowthClaim {
  readonly older: TreeHead
  readonly newer: TreeHead
  /** From `consistencyProof`. */
  readonly proof: readonly Uint8Array[]
}

/**
 * True when the newer head continues the older one: same log, nothing rewritten, time not running back. Two heads of
 * one log for which no proof can be made are evidence of a forked log.
 */
export async function continuesTreeHead({ older, newer, proof }: GrowthClaim): Promise<boolean> {
  if (older.logId !== newer.logId || newer.time < older.time) return false
  const [fromRoot, toRoot] = [base64url.decode(older.rootHash), base64url.decode(newer.rootHash)]
  return verifyConsistency({ from: older.treeSize, to: newer.treeSize, fromRoot, toRoot, proof })
}

function invalid(what: string, cause?: unknown): FaceSealError {
  const detail = `tree head: ${what}`
  return new FaceSealError('receipt_invalid', cause === undefined ? { detail } : { detail, cause })
}
