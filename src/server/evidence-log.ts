import { base64url } from 'jose'
import { FaceSealError } from '../wire/errors'
import { epochNow } from './digest'
import type { ServerKeys } from './keys'
import { appendLeaf, consistencyProof, frontierRoot, type HashSource, inclusionProof, leafHash } from './merkle'
import type { FaceSealStore, StoredTree, StoreTransaction, TreeGrowth } from './store'
import { signTreeHead } from './tree-head'

/** How a statement is named in the log: RFC 6962 leaf hash over the ASCII bytes of its compact JWS, base64url. */
export async function logEntryOf(statement: string): Promise<string> {
  return base64url.encode(await leafHash(new TextEncoder().encode(statement)))
}

/**
 * L25: this server's statements (countersignatures, deletion receipts) become leaves, within the transaction of their
 * ledger lines. Last in the transaction: every writer waits for the one row that is locked here.
 */
export async function appendToLog(
  transaction: StoreTransaction,
  keys: ServerKeys,
  statements: readonly string[],
): Promise<void> {
  if (statements.length === 0) return
  const tree = await transaction.lockTree()
  let { frontier } = tree
  const growth: TreeGrowth[] = []
  for (const statement of statements) {
    const hash = await leafHash(new TextEncoder().encode(statement))
    const appended = await appendLeaf(frontier, hash)
    growth.push({ leaf: base64url.encode(hash), nodes: appended.nodes })
    frontier = appended.frontier
  }
  await transaction.growTree(growth, { frontier, logId: logIdOf(tree, keys) })
}

/** Store and keys of the evidence log, and the time to put into a signed head. */
export interface LogRequest {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  /** Epoch seconds. */
  readonly now?: number | undefined
}

/** Signed head of the whole log, compact JWS (`verifyTreeHead`). Throws `store_unavailable`. */
export function publishTreeHead({ store, keys, now = epochNow() }: LogRequest): Promise<string> {
  return store.transaction(async (transaction) => signHeadOf(await namedTree(transaction, keys), keys, now))
}

/** Proof that a statement is in the log (RFC 9162). */
export interface InclusionAnswer {
  readonly v: 1
  /** `logEntryOf` a statement. */
  readonly entry: string
  /** Place from 0, in the tree of `treeHead`. */
  readonly index: number
  readonly size: number
  /** From the leaf upwards, base64url. */
  readonly proof: readonly string[]
  /** Compact JWS. */
  readonly treeHead: string
}

/** Proof that a statement is in the log; `undefined` when it is not. Throws `store_unavailable`. */
export function proveInclusion(request: LogRequest & { readonly entry: string }): Promise<InclusionAnswer | undefined> {
  const { store, keys, entry, now = epochNow() } = request
  return store.transaction(async (transaction) => {
    const tree = await namedTree(transaction, keys)
    const found = await inclusionIn(transaction, tree, entry)
    return found && { v: 1, entry, ...found, treeHead: await signHeadOf(tree, keys, now) }
  })
}

/** Proof that the log of `to` leaves continues that of `from`: hashes in base64url (RFC 9162). */
export interface ConsistencyAnswer {
  readonly v: 1
  readonly from: number
  readonly to: number
  readonly proof: readonly string[]
}

/** Proof that the log of `to` leaves continues that of `from`. Throws `request_invalid` for sizes that it never had. */
export function proveConsistency(request: {
  readonly store: FaceSealStore
  readonly from: number
  readonly to: number
}): Promise<ConsistencyAnswer> {
  const { store, from, to } = request
  return store.transaction(async (transaction) => {
    const { frontier } = await transaction.readTree()
    if (to > frontier.size) throw new FaceSealError('request_invalid', { detail: 'to' })
    const proof = await consistencyProof({ source: sourceOf(transaction), from, to })
    return { v: 1, from, to, proof: proof.map((hash) => base64url.encode(hash)) }
  })
}

/** Place and path of an entry in a tree that was read in the same transaction. */
export async function inclusionIn(
  transaction: StoreTransaction,
  { frontier }: StoredTree,
  entry: string,
): Promise<Pick<InclusionAnswer, 'index' | 'size' | 'proof'> | undefined> {
  const index = await transaction.findLeaf(entry)
  const { size } = frontier
  if (index === undefined || index >= size) return undefined // added after the tree was read: the next head has it
  const proof = await inclusionProof({ source: sourceOf(transaction), index, size })
  return { index, size, proof: proof.map((hash) => base64url.encode(hash)) }
}

/** The tree, its name kept before it is first told: a change of key must not look like another log. */
export async function namedTree(transaction: StoreTransaction, keys: ServerKeys): Promise<StoredTree> {
  const tree = await transaction.readTree()
  if (tree.logId !== null) return tree
  const locked = await transaction.lockTree()
  const named = { ...locked, logId: logIdOf(locked, keys) }
  await transaction.growTree([], named)
  return named
}

export async function signHeadOf(tree: StoredTree, keys: ServerKeys, now: number): Promise<string> {
  const { frontier } = tree
  const rootHash = await frontierRoot(frontier)
  return signTreeHead({ key: keys.receipts, logId: logIdOf(tree, keys), treeSize: frontier.size, rootHash, now })
}

function logIdOf({ logId }: StoredTree, keys: ServerKeys): string {
  return logId ?? keys.receipts.thumbprint
}

/** One statement after another: a transaction is one connection, and a proof asks for all its hashes at once. */
function sourceOf(transaction: StoreTransaction): HashSource {
  let queue: Promise<unknown> = Promise.resolve()
  return {
    readHash(level, index) {
      const answer = queue.then(async () => {
        const hash = await transaction.readTreeNode(level, index)
        if (!hash) throw new FaceSealError('store_unavailable', { detail: `tree hash ${level}/${index} is missing` })
        return hash
      })
      queue = answer.catch(() => undefined)
      return answer
    },
  }
}
