import { FaceSealError } from '../wire/errors'

/** Upper bounds of one message that leaves the worker. */
const limits = { bytes: 1024, characters: 4096, numbers: 48, depth: 8 } as const

/**
 * Taken at load, before any library runs: a structured clone looks at what an object is, not at its prototype or at
 * properties that shadow the built-in ones, so the check must do the same; and a library that changes a built-in function
 * later changes nothing here. For the same reason nothing is iterated, for iterators can be changed as well.
 */
const { apply } = Reflect
const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, keys } = Object
const { isArray } = Array
const Bytes = Uint8Array
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
  for (let i = 0; i < transfer.length; i++) {
    if (!isPort(transfer[i])) throw refused(`transfer of ${kindOf(transfer[i])}`)
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
  if (value === null || (isAmong(value, transfer) && isPort(value))) return value
  if (apply(kindOfArray, value, []) === 'Uint8Array') return copyBytes(value, tally)
  const prototype: unknown = getPrototypeOf(value)
  const list = isArray(value)
  if (list ? prototype !== Array.prototype : prototype !== Object.prototype) throw refused(kindOf(value))
  const fresh: object = list ? [] : {}
  const names = keys(value)
  for (let i = 0; i < names.length; i++) {
    const key = names[i]!
    const property = getOwnPropertyDescriptor(value, key)
    // A getter could show one value here and give another to the clone.
    if (!property || !('value' in property)) throw refused('accessor')
    if (list) {
      if (typeof property.value === 'number') throw refused('array of numbers')
    } else {
      count(tally, 'characters', key.length)
    }
    const kept = copy(property.value, transfer, tally, depth + 1)
    defineProperty(fresh, key, { value: kept, writable: true, enumerable: true, configurable: true })
  }
  return fresh
}

function copyBytes(value: object, tally: Tally): Uint8Array {
  let bytes: number
  try {
    bytes = apply(bytesOf, apply(bufferOf, value, []), []) as number
  } catch {
    throw refused('shared memory')
  }
  count(tally, 'bytes', bytes)
  const fresh = new Bytes(apply(lengthOf, value, []) as number)
  apply(fill, fresh, [value])
  return fresh
}

/** True for a real port: the getter throws on anything that only looks like one. */
function isPort(value: unknown): boolean {
  try {
    apply(handlerOfPort, value, [])
    return true
  } catch {
    return false
  }
}

function isAmong(value: unknown, list: readonly unknown[]): boolean {
  for (let i = 0; i < list.length; i++) if (list[i] === value) return true
  return false
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
