import type { DeviceStore, StoredReceipt, StoreScope } from './store'

/** Receipts of this scope that no backend has countersigned yet, in the order of their chain. */
export async function pendingReceipts(store: DeviceStore, scope: StoreScope): Promise<readonly StoredReceipt[]> {
  const { thumbprint } = await store.recordKey(scope)
  const receipts = await store.listReceipts(thumbprint)
  return receipts.filter(({ countersignature }) => countersignature === undefined)
}

/** What the backend answers to receipts. */
export interface ReceiptsAnswer {
  /** One for each receipt, in order. */
  readonly countersignatures: readonly string[]
  /** Signed head of the device's chain: an export that ends before it was cut. */
  readonly head?: string | undefined
}

/** Keeps the backend's word beside each receipt (L25). One that is missing is asked for again with the next send. */
export async function keepCountersignatures(
  store: DeviceStore,
  receipts: readonly StoredReceipt[],
  { countersignatures, head }: ReceiptsAnswer,
): Promise<void> {
  for (const [i, { device, id }] of receipts.entries()) {
    const countersignature = countersignatures[i]
    if (countersignature) await store.attachCountersignature(device, id, countersignature)
  }
  const device = receipts[0]?.device
  if (head && device) await store.putHead(device, head)
}
