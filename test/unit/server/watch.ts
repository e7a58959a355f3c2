import { vi } from 'vitest'
import type { FaceSealStore, StoreTransaction } from '../../../src/server'

/** The store, with the name of each call of a transaction noted in `work`. */
export function watchedStore(store: FaceSealStore, work: string[]): FaceSealStore {
  return {
    ...store,
    transaction: (task) => store.transaction((transaction) => task(watched(transaction, work))),
  }
}

function watched(transaction: StoreTransaction, work: string[]): StoreTransaction {
  return new Proxy(transaction, {
    get(target, name, receiver) {
      work.push(`store.${String(name)}`)
      return Reflect.get(target, name, receiver)
    },
  })
}

const operations = ['sign', 'verify', 'digest', 'decrypt', 'encrypt', 'deriveBits', 'deriveKey', 'importKey'] as const

/** Notes each WebCrypto operation in `work`; the caller restores the spies. */
export function watchCryptography(work: string[]) {
  return operations.map((name) => {
    const original = crypto.subtle[name].bind(crypto.subtle) as (...args: readonly unknown[]) => unknown
    return vi.spyOn(crypto.subtle, name).mockImplementation(((...args: readonly unknown[]) => {
      work.push(`subtle.${name}`)
      return original(...args)
    }) as never)
  })
}
