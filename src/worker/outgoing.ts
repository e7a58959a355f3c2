import { FaceSealError } from '../wire/errors'

/** Upper bounds of one message that leaves the worker. */
const limits = { bytes: 1024, characters: 4096, numbers: 48, depth: 8 } as const

interface Tally {
  bytes: number
  characters: number
  numbers: number
}

/**
 * Throws `airlock_open` unless `message` is made of plain objects and arrays, strings (4 KiB in all), a few numbers and
 * at most 1 KiB of bytes: hints, buckets, timings, one envelope. A picture, a key, a tensor or an embedding is none of
 * that. Bytes are counted by their whole buffer, for that is what a structured clone would carry.
 */
export function assertMayLeave(message: unknown, transfer: readonly unknown[] = []): void {
  for (const item of transfer) {
    if (!(item instanceof MessagePort)) throw refused(`transfer of ${kindOf(item)}`)
  }
  walk(message, transfer, { bytes: 0, characters: 0, numbers: 0 }, 0)
}

function walk(value: unknown, transfer: readonly unknown[], tally: Tally, depth: number): void {
  if (depth > limits.depth) throw refused('nested too deep')
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
      return
    case 'string':
      count(tally, 'characters', value.length)
      return
    case 'number':
      count(tally, 'numbers', 1)
      return
    case 'object':
      break
    default:
      throw refused(typeof value)
  }
  if (value === null || (value instanceof MessagePort && transfer.includes(value))) return
  if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) {
    count(tally, 'bytes', value.buffer.byteLength)
    return
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (Array.isArray(value) ? prototype !== Array.prototype : prototype !== Object.prototype) {
    throw refused(kindOf(value))
  }
  for (const key of Object.keys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key)
    // A getter could show one value here and give another to the clone.
    if (!property || !('value' in property)) throw refused('accessor')
    if (Array.isArray(value)) {
      if (typeof property.value === 'number') throw refused('array of numbers')
    } else {
      count(tally, 'characters', key.length)
    }
    walk(property.value, transfer, tally, depth + 1)
  }
}

function count(tally: Tally, what: keyof Tally, amount: number): void {
  tally[what] += amount
  if (tally[what] > limits[what]) throw refused(`more than ${limits[what]} ${what}`)
}

function refused(what: string): FaceSealError {
  return new FaceSealError('airlock_open', { detail: `outgoing message refused: ${what}` })
}

function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}
