import { type DeviceStore, openDeviceStore, type StoredReceipt, type StoreScope } from './store'

/** Receipts of this scope that no backend has countersigned yet, in the order of their chain. */
export async function pendingReceipts(store: DeviceStore, scope: StoreScope): Promise<readonly StoredReceipt[]> {
  const { thumbprint } = await store.recordKey(scope)
  const receipts = await store.listReceipts(thumbprint)
  return receipts.filter(({ countersignature }) => countersignature === undefined)
}

/** Keeps the backend's word beside each receipt (L25). One that is missing is asked for again with the next send. */
export async function keepCountersignatures(
  receipts: readonly StoredReceipt[],
  countersignatures: readonly string[],
): Promise<void> {
  const store = await openDeviceStore()
  try {
    for (const [i, { device, id }] of receipts.entries()) {
      const countersignature = countersignatures[i]
      if (countersignature) await store.attachCountersignature(device, id, countersignature)
    }
  } finally {
    store.close()
  }
}
