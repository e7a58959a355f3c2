import { FaceSealError } from '../wire/errors'

/** Upper bounds of one message that leaves the worker. */
const limits = { bytes: 1024, characters: 4096, numbers: 48, depth: 8 } as const

/**
 * Taken at load, before any library runs: a structured clone looks at what an object is, not at its prototype or at
 * properties that shadow the built-in ones, so the check must do the same.
 */
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object
const kindOfArray = getterOf(typedArray, Symbol.toStringTag)
const bufferOf = getterOf(typedArray, 'buffer')
const lengthOf = getterOf(typedArray, 'length')
const bytesOf = getterOf(ArrayBuffer.prototype, 'byteLength')
const fill = Uint8Array.prototype.set
const handlerOfPort = getterOf(MessagePort.prototype, 'onmessage')

interface Tally {
  bytes: number
  characters: number
  numbers: number
}

/**
 * A fresh copy of `message`, which is what is posted instead of it. Throws `airlock_open` unless it is made of plain
 * objects and arrays, strings (4 KiB in all), a few numbers and at most 1 KiB of bytes: hints, buckets, timings, one
 * envelope. Nothing as large as a picture fits, and no key or tensor. Bytes are counted by their whole buffer.
 */
export function copyThatMayLeave(message: unknown, transfer: readonly unknown[] = []): unknown {
  for (const item of transfer) {
    if (!isPort(item)) throw refused(`transfer of ${kindOf(item)}`)
  }
  return copy(message, transfer, { bytes: 0, characters: 0, numbers: 0 }, 0)
}

function copy(value: unknown, transfer: readonly unknown[], tally: Tally, depth: number): unknown {
  if (depth > limits.depth) throw refused('nested too deep')
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
      return value
    case 'string':
      count(tally, 'characters', value.length)
      return value
    case 'number':
      count(tally, 'numbers', 1)
      return value
    case 'object':
      break
    default:
      throw refused(typeof value)
  }
  if (value === null || (transfer.includes(value) && isPort(value))) return value
  if (Reflect.apply(kindOfArray, value, []) === 'Uint8Array') return copyBytes(value, tally)
  const prototype: unknown = Object.getPrototypeOf(value)
  const isArray = Array.isArray(value)
  if (isArray ? prototype !== Array.prototype : prototype !== Object.prototype) throw refused(kindOf(value))
  const fresh: object = isArray ? [] : {}
  for (const key of Object.keys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key)
    // A getter could show one value here and give another to the clone.
    if (!property || !('value' in property)) throw refused('accessor')
    if (isArray) {
      if (typeof property.value === 'number') throw refused('array of numbers')
    } else {
      count(tally, 'characters', key.length)
    }
    const kept = copy(property.value, transfer, tally, depth + 1)
    Object.defineProperty(fresh, key, { value: kept, writable: true, enumerable: true, configurable: true })
  }
  return fresh
}

function copyBytes(value: object, tally: Tally): Uint8Array {
  let bytes: number
  try {
    bytes = Reflect.apply(bytesOf, Reflect.apply(bufferOf, value, []), []) as number
  } catch {
    throw refused('shared memory')
  }
  count(tally, 'bytes', bytes)
  const fresh = new Uint8Array(Reflect.apply(lengthOf, value, []) as number)
  Reflect.apply(fill, fresh, [value])
  return fresh
}

/** True for a real port: the getter throws on anything that only looks like one. */
function isPort(value: unknown): boolean {
  if (!(value instanceof MessagePort)) return false
  try {
    Reflect.apply(handlerOfPort, value, [])
    return !isBuffer(value)
  } catch {
    return false
  }
}

function isBuffer(value: object): boolean {
  try {
    Reflect.apply(bytesOf, value, [])
    return true
  } catch {
    return false
  }
}

function getterOf(holder: object, name: PropertyKey): (...args: never) => unknown {
  const getter = Object.getOwnPropertyDescriptor(holder, name)?.get
  // Without it nothing could be told apart, so nothing may be sent.
  if (!getter) throw new FaceSealError('airlock_open', { detail: `no getter of ${String(name)}` })
  return getter
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
