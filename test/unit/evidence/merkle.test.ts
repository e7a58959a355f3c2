import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  appendLeaf,
  consistencyProof,
  frontierRoot,
  inclusionProof,
  leafHash,
  sourceFromLeaves,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/server/merkle'
import vectors from '../../vectors/rfc6962.json' with { type: 'json' }
import { bytesOf, entriesOf, flipBit, type GrownTree, growTree, hexOf } from './merkle-tree'

describe('RFC 6962 §2.1, known answers of the certificate-transparency test data', () => {
  let tree: GrownTree
  beforeAll(async () => {
    tree = await growTree(vectors.leaves.map(bytesOf))
  })

  it('roots of zero to eight leaves, from the stored nodes, the leaves and the frontier', async () => {
    for (const [size, root] of vectors.roots.entries()) {
      expect(hexOf(await treeRoot(tree.source, size))).toBe(root)
      expect(hexOf(await treeRoot(tree.fromLeaves, size))).toBe(root)
      expect(hexOf(await frontierRoot(tree.frontiers[size]!))).toBe(root)
    }
  })

  it('inclusion proofs', async () => {
    for (const { index, size, proof } of vectors.inclusion) {
      const made = await inclusionProof({ source: tree.source, index, size })
      expect(made.map(hexOf)).toEqual(proof)
      const root = bytesOf(vectors.roots[size]!)
      const leaf = await leafHash(bytesOf(vectors.leaves[index]!))
      expect(await verifyInclusion({ leaf, index, size, proof: proof.map(bytesOf), root })).toBe(true)
    }
  })

  it('consistency proofs', async () => {
    for (const { from, to, proof } of vectors.consistency) {
      const made = await consistencyProof({ source: tree.source, from, to })
      expect(made.map(hexOf)).toEqual(proof)
      const [fromRoot, toRoot] = [bytesOf(vectors.roots[from]!), bytesOf(vectors.roots[to]!)]
      expect(await verifyConsistency({ from, to, fromRoot, toRoot, proof: proof.map(bytesOf) })).toBe(true)
    }
  })
})

/** MTH by the recursion of RFC 6962 §2.1, on node's own hash: another implementation to compare with. */
function plainRoot(entries: readonly Uint8Array[]): Buffer {
  const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
  if (entries.length === 0) return sha256()
  if (entries.length === 1) return sha256(Buffer.of(0), entries[0]!)
  const split = 2 ** Math.floor(Math.log2(entries.length - 1))
  return sha256(Buffer.of(1), plainRoot(entries.slice(0, split)), plainRoot(entries.slice(split)))
}

