import { type IDBPDatabase, openDB } from 'idb'
import { FaceSealError } from '../wire/errors'
import type { LocalTemplate } from '../wire/worker-protocol'
import type { KeptRefusal, KeptStanding, RecordKey, SecretKeys, StoredReceipt } from './store'

const databaseName = 'faceseal'
const databaseVersion = 1
/** Milliseconds until a database that neither opens nor fails counts as blocked, which browsers have been seen to do. */
const openingPatience = 20_000

/** Table → row. Every key is a string; receipts are keyed `device/sequence` with the number padded, so order is kept. */
export interface Rows {
  'record-keys': RecordKey
  'device-keys': SecretKeys
  templates: LocalTemplate
  receipts: StoredReceipt
  notices: string
  refusals: KeptRefusal
  standing: KeptStanding
  /** Grants that were used up: epoch seconds. */
  consumed: number
  /** The backend's signed heads of the chains, by device key (L25). */
  heads: string
  /** The backend's deletion receipts, `scope/id` (L11). */
  deletions: string
  /** Written and deleted at opening: is a CryptoKey storable here at all? */
  probe: CryptoKey
}
export type TableName = keyof Rows

export const tableNames = [
  'record-keys',
  'device-keys',
  'templates',
  'receipts',
  'notices',
  'refusals',
  'standing',
  'consumed',
  'heads',
  'deletions',
  'probe',
] as const satisfies readonly TableName[]

/** The few operations that the store needs, over IndexedDB or over memory. */
export interface Tables {
  readonly persistent: boolean
  get<T extends TableName>(table: T, key: string): Promise<Rows[T] | undefined>
  put<T extends TableName>(table: T, key: string, row: Rows[T]): Promise<void>
  /** False, and nothing written, when the key is taken: the one atomic step that everything else leans on. */
  add<T extends TableName>(table: T, key: string, row: Rows[T]): Promise<boolean>
  delete(table: TableName, key: string): Promise<void>
  /** Rows whose key starts with `prefix`, in key order. */
  list<T extends TableName>(table: T, prefix: string): Promise<Rows[T][]>
  close(): void
}

export function memoryTables(): Tables {
  const tables = new Map<TableName, Map<string, unknown>>(tableNames.map((name) => [name, new Map()]))
  const rowsOf = <T extends TableName>(table: T) => tables.get(table) as Map<string, Rows[T]>
  return {
    persistent: false,
    get: async (table, key) => rowsOf(table).get(key),
    put: async (table, key, row) => void rowsOf(table).set(key, row),
    add: async (table, key, row) => {
      if (rowsOf(table).has(key)) return false
      rowsOf(table).set(key, row)
      return true
    },
    delete: async (table, key) => void rowsOf(table).delete(key),
    list: async (table, prefix) =>
      [...rowsOf(table)]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, row]) => row),
    close: () => {},
  }
}

/** Throws `storage_blocked` (an older version is open elsewhere) or `storage_unavailable`. */
export async function indexedDbTables(): Promise<Tables> {
  let database: Promise<IDBPDatabase> | undefined
  // Eviction and "clear site data" close the connection under us: the next call opens it again.
  const connect = () => (database ??= openDatabase(() => (database = undefined)))
  const within = async <R>(work: (db: IDBPDatabase) => Promise<R>): Promise<R> => {
    try {
      return await work(await connect())
    } catch (cause) {
      if (cause instanceof FaceSealError) throw cause
      if (!isClosedConnection(cause)) throw storageError(cause)
      database = undefined
      return work(await connect()).catch((again) => Promise.reject(storageError(again)))
    }
  }
  await within(probeKeyStorage)
  return {
    persistent: true,
    get: (table, key) => within((db) => db.get(table, key)),
    put: (table, key, row) => within(async (db) => void (await db.put(table, row, key))),
    add: (table, key, row) =>
      within(async (db) => {
        try {
          await db.add(table, row, key)
          return true
        } catch (cause) {
          if (cause instanceof DOMException && cause.name === 'ConstraintError') return false
          throw cause
        }
      }),
    delete: (table, key) => within((db) => db.delete(table, key)),
    list: (table, prefix) => within((db) => db.getAll(table, IDBKeyRange.bound(prefix, `${prefix}\uffff`))),
    close: () => void database?.then((db) => db.close()).catch(() => {}),
  }
}

function openDatabase(forget: () => void): Promise<IDBPDatabase> {
  return new Promise((resolve, reject) => {
    let tooLate = false
    const timer = setTimeout(() => {
      tooLate = true
      reject(new FaceSealError('storage_blocked', { detail: 'IndexedDB does not answer' }))
    }, openingPatience)
    const opening = openDB(databaseName, databaseVersion, {
      upgrade(db, oldVersion) {
        if (oldVersion < 1) for (const name of tableNames) db.createObjectStore(name)
      },
      blocked: () => reject(new FaceSealError('storage_blocked')),
      // A newer version waits in another tab: let it through rather than block it.
      blocking: (_current, _blocked, event) => {
        if (event.target instanceof IDBDatabase) event.target.close()
        forget()
      },
      terminated: forget,
    })
    const settle = (database: IDBPDatabase) => (tooLate ? database.close() : resolve(database))
    opening.then(settle, (cause) => reject(storageError(cause))).finally(() => clearTimeout(timer))
  })
}

/** Some private modes give IndexedDB but refuse to keep a key in it. */
async function probeKeyStorage(db: IDBPDatabase): Promise<void> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt'])
  await db.put('probe', key, 'probe')
  await db.delete('probe', 'probe')
}

function isClosedConnection(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'InvalidStateError'
}

function storageError(cause: unknown): FaceSealError {
  if (cause instanceof FaceSealError) return cause
  const name = cause instanceof Error ? cause.name : 'unknown'
  return new FaceSealError(name === 'VersionError' ? 'storage_blocked' : 'storage_unavailable', { detail: name, cause })
}
