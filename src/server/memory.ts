import { emptyFrontier } from './merkle'
import type {
  Challenge,
  Enrolment,
  FaceSealStore,
  LedgerEntry,
  LiveGrant,
  PendingDeletion,
  StoredTree,
  StoreTransaction,
  SubjectKey,
  Throttle,
} from './store'

type StoredChallenge = Challenge & { readonly consumed: boolean }
type Undo = () => void

/** Tables of the memory store; also what a test looks through for what must not be there. */
export interface MemoryTables {
  readonly subjects: Map<string, string>
  readonly challenges: Map<string, StoredChallenge>
  readonly enrolments: Map<string, Enrolment>
  readonly spent: Map<string, { readonly subject: string; readonly expiresAt: number }>
  readonly grants: Map<string, LiveGrant>
  readonly throttles: Map<string, Throttle>
  readonly ledger: Map<string, readonly LedgerEntry[]>
  /** One row, under `log`. */
  readonly tree: Map<'log', StoredTree>
  readonly treeNodes: Map<string, Uint8Array>
  readonly treeLeaves: Map<string, number>
  readonly deletions: Map<string, PendingDeletion>
  readonly frozen: Map<string, number>
  readonly filingDays: Map<string, string>
}

/** A store for tests and first steps: one process, gone with it. Transactions run one after another. */
export function createMemoryStore(): FaceSealStore & { readonly tables: MemoryTables } {
  const tables: MemoryTables = {
    subjects: new Map(),
    challenges: new Map(),
    enrolments: new Map(),
    spent: new Map(),
    grants: new Map(),
    throttles: new Map(),
    ledger: new Map(),
    tree: new Map(),
    treeNodes: new Map(),
    treeLeaves: new Map(),
    deletions: new Map(),
    frozen: new Map(),
    filingDays: new Map(),
  }
  let queue: Promise<unknown> = Promise.resolve()
  const identityKey = (key: SubjectKey) => JSON.stringify([key.tenant, key.purpose, key.account])

  return {
    tables,
    identity: {
      async assignSubject(key, candidate) {
        const known = tables.subjects.get(identityKey(key))
        if (known === undefined) tables.subjects.set(identityKey(key), candidate)
        return known ?? candidate
      },
      async findSubject(key) {
        return tables.subjects.get(identityKey(key))
      },
      async removeSubject(key) {
        return tables.subjects.delete(identityKey(key))
      },
      async accountsOf(tenant, subjects) {
        const wanted = new Set(subjects)
        return [...tables.subjects]
          .filter(([, subject]) => wanted.has(subject))
          .map(([key, subject]) => ({ subject, names: JSON.parse(key) as [string, string, string] }))
          .filter(({ names }) => names[0] === tenant)
          .map(({ subject, names }) => ({ subject, account: names[2] }))
      },
    },
    transaction(work) {
      const run = queue.then(async () => {
        const undo: Undo[] = []
        try {
          return await work(memoryTransaction(tables, undo))
        } catch (cause) {
          for (const step of undo.reverse()) step()
          throw cause
        }
      })
      queue = run.catch(() => undefined)
      return run
    },
    async ping() {},
    async close() {},
  }
}