describe('trees of up to 64 leaves', () => {
  const most = 64
  const entries = entriesOf(most)
  let tree: GrownTree
  let roots: Uint8Array[]
  beforeAll(async () => {
    tree = await growTree(entries)
    roots = await Promise.all(tree.frontiers.map(frontierRoot))
  })

  it('the frontier, the stored nodes and a plain recursion give the same root', async () => {
    for (let size = 0; size <= most; size += 1) {
      const root = plainRoot(entries.slice(0, size)).toString('hex')
      expect(hexOf(roots[size]!)).toBe(root)
      expect(hexOf(await treeRoot(tree.source, size))).toBe(root)
      expect(hexOf(await treeRoot(tree.fromLeaves, size))).toBe(root)
    }
  })

  it('every leaf is shown to be in every tree that has it, by at most ⌈log2 size⌉ hashes', async () => {
    for (let size = 1; size <= most; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = await inclusionProof({ source: tree.source, index, size })
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)))
        const claim = { leaf: tree.leaves[index]!, index, size, proof, root: roots[size]! }
        expect(await verifyInclusion(claim), `${index} of ${size}`).toBe(true)
      }
    }
  })

  it('all pairs of sizes are consistent', async () => {
    for (let to = 0; to <= most; to += 1) {
      for (let from = 0; from <= to; from += 1) {
        const proof = await consistencyProof({ source: tree.source, from, to })
        const claim = { from, to, fromRoot: roots[from]!, toRoot: roots[to]!, proof }
        expect(await verifyConsistency(claim), `${from} to ${to}`).toBe(true)
      }
    }
  })

  it('an altered inclusion claim fails, whatever was altered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: most }),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        fc.constantFrom('leaf', 'root', 'index', 'size', 'turned', 'dropped', 'added', 'swapped', 'shortened' as const),
        async (size, indexSeed, seed, bit, change) => {
          const index = indexSeed % size
          const proof = [...(await inclusionProof({ source: tree.source, index, size }))]
          const root = roots[size]!
          const claim = { leaf: tree.leaves[index]!, index, size, proof, root }
          const at = seed % Math.max(1, proof.length)
          if (change === 'leaf') claim.leaf = flipBit(claim.leaf, bit)
          if (change === 'root') claim.root = flipBit(claim.root, bit)
          if (change === 'index') claim.index = (index + 1 + (seed % 100)) % 128
          // RFC 9162 binds the size by the root that a signed head names; here the root goes with the size.
          if (change === 'size') Object.assign(claim, withSize(size, seed, roots))
          if (change === 'added') claim.proof = [...proof.slice(0, at), root, ...proof.slice(at)]
          if (proof.length > 0) {
            if (change === 'turned') claim.proof = proof.with(at, flipBit(proof[at]!, bit))
            if (change === 'dropped') claim.proof = proof.toSpliced(at, 1)
            if (change === 'shortened') claim.proof = proof.with(at, proof[at]!.slice(1))
          }
          if (change === 'swapped' && proof.length > 1) claim.proof = proof.toReversed()
          const same =
            claim.index === index &&
            claim.size === size &&
            claim.proof.length === proof.length &&
            claim.proof.every((hash, place) => hash === proof[place]) &&
            claim.leaf === tree.leaves[index] &&
            claim.root === root
          fc.pre(!same)
          expect(await verifyInclusion(claim)).toBe(false)
        },
      ),
      { numRuns: 600 },
    )
  })

  it('an altered consistency claim fails, whatever was altered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: most }),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        fc.constantFrom('fromRoot', 'toRoot', 'roots', 'from', 'to', 'turned', 'dropped', 'added' as const),
        async (to, fromSeed, seed, bit, change) => {
          const from = 1 + (fromSeed % to)
          const proof = [...(await consistencyProof({ source: tree.source, from, to }))]
          const claim = { from, to, fromRoot: roots[from]!, toRoot: roots[to]!, proof }
          const at = seed % Math.max(1, proof.length)
          if (change === 'fromRoot') claim.fromRoot = flipBit(claim.fromRoot, bit)
          if (change === 'toRoot') claim.toRoot = flipBit(claim.toRoot, bit)
          if (change === 'roots') [claim.fromRoot, claim.toRoot] = [claim.toRoot, claim.fromRoot]
          if (change === 'from') claim.from = 1 + ((from + (seed % most)) % most)
          if (change === 'from') claim.fromRoot = roots[claim.from]!
          if (change === 'to') claim.to = 1 + ((to + (seed % most)) % most)
          if (change === 'to') claim.toRoot = roots[claim.to]!
          if (change === 'added') claim.proof = [...proof.slice(0, at), roots[to]!, ...proof.slice(at)]
          if (change === 'turned' && proof.length > 0) claim.proof = proof.with(at, flipBit(proof[at]!, bit))
          if (change === 'dropped' && proof.length > 0) claim.proof = proof.toSpliced(at, 1)
          const same =
            claim.from === from &&
            claim.to === to &&
            claim.proof === proof &&
            claim.fromRoot === roots[from] &&
            claim.toRoot === roots[to]
          // Equal sizes with an empty proof are consistent by themselves.
          fc.pre(
            !same &&
              !(claim.from === claim.to && claim.proof.length === 0 && hexOf(claim.fromRoot) === hexOf(claim.toRoot)),
          )
          expect(await verifyConsistency(claim)).toBe(false)
        },
      ),
      { numRuns: 600 },
    )
  })

  it('a history that was rewritten has no proof', async () => {
    const rewritten = await growTree(entries.with(20, new TextEncoder().encode('another')))
    for (const from of [21, 32, 40, 63]) {
      const proof = await consistencyProof({ source: rewritten.source, from, to: most })
      const toRoot = await frontierRoot(rewritten.frontiers[most]!)
      expect(await verifyConsistency({ from, to: most, fromRoot: roots[from]!, toRoot, proof })).toBe(false)
    }
  })
})

function withSize(size: number, seed: number, roots: readonly Uint8Array[]) {
  const other = 1 + ((size + (seed % 64)) % 64)
  return { size: other, root: roots[other]! }
}

