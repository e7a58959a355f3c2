import fc from 'fast-check'

type Bytes = Uint8Array<ArrayBuffer>

/** Noise of up to `max` bytes. */
export const noise = (max: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ maxLength: max }).map((bytes) => new Uint8Array(bytes))

/** A true input with one bit turned, some bytes changed, a piece cut out or doubled: it goes deeper than noise. */
export function damagedBytes(whole: Bytes): fc.Arbitrary<Bytes> {
  const place = fc.nat({ max: Math.max(0, whole.length - 1) })
  const bit = fc.tuple(place, fc.nat({ max: 7 })).map(([at, position]) => {
    const copy = new Uint8Array(whole)
    copy[at] = copy[at]! ^ (1 << position)
    return copy
  })
  const bytes = fc.array(fc.tuple(place, fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }).map((changes) => {
    const copy = new Uint8Array(whole)
    for (const [at, value] of changes) copy[at] = value
    return copy
  })
  const cut = fc.tuple(place, place).map(([a, b]) => joined(whole.subarray(0, Math.min(a, b)), whole.subarray(b)))
  const doubled = fc.tuple(place, place).map(([a, b]) => joined(whole.subarray(0, a), whole.subarray(Math.min(a, b))))
  return fc.oneof(bit, bytes, cut, doubled)
}

/** A true text with characters changed, taken out or put in. */
export function damagedText(whole: string, alphabet = 'ABCxyz019-_.={}":,'): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.nat({ max: whole.length }),
      fc.nat({ max: 3 }),
      fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 3 }),
    )
    .map(([at, gone, put]) => whole.slice(0, at) + put + whole.slice(at + gone))
}

const strange: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, 2 ** 53, 0.1, '', [], {}, '__proto__', 'constructor', 'x'.repeat(70_000)],
  ...['\u0000', '\ud800', '../..', 'https://elsewhere.example', ['a', ['b']], { toString: 1, valueOf: 1, toJSON: 1 }],
]
const names = ['__proto__', 'constructor', 'prototype', 'toString', 'then', 'toJSON', '']

/**
 * A true JSON value with one of its fields or items, anywhere, removed, doubled, of another type, too large, or with a
 * field more. The copy shares nothing with `whole`.
 */
export function damagedJson(whole: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(whole)
  const value = fc.oneof(fc.constantFrom(...strange), fc.jsonValue())
  const act = fc.oneof(
    fc.constant({ kind: 'remove' } as const),
    fc.constant({ kind: 'double' } as const),
    value.map((to) => ({ kind: 'replace', to }) as const),
    fc.tuple(fc.constantFrom(...names), value).map(([name, to]) => ({ kind: 'add', name, to }) as const),
  )
  return fc
    .tuple(fc.constantFrom(...places), act)
    .map(([path, change]) => changedAt(structuredClone(whole), path, change))
}

type Change =
  | { readonly kind: 'remove' }
  | { readonly kind: 'double' }
  | { readonly kind: 'replace'; readonly to: unknown }
  | { readonly kind: 'add'; readonly name: string; readonly to: unknown }

type Path = readonly (string | number)[]

const isObject = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null

function placesOf(value: unknown, path: Path = []): Path[] {
  if (!isObject(value)) return [path]
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  return [path, ...keys.flatMap((key) => placesOf(value[key], [...path, key]))]
}

function changedAt(value: unknown, path: Path, change: Change): unknown {
  const [first, ...rest] = path
  if (first === undefined || !isObject(value)) return changedValue(value, change)
  if (rest.length === 0 && change.kind === 'remove') {
    if (Array.isArray(value)) value.splice(Number(first), 1)
    else delete value[first]
  } else if (rest.length === 0 && change.kind === 'double' && Array.isArray(value)) {
    value.splice(Number(first), 0, structuredClone(value[Number(first)]))
  } else value[first] = changedAt(value[first], rest, change)
  return value
}

function changedValue(value: unknown, change: Change): unknown {
  if (change.kind === 'replace') return change.to
  if (change.kind === 'double') return typeof value === 'string' ? value + value : [value, value]
  if (change.kind === 'remove') return undefined
  if (!isObject(value) || Array.isArray(value)) return { [change.name]: change.to, value }
  // An own property, as JSON.parse makes one: an assignment to __proto__ would not be seen in the text.
  Object.defineProperty(value, change.name, { value: change.to, enumerable: true, configurable: true, writable: true })
  return value
}

function joined(left: Bytes, right: Bytes): Bytes {
  const whole = new Uint8Array(left.length + right.length)
  whole.set(left)
  whole.set(right, left.length)
  return whole
}
