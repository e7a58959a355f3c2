import { FaceSealError } from '../wire/errors'
import type { SqlRow } from './postgres-database'

/** One statement of the transaction. */
export type SqlRows = (sql: string, params: readonly unknown[]) => Promise<readonly SqlRow[]>

/** Throws `store_unavailable` for another type: the schema is not ours. */
export function text(value: unknown): string {
  if (typeof value !== 'string') throw otherType()
  return value
}

/** A copy: drivers hand out views of larger buffers. Throws `store_unavailable`. */
export function bytes(value: unknown): Uint8Array<ArrayBuffer> {
  if (!(value instanceof Uint8Array)) throw otherType()
  return new Uint8Array(value)
}

function otherType(): FaceSealError {
  return new FaceSealError('store_unavailable', { detail: 'a column has another type' })
}