describe('what the tree refuses', () => {
  it('a leaf cannot pass for a node: the prefixes differ', async () => {
    const tree = await growTree(entriesOf(2))
    const joined = Buffer.concat(tree.leaves)
    const root = await frontierRoot(tree.frontiers[2]!)
    expect(await verifyInclusion({ leaf: await leafHash(joined), index: 0, size: 1, proof: [], root })).toBe(false)
  })

  it('the root of a subtree does not stand for the tree: the proof must reach the top', async () => {
    const { source, leaves } = await growTree(entriesOf(8))
    const [two, four] = await Promise.all([treeRoot(source, 2), treeRoot(source, 4)])
    const proof = await inclusionProof({ source, index: 1, size: 4 })
    expect(await verifyInclusion({ leaf: leaves[1]!, index: 1, size: 8, proof, root: four })).toBe(false)
    const growth = await consistencyProof({ source, from: 2, to: 4 })
    expect(await verifyConsistency({ from: 2, to: 8, fromRoot: two, toRoot: four, proof: growth })).toBe(false)
  })

  it('bytes moved from one hash to its neighbour, which the node hash would not notice', async () => {
    const { frontiers, leaves } = await growTree(entriesOf(2))
    const joined = Buffer.concat(leaves)
    const claim = { index: 0, size: 2, root: await frontierRoot(frontiers[2]!) }
    expect(await verifyInclusion({ ...claim, leaf: joined.subarray(0, 32), proof: [joined.subarray(32)] })).toBe(true)
    expect(await verifyInclusion({ ...claim, leaf: joined.subarray(0, 33), proof: [joined.subarray(33)] })).toBe(false)
  })

  it('places and sizes that no tree has', async () => {
    const { source } = await growTree(entriesOf(3))
    for (const [index, size] of [
      [3, 3],
      [-1, 3],
      [0.5, 3],
      [0, 0],
      [0, -1],
      [0, 2 ** 60],
    ] as const) {
      await expect(inclusionProof({ source, index, size })).rejects.toMatchObject({ code: 'request_invalid' })
    }
    await expect(consistencyProof({ source, from: 3, to: 2 })).rejects.toMatchObject({ code: 'request_invalid' })
    const root = new Uint8Array(32)
    for (const size of [0, -1, 1.5, Number.NaN]) {
      expect(await verifyInclusion({ leaf: root, index: 0, size, proof: [], root })).toBe(false)
      expect(await verifyConsistency({ from: size, to: 1, fromRoot: root, toRoot: root, proof: [root] })).toBe(false)
    }
  })

  it('a frontier whose hashes do not fit its size', async () => {
    const { frontiers, leaves } = await growTree(entriesOf(5))
    const broken = { size: 6, hashes: frontiers[4]!.hashes }
    await expect(appendLeaf(broken, leaves[0]!)).rejects.toMatchObject({ code: 'request_invalid', detail: 'frontier' })
    await expect(frontierRoot({ size: 1, hashes: [new Uint8Array(31)] })).rejects.toMatchObject({ detail: 'frontier' })
  })

  it('a source with a gap, and one that gives too few leaves', async () => {
    const gap = { readHash: async () => new Uint8Array() }
    await expect(treeRoot(gap, 4)).rejects.toMatchObject({ code: 'store_unavailable' })
    const short = sourceFromLeaves(async () => [new Uint8Array(32)])
    await expect(treeRoot(short, 4)).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

describe('a log larger than 32 bits can count', () => {
  // Every perfect subtree of one level has the same hash, so a tree of any size can be thought without being built.
  const levelHash = new Map<number, Promise<Uint8Array>>()
  const { nodeOf, source } = uniformTree(levelHash)

  it('proofs verify at 2^40 and around', async () => {
    for (const size of [2 ** 40 - 1, 2 ** 40, 2 ** 40 + 1, 2 ** 49 + 1]) {
      const root = await treeRoot(source, size)
      const index = size - 3
      const proof = await inclusionProof({ source, index, size })
      expect(await verifyInclusion({ leaf: await nodeOf(0), index, size, proof, root })).toBe(true)
      const newer = await treeRoot(source, size + 5)
      const growth = await consistencyProof({ source, from: size, to: size + 5 })
      const claim = { from: size, to: size + 5, fromRoot: root, toRoot: newer, proof: growth }
      expect(await verifyConsistency(claim)).toBe(true)
    }
  })

  it('reads a number of hashes that grows with the logarithm', async () => {
    let reads = 0
    const counting = {
      async readHash(level: number) {
        reads += 1
        return nodeOf(level)
      },
    }
    await inclusionProof({ source: counting, index: 12_345, size: 2 ** 40 - 1 })
    expect(reads).toBeLessThanOrEqual(80)
  })
})

function uniformTree(levels: Map<number, Promise<Uint8Array>>) {
  const nodeOf = (level: number): Promise<Uint8Array> => {
    const known = levels.get(level)
    if (known) return known
    const made = level === 0 ? leafHash(new Uint8Array()) : joined(level)
    levels.set(level, made)
    return made
  }
  const joined = async (level: number) => {
    const half = await nodeOf(level - 1)
    return new Uint8Array(
      createHash('sha256')
        .update(Buffer.concat([Buffer.of(1), half, half]))
        .digest(),
    )
  }
  return { nodeOf, source: { readHash: (level: number) => nodeOf(level) } }
}
