import type { StoreOutcome } from '../wire/receipt'
import type { DeviceKeys, LocalTemplate } from '../wire/worker-protocol'

/** Everything is kept apart by tenant, purpose and subject: separate keys, so that nothing links two of them (L13, L16). */
export interface StoreScope {
  readonly tenant: string
  readonly purpose: string
  readonly subject: string
}

/** Signs the records; made even when the person declines, so that a refusal has a receipt as well. */
export interface RecordKey {
  readonly signing: CryptoKey
  /** Public half as a JWK: kty, crv, x, y. */
  readonly publicJwk: JsonWebKey
  /** RFC 7638 thumbprint, base64url. */
  readonly thumbprint: string
}

/** One receipt as kept. */
export interface StoredReceipt {
  readonly device: string
  readonly sequence: number
  readonly id: string
  readonly scopeKey: string
  readonly jws: string
  /** The backend's JWS over this receipt, once it answered. */
  readonly countersignature?: string
}

/** What this device holds: keys, the local template, records. */
export interface DeviceStore {
  /** False: IndexedDB or key storage was refused; everything is gone when the page closes. */
  readonly persistent: boolean
  recordKey(scope: StoreScope): Promise<RecordKey>
  /** Makes the keys at the first call. After `deleteEverything` new ones: the old template stays closed for ever (L11). */
  deviceKeys(scope: StoreScope): Promise<DeviceKeys>
  readLocalTemplate(scope: StoreScope): Promise<LocalTemplate | undefined>
  writeLocalTemplate(scope: StoreScope, template: LocalTemplate): Promise<void>
  deleteLocalTemplate(scope: StoreScope): Promise<void>
  /** Keys, template, standing grants; one line per store (L11). Receipts are kept: they prove it. */
  deleteEverything(scope: StoreScope): Promise<readonly StoreOutcome[]>
  close(): void
}
