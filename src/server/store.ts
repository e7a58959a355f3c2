import type { CeremonyKind, EmbedderName, SealSuite, TemplateBits } from '../wire/ceremony-options'
import type { LivenessOptions } from '../wire/liveness'
import type { StoreOutcome } from '../wire/receipt'
import type { Frontier, NodeWithHash } from './merkle'

/** What a challenge promised; the answer has to agree with every field. */
export interface Challenge {
  readonly sid: string
  readonly nonce: string
  readonly kind: CeremonyKind
  readonly tenant: string
  readonly origin: string
  readonly purpose: string
  readonly subject: string
  /** For `enrol` the new salt, for `verify` the enrolled one (or a decoy). */
  readonly subjectSalt: string
  readonly embedder: EmbedderName
  readonly bits: TemplateBits
  readonly suite: SealSuite
  readonly kid: string
  /** SHA-256, base64url, over the JCS bytes of the policy that was signed. */
  readonly policyHash: string
  readonly liveness: LivenessOptions
  /** For `enrol`: end of the retention that the policy promised (L29). */
  readonly retainUntil: number | null
  /** Epoch seconds. */
  readonly issuedAt: number
  readonly expiresAt: number
}

/** A template at rest: AES-GCM under a key that dies with `keySeed` (L11, L17). */
export interface TemplateAtRest {
  /** Ring key that, with the seed, gives the record key. */
  readonly kid: string
  /** 32 bytes, kept in another table than the ciphertext; deleting them makes the ciphertext useless. */
  readonly keySeed: Uint8Array<ArrayBuffer>
  readonly iv: Uint8Array<ArrayBuffer>
  readonly ciphertext: Uint8Array<ArrayBuffer>
}

/** One live enrolment per subject: a renewal replaces it. */
export interface Enrolment {
  readonly subject: string
  readonly tenant: string
  readonly purpose: string
  /** `local`: the template never left the device; only its device key is known here (O19 art. 8). */
  readonly delivery: 'sealed' | 'local'
  readonly subjectSalt: string
  readonly embedder: EmbedderName
  readonly model: string
  readonly bits: TemplateBits
  /** RFC 7638 thumbprint of the device key, and the key, 65 bytes uncompressed. */
  readonly device: string
  readonly devicePublicKey: Uint8Array<ArrayBuffer>
  readonly consent: string
  readonly template: TemplateAtRest | null
  readonly enrolledAt: number
  readonly lastUsedAt: number
  /** After this it no longer verifies, and the expiry job deletes it (L29). */
  readonly retainUntil: number
}

/** Failures of one subject, device or address. */
export interface Throttle {
  readonly failures: number
  /** Epoch seconds; 0 when free. */
  readonly lockedUntil: number
  /** Epoch seconds; from then on it counts as zero, and the expiry job deletes it. */
  readonly expiresAt: number
}

/** A line of a subject's append-only ledger (L25). */
export interface LedgerEntry {
  readonly subject: string
  /** 1, 2, 3 … without gaps within the subject. */
  readonly seq: number
  /** `receipt`: signed by the device. `deletion`: signed by this server. */
  readonly kind: 'receipt' | 'deletion'
  readonly at: number
  /** Hash of the line before, base64url; 32 zero bytes for the first. */
  readonly prev: string
  readonly hash: string
  /** Compact JWS as it came. */
  readonly receipt: string
  /** Compact JWS of this server; for a deletion the receipt itself is the server's. */
  readonly countersignature: string
  /** Chain of the device key that signed: its thumbprint and the place in it. `null` for a deletion. */
  readonly device: { readonly thumbprint: string; readonly sequence: number } | null
}

/** A recorded consent that is in force: gone when it is used up, withdrawn or past its end. */
export interface LiveGrant {
  readonly subject: string
  /** Thumbprint of the device key that signed, and the receipt's own id: together its name. */
  readonly device: string
  readonly id: string
  readonly expiresAt: number
  /** Compact JWS, as in the ledger. */
  readonly receipt: string
}

/** State of the evidence log: what appending needs, and its name. */
export interface StoredTree {
  readonly frontier: Frontier
  /** Thumbprint of the log's first key (`tree-head.ts`); `null` before the first leaf or head. */
  readonly logId: string | null
}

/** What one leaf adds to the evidence log, within the transaction of its ledger line (L25). */
export interface TreeGrowth {
  /** RFC 6962 leaf hash, base64url: under this name a proof is asked for. */
  readonly leaf: string
  /** Of `appendLeaf`. */
  readonly nodes: readonly NodeWithHash[]
}

/** A deletion that a processor has not confirmed yet (L11). */
export interface PendingDeletion {
  /** Of the deletion; its receipts have ids of their own. */
  readonly id: string
  readonly tenant: string
  readonly purpose: string
  readonly subject: string
  readonly reason: string
  readonly requestedAt: number
  /** What became of our own stores. */
  readonly stores: readonly StoreOutcome[]
  /** Processors that have not confirmed, by name. */
  readonly remaining: readonly string[]
  /** Processors that have, by name. */
  readonly confirmed: readonly string[]
}

/** What a person is called by the integrator. Kept apart from face data; joined by the pseudonym alone (L18). */
export interface SubjectKey {
  readonly tenant: string
  readonly purpose: string
  /** Opaque account reference of the integrator: never a name, phone or identity number. */
  readonly account: string
}

