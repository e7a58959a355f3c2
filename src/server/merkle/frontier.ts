import { FaceSealError } from '../../wire/errors'
import { emptyRoot, nodeHash } from './hash'
import type { NodeAddress } from './source'

/**
 * All that appending needs of a tree: the roots of its perfect subtrees, widest first, one for each bit set in `size`
 * (a compact range). At most 53 hashes, so it fits in one row beside the tree head.
 */
export interface Frontier {
  readonly size: number
  readonly hashes: readonly Uint8Array[]
}

export const emptyFrontier: Frontier = { size: 0, hashes: [] }

export interface NodeWithHash extends NodeAddress {
  readonly hash: Uint8Array
}

export interface Appended {
  readonly frontier: Frontier
  /** Subtrees that this leaf completed, the leaf first: what a `HashSource` has to keep. Two per leaf on average. */
  readonly nodes: readonly NodeWithHash[]
}

/** Adds one leaf by its hash. Throws `request_invalid` for a frontier that is none. */
export async function appendLeaf(frontier: Frontier, leaf: Uint8Array): Promise<Appended> {
  checkFrontier(frontier)
  const hashes = [...frontier.hashes]
  let node: NodeWithHash = { level: 0, index: frontier.size, hash: leaf }
  const nodes = [node]
  while (node.index % 2 === 1) {
    node = { level: node.level + 1, index: (node.index - 1) / 2, hash: await nodeHash(hashes.pop()!, node.hash) }
    nodes.push(node)
  }
  return { frontier: { size: frontier.size + 1, hashes: [...hashes, node.hash] }, nodes }
}

/** MTH of the tree, RFC 6962 §2.1: the subtrees folded from the narrowest. Throws `request_invalid`. */
export async function frontierRoot(frontier: Frontier): Promise<Uint8Array> {
  checkFrontier(frontier)
  const narrowest = frontier.hashes.at(-1)
  if (!narrowest) return emptyRoot()
  let root = narrowest
  for (const left of frontier.hashes.slice(0, -1).reverse()) root = await nodeHash(left, root)
  return root
}

function checkFrontier({ size, hashes }: Frontier): void {
  const fits = Number.isSafeInteger(size) && size >= 0 && hashes.length === bitsSet(size)
  if (!fits || hashes.some((hash) => hash.length !== 32)) {
    throw new FaceSealError('request_invalid', { detail: 'frontier' })
  }
}

function bitsSet(size: number): number {
  return size.toString(2).replaceAll('0', '').length
}
