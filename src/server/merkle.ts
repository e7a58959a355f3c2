/** The evidence log: a Merkle tree as RFC 6962 §2.1 hashes it, verified as RFC 9162 §2.1 says. SHA-256 throughout. */
export {
  appendLeaf,
  emptyFrontier,
  type Frontier,
  frontierRoot,
  type NodeWithHash,
} from './merkle/frontier'
export { leafHash } from './merkle/hash'
export {
  consistencyProof,
  inclusionProof,
  treeRoot,
} from './merkle/proof'
export { type HashSource, sourceFromLeaves } from './merkle/source'
export { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from './merkle/verify'
