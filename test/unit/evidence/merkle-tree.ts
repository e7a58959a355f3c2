import {
  appendLeaf,
  emptyFrontier,
  type Frontier,
  type HashSource,
  leafHash,
  sourceFromLeaves,
} from '../../../src/server/merkle'

/** A tree grown leaf by leaf, which keeps what a database would: every completed subtree. */
export interface GrownTree {
  readonly leaves: readonly Uint8Array[]
  readonly frontiers: readonly Frontier[]
  /** Reads the stored nodes. */
  readonly source: HashSource
  /** Reads the leaf hashes only. */
  readonly fromLeaves: HashSource
}

export async function growTree(entries: readonly Uint8Array[]): Promise<GrownTree> {
  const stored = new Map<string, Uint8Array>()
  const leaves: Uint8Array[] = []
  const frontiers: Frontier[] = [emptyFrontier]
  for (const entry of entries) {
    const leaf = await leafHash(entry)
    leaves.push(leaf)
    const { frontier, nodes } = await appendLeaf(frontiers.at(-1)!, leaf)
    frontiers.push(frontier)
    for (const { level, index, hash } of nodes) stored.set(`${level}/${index}`, hash)
  }
  const source = {
    async readHash(level: number, index: number) {
      const hash = stored.get(`${level}/${index}`)
      if (!hash) throw new RangeError(`${level}/${index} was never completed`)
      return hash
    },
  }
  return { leaves, frontiers, source, fromLeaves: sourceFromLeaves(async (from, to) => leaves.slice(from, to)) }
}

/** Distinct entries. */
export function entriesOf(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => new TextEncoder().encode(`entry ${index}`))
}

export const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
export const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

/** The same bytes with one bit turned. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const flipped = new Uint8Array(bytes)
  const place = bit % (bytes.length * 8)
  flipped[place >> 3] = flipped[place >> 3]! ^ (1 << (place & 7))
  return flipped
}
