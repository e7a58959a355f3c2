import { FaceSealError } from '../wire/errors'
import { type P256Jwk, publicJwkOf, thumbprintOf } from '../wire/es256'
import type { ConsentScope, StoreOutcome } from '../wire/receipt'
import type { DeviceKeys, LocalTemplate } from '../wire/worker-protocol'
import { indexedDbTables, memoryTables, type Rows, type TableName, type Tables } from './store-tables'

/** Everything is kept apart by tenant, purpose and subject: separate keys, so that nothing links two of them (L13, L16). */
export interface StoreScope {
  readonly tenant: string
  readonly purpose: string
  readonly subject: string
}

/** Signs the records; made even when the person declines, so that a refusal has a receipt as well. */
export interface RecordKey {
  /** ECDSA P-256, non-extractable. */
  readonly signing: CryptoKey
  /** Public half: kty, crv, x, y. */
  readonly publicJwk: P256Jwk
  /** RFC 7638 thumbprint, base64url: names the chain of receipts. */
  readonly thumbprint: string
}

/** What a deletion destroys. */
export interface SecretKeys {
  readonly secret: CryptoKey
  readonly storage: CryptoKey
}

/** One receipt as kept. */
export interface StoredReceipt {
  readonly device: string
  readonly sequence: number
  readonly id: string
  readonly jws: string
  /** The backend's JWS over this receipt, once it answered. */
  readonly countersignature?: string
}

/** L06: a refusal or a withdrawal stands until the person acts. */
export interface KeptRefusal {
  readonly at: number
  readonly by: 'refuse' | 'withdraw'
  readonly receiptId: string
  /** The alternative that was taken. */
  readonly chosen: string
}

/** L09: a standing consent that may serve later runs until its end. */
export interface KeptStanding {
  readonly receiptId: string
  readonly jws: string
  readonly policyHash: string
  readonly noticeHash: string
  readonly grantedAt: number
  readonly expiresAt: number
}

/** What this device holds: keys, the local template, records. */
export interface DeviceStore {
  /** False: IndexedDB or key storage was refused; everything is gone when the page closes. */
  readonly persistent: boolean
  recordKey(scope: StoreScope): Promise<RecordKey>
  /** Makes the keys at the first call. After `deleteEverything` new ones: the old template stays closed for ever (L11). */
  deviceKeys(scope: StoreScope): Promise<DeviceKeys>
  hasDeviceKeys(scope: StoreScope): Promise<boolean>
  readLocalTemplate(scope: StoreScope): Promise<LocalTemplate | undefined>
  writeLocalTemplate(scope: StoreScope, template: LocalTemplate): Promise<void>
  deleteLocalTemplate(scope: StoreScope): Promise<void>
  /** Standing grants, template, keys; one line per store (L11). Receipts and the refusal are kept: they prove and hold it. */
  deleteEverything(scope: StoreScope): Promise<readonly StoreOutcome[]>

  /** False when this place in the chain is taken (another tab was faster). */
  addReceipt(receipt: StoredReceipt): Promise<boolean>
  listReceipts(device: string): Promise<readonly StoredReceipt[]>
  /** Keeps the backend's countersignature beside its receipt. */
  attachCountersignature(device: string, id: string, countersignature: string): Promise<void>
  /** The newest signed head that the backend gave for this chain. */
  putHead(device: string, head: string): Promise<void>
  getHead(device: string): Promise<string | undefined>
  /** The backend's proof of a deletion. */
  addDeletion(scope: StoreScope, receipt: string): Promise<void>
  listDeletions(scope: StoreScope): Promise<readonly string[]>
  putNotice(hash: string, text: string): Promise<void>
  getNotice(hash: string): Promise<string | undefined>

  getRefusal(scope: StoreScope, consent: ConsentScope): Promise<KeptRefusal | undefined>
  putRefusal(scope: StoreScope, consent: ConsentScope, refusal: KeptRefusal): Promise<void>
  deleteRefusal(scope: StoreScope, consent: ConsentScope): Promise<void>
  getStanding(scope: StoreScope, consent: ConsentScope): Promise<KeptStanding | undefined>
  putStanding(scope: StoreScope, consent: ConsentScope, standing: KeptStanding): Promise<void>
  deleteStanding(scope: StoreScope, consent: ConsentScope): Promise<void>
  /** True for exactly one caller per challenge and step, over all tabs (L09). */
  consumeOnce(scope: StoreScope, consent: ConsentScope, sid: string, at: number): Promise<boolean>
  isConsumed(scope: StoreScope, consent: ConsentScope, sid: string): Promise<boolean>
  close(): void
}

let thisVisit: Tables | undefined

/**
 * Opens what this device holds. Where the browser refuses IndexedDB or key storage, everything works for this visit in
 * memory, and `persistent` says so. Throws `storage_blocked` when another tab holds an older version.
 */
export async function openDeviceStore(): Promise<DeviceStore> {
  let tables: Tables
  try {
    tables = await indexedDbTables()
  } catch (cause) {
    if (cause instanceof FaceSealError && cause.code === 'storage_blocked') throw cause
    // One for the whole visit: what was enrolled a moment ago can be verified now.
    thisVisit ??= memoryTables()
    tables = thisVisit
  }
  return storeOver(tables)
}

/** The store for this visit only. */
export function memoryDeviceStore(): DeviceStore {
  return storeOver(memoryTables())
}

