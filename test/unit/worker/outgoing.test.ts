import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyThatMayLeave } from '../../../src/worker/outgoing'

const progress = { hint: 'too_dark', accepted: 1, needed: 3, seen: 9, timings: { read: 1.2, detect: 9.1, embed: 50 } }
const reply = (value: unknown) => ({ id: '1234-5678', type: 'RAW', value })

describe('what may leave', () => {
  it.each([
    ['progress', reply(progress)],
    [
      'an envelope',
      reply({ kind: 'sealed', envelope: new Uint8Array(931), report: { seen: 4, accepted: 3, timings: {} } }),
    ],
    [
      'a local template',
      reply({ iv: new Uint8Array(12), ciphertext: new Uint8Array(272), model: 'm.01234567', bits: 2048 }),
    ],
    ['a list of names', reply({ removed: Array.from({ length: 120 }, (_, index) => `Interface${index}`) })],
    ['a pull for a frame', 'next'],
    ['nothing', undefined],
  ])('%s', (_name, message) => {
    expect(() => copyThatMayLeave(message)).not.toThrow()
  })

  it('a port, when it is transferred', () => {
    const { port1, port2 } = new MessageChannel()
    expect(() => copyThatMayLeave({ port: port1 }, [port1])).not.toThrow()
    expect(() => copyThatMayLeave({ port: port1 }, [])).toThrow()
    port1.close()
    port2.close()
  })
})

describe('what may not', () => {
  const key = crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt'])

  it.each<[string, unknown]>([
    ['an embedding', reply(new Float32Array(512))],
    ['an embedding as numbers', reply(Array.from({ length: 8 }, () => 0.5))],
    ['an embedding as fields', reply(Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`f${index}`, 0.5])))],
    ['an embedding as text', reply(Array.from({ length: 512 }, () => '0.12345678'))],
    ['points', reply([{ points: [1, 2, 3] }])],
    ['pixels', reply(new Uint8ClampedArray(4))],
    ['many bytes', reply(new Uint8Array(2048))],
    ['many small arrays', reply(Array.from({ length: 5 }, () => new Uint8Array(256)))],
    ['a small view of a large buffer', reply(new Uint8Array(new ArrayBuffer(1 << 20), 0, 16))],
    ['shared memory', reply(new Uint8Array(new SharedArrayBuffer(16)))],
    ['a bare buffer', reply(new ArrayBuffer(16))],
    ['a blob', reply(new Blob(['x']))],
    ['a map', reply(new Map([['a', 1]]))],
    ['a date', reply(new Date(0))],
    ['a big number', reply(10n ** 100n)],
    ['a class instance', reply(new (class Face {})())],
    ['a function', reply(() => 1)],
    ['an accessor', reply(Object.defineProperty({}, 'x', { enumerable: true, get: () => 'y' }))],
    ['deep nesting', reply({ a: { b: { c: { d: { e: { f: { g: { h: 1 } } } } } } } })],
  ])('%s', (_name, message) => {
    expect(() => copyThatMayLeave(message)).toThrow(expect.objectContaining({ code: 'airlock_open' }))
  })

  it('a key', async () => {
    const value = await key
    expect(() => copyThatMayLeave(reply(value))).toThrow(expect.objectContaining({ code: 'airlock_open' }))
  })

  it('a transferred buffer', () => {
    expect(() => copyThatMayLeave('x', [new ArrayBuffer(4)])).toThrow(expect.objectContaining({ code: 'airlock_open' }))
  })

  it('a canary of 512 random numbers, however it is wrapped', () => {
    const wrap: ((numbers: readonly number[]) => unknown)[] = [
      (numbers) => numbers,
      (numbers) => Float32Array.from(numbers),
      (numbers) => Float64Array.from(numbers),
      (numbers) => new Uint8Array(Float32Array.from(numbers).buffer),
      (numbers) => numbers.map((value) => ({ value })),
      (numbers) => numbers.join(),
      (numbers) => Object.fromEntries(numbers.map((value) => [String(value), true])),
      (numbers) => ({ ...numbers }),
    ]
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 512, maxLength: 512 }),
        fc.constantFrom(...wrap),
        (numbers, how) => {
          expect(() => copyThatMayLeave(reply(how(numbers)))).toThrow()
        },
      ),
      { numRuns: 50 },
    )
  })

  // A structured clone sees what an object is; so must the guard, whatever prototype or property it wears.
  it.each([
    ['a buffer dressed as a plain object', () => Object.setPrototypeOf(new ArrayBuffer(4096), Object.prototype)],
    [
      'a map dressed as a plain object',
      () => Object.setPrototypeOf(new Map([['e', new Float32Array(512)]]), Object.prototype),
    ],
  ])('%s leaves as an empty object', (_name, dress) => {
    const posted = structuredClone(copyThatMayLeave({ value: dress() })) as { value: object }
    expect(posted).toEqual({ value: {} })
    expect(Object.prototype.toString.call(posted.value)).toBe('[object Object]')
  })

  it('bytes are counted by what they are, not by what they say', () => {
    const large = new Uint8Array(4096)
    Object.defineProperty(large, 'buffer', { value: new ArrayBuffer(1) })
    Object.defineProperty(large, 'length', { value: 1 })
    expect(() => copyThatMayLeave({ large })).toThrow(expect.objectContaining({ code: 'airlock_open' }))
    const floats: object = Object.setPrototypeOf(new Float32Array(8), Uint8Array.prototype)
    expect(() => copyThatMayLeave({ floats })).toThrow(expect.objectContaining({ code: 'airlock_open' }))
    const port: object = Object.setPrototypeOf(new ArrayBuffer(4096), MessagePort.prototype)
    expect(() => copyThatMayLeave({ port }, [port])).toThrow(expect.objectContaining({ code: 'airlock_open' }))
  })
})