function memoryTransaction(tables: MemoryTables, undo: Undo[]): StoreTransaction {
  const put = <K extends string, V>(map: Map<K, V>, key: K, value: V) => {
    const before = map.get(key)
    undo.push(() => (before === undefined ? map.delete(key) : map.set(key, before)))
    map.set(key, value)
  }
  const remove = <V>(map: Map<string, V>, key: string): boolean => {
    const before = map.get(key)
    if (before === undefined) return false
    undo.push(() => map.set(key, before))
    return map.delete(key)
  }
  const removeWhere = <V>(map: Map<string, V>, matches: (value: V) => boolean): number => {
    const keys = [...map].filter(([, value]) => matches(value)).map(([key]) => key)
    for (const key of keys) remove(map, key)
    return keys.length
  }
  const readThrottle = async (key: string) => tables.throttles.get(key) ?? { failures: 0, lockedUntil: 0, expiresAt: 0 }

  return {
    async addChallenge(challenge) {
      put(tables.challenges, challenge.sid, { ...challenge, consumed: false })
    },
    async readChallenge(sid) {
      return tables.challenges.get(sid)
    },
    async consumeChallenge(sid) {
      const challenge = tables.challenges.get(sid)
      if (!challenge || challenge.consumed) return false
      put(tables.challenges, sid, { ...challenge, consumed: true })
      return true
    },
    async removeChallenges(which) {
      return removeWhere(tables.challenges, (row) =>
        'subject' in which ? row.subject === which.subject : row.expiresAt < which.before,
      )
    },
    async readEnrolment(subject) {
      return tables.enrolments.get(subject)
    },
    async putEnrolment(enrolment) {
      put(tables.enrolments, enrolment.subject, enrolment)
    },
    async touchEnrolment(subject, lastUsedAt) {
      const enrolment = tables.enrolments.get(subject)
      if (enrolment) put(tables.enrolments, subject, { ...enrolment, lastUsedAt })
    },
    async findExpired(now, limit) {
      const expired = [...tables.enrolments.values()].filter(({ retainUntil }) => retainUntil <= now)
      return expired.sort((a, b) => a.retainUntil - b.retainUntil).slice(0, limit)
    },
    async removeEnrolment(subject) {
      return remove(tables.enrolments, subject)
    },
    async markSpent({ digest, subject, expiresAt }) {
      if (tables.spent.has(digest)) return false
      put(tables.spent, digest, { subject, expiresAt })
      return true
    },
    async removeSpent(which) {
      return removeWhere(tables.spent, (row) =>
        'subject' in which ? row.subject === which.subject : row.expiresAt < which.before,
      )
    },
    async addGrant(grant) {
      const name = `${grant.device} ${grant.id}`
      if (tables.grants.has(name)) return false
      put(tables.grants, name, grant)
      return true
    },
    async readGrants(subject, now) {
      return [...tables.grants.values()].filter((grant) => grant.subject === subject && grant.expiresAt > now)
    },
    async endGrant({ device, id }) {
      return remove(tables.grants, `${device} ${id}`)
    },
    async removeGrants(which) {
      return removeWhere(tables.grants, (row) =>
        'subject' in which ? row.subject === which.subject : row.expiresAt < which.before,
      )
    },
    readThrottle,
    lockThrottle: readThrottle, // transactions run one after another
    async putThrottle(key, throttle) {
      put(tables.throttles, key, throttle)
    },
    async removeThrottle(key) {
      const { failures } = await readThrottle(key)
      return remove(tables.throttles, key) && failures > 0
    },
    async removeThrottles(before) {
      removeWhere(tables.throttles, (row) => row.failures === 0) // only a lock that somebody held
      return removeWhere(tables.throttles, (row) => row.expiresAt < before)
    },
    async readLedgerHead(subject) {
      return tables.ledger.get(subject)?.at(-1)
    },
    async readDeviceChain(thumbprint, sequence) {
      const chain = [...tables.ledger.values()].flat().filter((entry) => entry.device?.thumbprint === thumbprint)
      const place = sequence ?? Math.max(...chain.map((entry) => entry.device!.sequence))
      return chain.find((entry) => entry.device!.sequence === place)
    },
    async appendLedger(entry) {
      const lines = tables.ledger.get(entry.subject) ?? []
      if (entry.seq !== lines.length + 1) throw new RangeError('the ledger is append-only')
      put(tables.ledger, entry.subject, [...lines, entry])
    },
    async readLedger(subject) {
      return tables.ledger.get(subject) ?? []
    },
    ...memoryTree(tables, put),
    async putPendingDeletion(deletion) {
      put(tables.deletions, deletion.id, deletion)
    },
    async lockPendingDeletion(id) {
      return tables.deletions.get(id)
    },
    async findPendingDeletions(limit) {
      return [...tables.deletions.values()].sort((a, b) => a.requestedAt - b.requestedAt).slice(0, limit)
    },
    async removePendingDeletion(id) {
      return remove(tables.deletions, id)
    },
    async freeze(subject, now) {
      if (tables.frozen.has(subject)) return false
      put(tables.frozen, subject, now)
      return true
    },
    async isFrozen(subject) {
      return tables.frozen.has(subject)
    },
    async unfreeze(subject) {
      return remove(tables.frozen, subject)
    },
    async listLiving({ tenant, after, limit }) {
      return [...tables.enrolments.values()]
        .filter((row) => row.tenant === tenant && row.subject > after && !tables.frozen.has(row.subject))
        .sort((a, b) => (a.subject < b.subject ? -1 : 1))
        .slice(0, limit)
    },
    async readFilingDay(tenant) {
      return tables.filingDays.get(tenant)
    },
    async addFilingDay(tenant, day) {
      if (!tables.filingDays.has(tenant)) put(tables.filingDays, tenant, day)
    },
  }
}

type TreeMethods = 'readTree' | 'lockTree' | 'growTree' | 'readTreeNode' | 'findLeaf'
type Put = <K extends string, V>(map: Map<K, V>, key: K, value: V) => void

function memoryTree(tables: MemoryTables, put: Put): Pick<StoreTransaction, TreeMethods> {
  const readTree = async () => tables.tree.get('log') ?? { frontier: emptyFrontier, logId: null }
  return {
    readTree,
    lockTree: readTree, // transactions run one after another
    async growTree(growth, tree) {
      put(tables.tree, 'log', tree)
      for (const { leaf, nodes } of growth) {
        if (tables.treeLeaves.has(leaf)) throw new RangeError('the log holds this leaf already')
        put(tables.treeLeaves, leaf, nodes[0]!.index)
        for (const { level, index, hash } of nodes) put(tables.treeNodes, `${level}/${index}`, hash)
      }
    },
    async readTreeNode(level, index) {
      return tables.treeNodes.get(`${level}/${index}`)
    },
    async findLeaf(leaf) {
      return tables.treeLeaves.get(leaf)
    },
  }
}
