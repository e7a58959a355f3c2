import { FaceSealError } from '../../wire/errors'
import { emptyRoot } from './hash'
import { type HashSource, splitPoint, subtreeHash } from './source'

/** Root over the first `size` leaves. Throws `store_unavailable`, `request_invalid`. */
export function treeRoot(source: HashSource, size: number): Promise<Uint8Array> {
  checkSize('size', size)
  return size === 0 ? emptyRoot() : subtreeHash(source, 0, size)
}

export interface InclusionRequest {
  readonly source: HashSource
  /** Place of the leaf, from 0. */
  readonly index: number
  readonly size: number
}

/** PATH(m, D[n]), RFC 6962 §2.1.1: at most ⌈log2 size⌉ hashes, from the leaf upwards. Throws `request_invalid`, `store_unavailable`. */
export async function inclusionProof({ source, index, size }: InclusionRequest): Promise<readonly Uint8Array[]> {
  checkSize('size', size)
  checkSize('index', index, size - 1)
  const path: Promise<Uint8Array>[] = []
  let [begin, end] = [0, size]
  while (end - begin > 1) {
    const middle = begin + splitPoint(end - begin)
    path.push(index < middle ? subtreeHash(source, middle, end) : subtreeHash(source, begin, middle))
    if (index < middle) end = middle
    else begin = middle
  }
  return Promise.all(path.reverse())
}

export interface ConsistencyRequest {
  readonly source: HashSource
  /** Sizes of the older and the newer tree. */
  readonly from: number
  readonly to: number
}

/**
 * PROOF(m, D[n]), RFC 6962 §2.1.2: shows that the newer tree starts with the leaves of the older. Empty for equal sizes
 * and from an empty tree. Throws `request_invalid`, `store_unavailable`.
 */
export async function consistencyProof({ source, from, to }: ConsistencyRequest): Promise<readonly Uint8Array[]> {
  checkSize('to', to)
  checkSize('from', from, to)
  if (from === 0) return []
  const proof: Promise<Uint8Array>[] = []
  let [begin, end] = [0, to]
  while (end > from) {
    const middle = begin + splitPoint(end - begin)
    proof.push(from <= middle ? subtreeHash(source, middle, end) : subtreeHash(source, begin, middle))
    if (from <= middle) end = middle
    else begin = middle
  }
  // The older root itself is known to the verifier (b = true); a right part of it is not.
  if (begin > 0) proof.push(subtreeHash(source, begin, end))
  return Promise.all(proof.reverse())
}

function checkSize(field: string, value: number, most = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > most) {
    throw new FaceSealError('request_invalid', { detail: field })
  }
}
