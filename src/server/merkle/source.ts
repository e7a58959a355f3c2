import { FaceSealError } from '../../wire/errors'
import { nodeHash, type TreeHash } from './hash'

/** Where a perfect subtree sits: it covers the leaves from `index * 2 ** level`, `2 ** level` of them. */
export interface NodeAddress {
  /** 0 for a leaf. */
  readonly level: number
  readonly index: number
}

/** What a database keeps of the tree: the hash of each perfect subtree. `appendLeaf` says which ones to write. */
export interface HashSource {
  readHash(level: number, index: number): Promise<Uint8Array>
}

/** A source that holds leaf hashes alone and hashes upwards: `leafHashes(from, to)` gives those of [from, to). */
export function sourceFromLeaves(leafHashes: (from: number, to: number) => Promise<readonly Uint8Array[]>): HashSource {
  return {
    async readHash(level, index) {
      const width = 2 ** level
      const leaves = await leafHashes(index * width, (index + 1) * width)
      if (leaves.length !== width) throw missing(level, index)
      let row = leaves
      while (row.length > 1) row = await hashPairs(row)
      return row[0]!
    },
  }
}

function hashPairs(row: readonly Uint8Array[]): Promise<TreeHash[]> {
  return Promise.all(Array.from({ length: row.length / 2 }, (_, pair) => nodeHash(row[2 * pair]!, row[2 * pair + 1]!)))
}

/** MTH(D[begin:end]), RFC 6962 §2.1. `begin` is a multiple of the largest power of two below the width. */
export async function subtreeHash(source: HashSource, begin: number, end: number): Promise<Uint8Array> {
  const width = end - begin
  const split = splitPoint(width)
  if (width === 1 || width === 2 * split) {
    const level = Math.round(Math.log2(width))
    const hash = await source.readHash(level, begin / width)
    if (hash?.length !== 32) throw missing(level, begin / width)
    return hash
  }
  const [left, right] = await Promise.all([
    subtreeHash(source, begin, begin + split),
    subtreeHash(source, begin + split, end),
  ])
  return nodeHash(left, right)
}

/** k of RFC 6962 §2.1: the largest power of two smaller than `width`. In doubles, exact below 2^53. */
export function splitPoint(width: number): number {
  let split = 1
  while (split * 2 < width) split *= 2
  return split
}

function missing(level: number, index: number): FaceSealError {
  return new FaceSealError('store_unavailable', { detail: `tree hash ${level}/${index} is missing` })
}
