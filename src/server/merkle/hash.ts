import { concat } from '../digest'

/** 32 bytes, SHA-256. */
export type TreeHash = Uint8Array<ArrayBuffer>

const leafPrefix = Uint8Array.of(0x00)
const nodePrefix = Uint8Array.of(0x01)

/** MTH({}), RFC 6962 §2.1: SHA-256 of no bytes, the root of a tree without leaves. */
export function emptyRoot(): Promise<TreeHash> {
  return sha256(new Uint8Array())
}

/** RFC 6962 §2.1: SHA-256(0x00 ‖ entry). The prefix keeps a leaf from passing for a node. */
export function leafHash(entry: Uint8Array): Promise<TreeHash> {
  return sha256(concat(leafPrefix, entry))
}

/** RFC 6962 §2.1: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Promise<TreeHash> {
  return sha256(concat(nodePrefix, left, right))
}

/** Roots and proofs are public, so the comparison need not take constant time. */
export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === 32 && other.length === 32 && one.every((byte, index) => byte === other[index])
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<TreeHash> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}
