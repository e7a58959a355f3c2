import { nodeHash, sameHash } from './hash'

/** What {@link verifyInclusion} checks: a leaf, its place, the tree's size and root, and the hashes between. */
export interface InclusionClaim {
  /** `leafHash` of the entry. */
  readonly leaf: Uint8Array
  readonly index: number
  readonly size: number
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}

/** RFC 9162 §2.1.3.2. False for whatever does not fit; never throws. */
export async function verifyInclusion({ leaf, index, size, proof, root }: InclusionClaim): Promise<boolean> {
  if (!isSize(size) || !isSize(index) || index >= size || !areHashes([leaf, root, ...proof])) return false
  let [place, last, hash] = [index, size - 1, leaf]
  for (const sibling of proof) {
    if (last === 0) return false
    if (isOdd(place) || place === last) {
      hash = await nodeHash(sibling, hash)
      // On the right edge, the levels at which the node has no sibling are skipped.
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)]
    } else {
      hash = await nodeHash(hash, sibling)
    }
    ;[place, last] = [half(place), half(last)]
  }
  return last === 0 && sameHash(hash, root)
}

/** What {@link verifyConsistency} checks: two sizes, their roots, and the hashes between. */
export interface ConsistencyClaim {
  readonly from: number
  readonly to: number
  readonly fromRoot: Uint8Array
  readonly toRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** RFC 9162 §2.1.4.2. An empty older tree fits every newer one. False for whatever does not fit; never throws. */
export async function verifyConsistency(claim: ConsistencyClaim): Promise<boolean> {
  const { from, to, fromRoot, toRoot, proof } = claim
  if (!isSize(from) || !isSize(to) || from > to || !areHashes([fromRoot, toRoot, ...proof])) return false
  if (from === to) return proof.length === 0 && sameHash(fromRoot, toRoot)
  if (from === 0) return proof.length === 0
  if (proof.length === 0) return false
  // A perfect older tree is a node of the newer one, so the proof leaves it out.
  const path = isPowerOfTwo(from) ? [fromRoot, ...proof] : proof
  let [place, last] = [from - 1, to - 1]
  while (isOdd(place)) [place, last] = [half(place), half(last)]
  let [older, newer] = [path[0]!, path[0]!]
  for (const sibling of path.slice(1)) {
    if (last === 0) return false
    if (isOdd(place) || place === last) {
      ;[older, newer] = await Promise.all([nodeHash(sibling, older), nodeHash(sibling, newer)])
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)]
    } else {
      newer = await nodeHash(newer, sibling)
    }
    ;[place, last] = [half(place), half(last)]
  }
  return last === 0 && sameHash(older, fromRoot) && sameHash(newer, toRoot)
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === 32)
}

// Shifts and masks are 32 bits wide in JavaScript; a log may outgrow that.
function isOdd(value: number): boolean {
  return value % 2 === 1
}

function half(value: number): number {
  return Math.floor(value / 2)
}

/** For `size` > 0. Not by log2, which rounds 2^49 + 1 to 49. */
function isPowerOfTwo(size: number): boolean {
  let odd = size
  while (!isOdd(odd)) odd = half(odd)
  return odd === 1
}