/** The identity side. Its credential need not read the template side, nor the reverse. */
export interface IdentityStore {
  /** The pseudonym of this account; when there is none, `candidate` becomes it. Safe when two calls race. */
  assignSubject(key: SubjectKey, candidate: string, now: number): Promise<string>
  findSubject(key: SubjectKey): Promise<string | undefined>
  /** Unlinks the pseudonym; true when there was one. */
  removeSubject(key: SubjectKey): Promise<boolean>
  /** Accounts of pseudonyms, for counting people and not pseudonyms (L24); an unlinked pseudonym is left out. */
  accountsOf(
    tenant: string,
    subjects: readonly string[],
  ): Promise<readonly { readonly subject: string; readonly account: string }[]>
}

/** Reads and writes of one transaction. Reads of what will be written take the row's lock. */
export interface StoreTransaction {
  addChallenge(challenge: Challenge): Promise<void>
  readChallenge(sid: string): Promise<(Challenge & { readonly consumed: boolean }) | undefined>
  /** True for exactly one caller ever; false when used already or unknown. */
  consumeChallenge(sid: string, now: number): Promise<boolean>
  /** Removes the subject's challenges, or, without a subject, those that ended before `before`. Returns how many. */
  removeChallenges(which: { readonly subject: string } | { readonly before: number }): Promise<number>

  readEnrolment(subject: string): Promise<Enrolment | undefined>
  /** Inserts or replaces: the old template, salt and key seed are gone with the commit. */
  putEnrolment(enrolment: Enrolment): Promise<void>
  touchEnrolment(subject: string, lastUsedAt: number): Promise<void>
  /** Enrolments whose retention ended at `now` or before, oldest first. */
  findExpired(now: number, limit: number): Promise<readonly Pick<Enrolment, 'subject' | 'tenant' | 'purpose'>[]>
  /** True when there was one. */
  removeEnrolment(subject: string): Promise<boolean>

  /** Remembers a used-once value (the digest of a template). False when it was there already. */
  markSpent(mark: { readonly digest: string; readonly subject: string; readonly expiresAt: number }): Promise<boolean>
  removeSpent(which: { readonly subject: string } | { readonly before: number }): Promise<number>

  /** False when this device gave a grant of that id before. */
  addGrant(grant: LiveGrant): Promise<boolean>
  /** Those of the subject that end after `now`. */
  readGrants(subject: string, now: number): Promise<readonly LiveGrant[]>
  /** True for exactly one caller ever; false when it ended already. */
  endGrant(grant: Pick<LiveGrant, 'device' | 'id'>): Promise<boolean>
  removeGrants(which: { readonly subject: string } | { readonly before: number }): Promise<number>

  /** Zeros when there is none, without a lock. */
  readThrottle(key: string): Promise<Throttle>
  /** Locks the counter until the end of the transaction. Zeros when there is none. */
  lockThrottle(key: string): Promise<Throttle>
  /** After `lockThrottle`. */
  putThrottle(key: string, throttle: Throttle): Promise<void>
  /** True when failures were counted there. */
  removeThrottle(key: string): Promise<boolean>
  /** Those that ended before `before`. Returns how many. */
  removeThrottles(before: number): Promise<number>

  /** Last line of a subject's chain. */
  readLedgerHead(subject: string): Promise<LedgerEntry | undefined>
  /** Line of a device's chain: the one at `sequence`, or the last. */
  readDeviceChain(thumbprint: string, sequence?: number): Promise<LedgerEntry | undefined>
  /** Never overwrites: a second line at the same place makes the transaction run again or fail. */
  appendLedger(entry: LedgerEntry): Promise<void>
  /** In order of `seq`. */
  readLedger(subject: string): Promise<readonly LedgerEntry[]>

  readTree(): Promise<StoredTree>
  /** The same, with the log locked until the end of the transaction: take it last, all writers meet here. */
  lockTree(): Promise<StoredTree>
  /** After `lockTree`. Nodes and leaves are added, never changed: a second one at the same place is refused. */
  growTree(growth: readonly TreeGrowth[], tree: StoredTree): Promise<void>
  readTreeNode(level: number, index: number): Promise<Uint8Array | undefined>
  /** Place of a leaf from 0. */
  findLeaf(leaf: string): Promise<number | undefined>

  /** Inserts or replaces by `id`. */
  putPendingDeletion(deletion: PendingDeletion): Promise<void>
  /** Locks it until the end of the transaction. */
  lockPendingDeletion(id: string): Promise<PendingDeletion | undefined>
  /** Oldest first. */
  findPendingDeletions(limit: number): Promise<readonly PendingDeletion[]>
  removePendingDeletion(id: string): Promise<boolean>

  /** Marks the subject as deceased (L27). False when it was already. */
  freeze(subject: string, now: number): Promise<boolean>
  isFrozen(subject: string): Promise<boolean>
  /** True when it was frozen. */
  unfreeze(subject: string): Promise<boolean>

  /** Enrolled subjects of a tenant that are not frozen, in order of `subject`, those after `after`. */
  listLiving(page: {
    readonly tenant: string
    readonly after: string
    readonly limit: number
  }): Promise<readonly Pick<Enrolment, 'subject' | 'delivery'>[]>
  /** Day (ISO 8601) on which a tenant's people first reached the filing threshold (L24). */
  readFilingDay(tenant: string): Promise<string | undefined>
  /** Kept once: a later call changes nothing. */
  addFilingDay(tenant: string, day: string): Promise<void>
}

/**
 * Everything the backend remembers. An adapter passes `test/unit/server/store-conformance.ts`. A failing database gives
 * `store_unavailable`; nothing of that transaction is kept.
 */
export interface FaceSealStore {
  readonly identity: IdentityStore
  /**
   * All of `work` or nothing. `work` may run more than once (serialization failure), so it has no effect but through
   * its argument.
   */
  transaction<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T>
  /** Throws `store_unavailable`. */
  ping(): Promise<void>
  close(): Promise<void>
}
