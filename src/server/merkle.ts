/** The evidence log: a Merkle tree as RFC 6962 §2.1 hashes it, verified as RFC 9162 §2.1 says. SHA-256 throughout. */
export {
  type Appended,
  appendLeaf,
  emptyFrontier,
  type Frontier,
  frontierRoot,
  type NodeWithHash,
} from './merkle/frontier'
export { emptyRoot, leafHash, nodeHash, type TreeHash } from './merkle/hash'
export {
  type ConsistencyRequest,
  consistencyProof,
  type InclusionRequest,
  inclusionProof,
  treeRoot,
} from './merkle/proof'
export { type HashSource, type NodeAddress, sourceFromLeaves } from './merkle/source'
export { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from './merkle/verify'
