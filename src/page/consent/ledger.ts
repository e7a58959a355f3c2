import { base64url } from 'jose'
import * as v from 'valibot'
import { sha256 } from '../../policy/material'
import { FaceSealError } from '../../wire/errors'
import { jwsPayload, signJws } from '../../wire/es256'
import { type ReceiptPayload, receiptSchema, receiptType } from '../../wire/receipt'
import type { DeviceStore, RecordKey, StoreScope } from '../store'

/** A receipt before it has its place in the chain. */
export type ReceiptDraft = Omit<ReceiptPayload, 'sequence' | 'previous' | 'device'>

export interface AppendedReceipt {
  readonly id: string
  readonly jws: string
  readonly payload: ReceiptPayload
}

const mostAttempts = 20

/**
 * L25: adds one receipt to the chain of this scope's key and keeps the notice text once per hash. Two tabs that write at
 * once get two places: adding is atomic, the slower one signs again on top of the other.
 */
export async function appendReceipt(
  store: DeviceStore,
  scope: StoreScope,
  draft: ReceiptDraft,
  noticeText?: string,
): Promise<AppendedReceipt> {
  const key = await store.recordKey(scope)
  if (draft.notice !== null && noticeText !== undefined) await store.putNotice(draft.notice, noticeText)
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const last = (await store.listReceipts(key.thumbprint)).at(-1)
    const payload = v.parse(receiptSchema, {
      ...draft,
      device: key.thumbprint,
      sequence: last ? last.sequence + 1 : 0,
      previous: last ? await sha256(last.jws) : null,
    })
    const jws = await signReceipt(payload, key)
    const { device, sequence, id } = payload
    if (await store.addReceipt({ device, sequence, id, jws })) return { id, jws, payload }
  }
  throw new FaceSealError('storage_unavailable', { detail: 'the chain of receipts stays busy' })
}

function signReceipt(payload: ReceiptPayload, key: RecordKey): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(payload))
  return signJws(bytes, { typ: receiptType, jwk: key.publicJwk, key: key.signing })
}

/** A random record id. */
export function newReceiptId(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(16)))
}

/** What a stored receipt says, without checking its signature: for this device's own view of its own records. */
export function readReceipt(jws: string): ReceiptPayload {
  return v.parse(receiptSchema, jwsPayload(jws))
}