function storeOver(tables: Tables): DeviceStore {
  const recordKey = (scope: StoreScope) => getOrAdd(tables, 'record-keys', keyOf(scope), makeRecordKey)
  return {
    persistent: tables.persistent,
    recordKey,
    deviceKeys: async (scope) => {
      const record = await recordKey(scope)
      const { secret, storage } = await getOrAdd(tables, 'device-keys', keyOf(scope), makeSecretKeys)
      const publicKey = await crypto.subtle.importKey('jwk', record.publicJwk, ecdsa, true, ['verify'])
      const signingPublic = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))
      return { secret, storage, signing: record.signing, signingPublic, thumbprint: record.thumbprint }
    },
    hasDeviceKeys: async (scope) => (await tables.get('device-keys', keyOf(scope))) !== undefined,
    readLocalTemplate: (scope) => tables.get('templates', keyOf(scope)),
    writeLocalTemplate: (scope, template) => tables.put('templates', keyOf(scope), template),
    deleteLocalTemplate: (scope) => tables.delete('templates', keyOf(scope)),
    deleteEverything: (scope) => deleteEverything(tables, scope),

    addReceipt: (receipt) => tables.add('receipts', receiptKey(receipt.device, receipt.sequence), receipt),
    listReceipts: (device) => tables.list('receipts', `${device}/`),
    attachCountersignature: async (device, id, countersignature) => {
      const receipt = (await tables.list('receipts', `${device}/`)).find((kept) => kept.id === id)
      if (receipt) await tables.put('receipts', receiptKey(device, receipt.sequence), { ...receipt, countersignature })
    },
    putHead: (device, head) => tables.put('heads', device, head),
    getHead: (device) => tables.get('heads', device),
    addDeletion: async (scope, receipt) => {
      const count = (await tables.list('deletions', `${keyOf(scope)}/`)).length
      await tables.put('deletions', `${keyOf(scope)}/${String(count).padStart(10, '0')}`, receipt)
    },
    listDeletions: (scope) => tables.list('deletions', `${keyOf(scope)}/`),
    putNotice: (hash, text) => tables.put('notices', hash, text),
    getNotice: (hash) => tables.get('notices', hash),

    getRefusal: (scope, consent) => tables.get('refusals', keyOf(scope, consent)),
    putRefusal: (scope, consent, refusal) => tables.put('refusals', keyOf(scope, consent), refusal),
    deleteRefusal: (scope, consent) => tables.delete('refusals', keyOf(scope, consent)),
    getStanding: (scope, consent) => tables.get('standing', keyOf(scope, consent)),
    putStanding: (scope, consent, standing) => tables.put('standing', keyOf(scope, consent), standing),
    deleteStanding: (scope, consent) => tables.delete('standing', keyOf(scope, consent)),
    consumeOnce: (scope, consent, sid, at) => tables.add('consumed', `${keyOf(scope, consent)}/${sid}`, at),
    isConsumed: async (scope, consent, sid) =>
      (await tables.get('consumed', `${keyOf(scope, consent)}/${sid}`)) !== undefined,
    close: () => tables.close(),
  }
}

/** Tenant, purpose and subject are slugs and base64url: "/" cannot occur in them, so keys never run into each other. */
function keyOf(scope: StoreScope, consent?: ConsentScope): string {
  return [scope.tenant, scope.purpose, scope.subject, ...(consent ? [consent] : [])].join('/')
}

function receiptKey(device: string, sequence: number): string {
  return `${device}/${String(sequence).padStart(10, '0')}`
}

/** Two tabs may make a key at the same time: the first one stored wins for both. */
async function getOrAdd<T extends 'record-keys' | 'device-keys'>(
  tables: Tables,
  table: T,
  key: string,
  make: () => Promise<Rows[T]>,
): Promise<Rows[T]> {
  const kept = await tables.get(table, key)
  if (kept) return kept
  const made = await make()
  if (await tables.add(table, key, made)) return made
  return (await tables.get(table, key)) ?? made
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' } as const

async function makeRecordKey(): Promise<RecordKey> {
  const pair = await crypto.subtle.generateKey(ecdsa, false, ['sign', 'verify'])
  const publicJwk = publicJwkOf(await crypto.subtle.exportKey('jwk', pair.publicKey))
  return { signing: pair.privateKey, publicJwk, thumbprint: await thumbprintOf(publicJwk) }
}

async function makeSecretKeys(): Promise<SecretKeys> {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  const secret = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits', 'deriveKey'])
  // The handle is non-extractable; the bytes it came from must not outlive it (L17).
  bytes.fill(0)
  const storage = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  return { secret, storage }
}

async function deleteEverything(tables: Tables, scope: StoreScope): Promise<readonly StoreOutcome[]> {
  const rows: readonly (readonly [TableName, string])[] = [
    ['standing', keyOf(scope, 'process')],
    ['standing', keyOf(scope, 'transmit')],
    ['templates', keyOf(scope)],
    ['device-keys', keyOf(scope)],
  ]
  const outcomes = new Map<string, StoreOutcome['outcome']>()
  for (const [table, key] of rows) {
    const store = `device:${table}`
    const outcome = await deleteRow(tables, table, key)
    const before = outcomes.get(store)
    // One table, several rows: the worst outcome speaks for it, so that a failure is never hidden (L11).
    if (before === undefined || before === 'nothing-held' || outcome === 'failed') outcomes.set(store, outcome)
  }
  outcomes.set('device:receipts', 'kept')
  return [...outcomes].map(([store, outcome]) => ({ store, outcome }))
}

async function deleteRow(tables: Tables, table: TableName, key: string): Promise<StoreOutcome['outcome']> {
  try {
    if ((await tables.get(table, key)) === undefined) return 'nothing-held'
    await tables.delete(table, key)
    return (await tables.get(table, key)) === undefined ? 'deleted' : 'failed'
  } catch {
    return 'failed'
  }
}
