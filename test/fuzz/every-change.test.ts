import canonicalize from 'canonicalize'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { type CeremonyOptionsJSON, generateServerKeys, importServerKeys } from '../../src/server'
import { readReceipt } from '../../src/server/ledger'
import { decodeEnvelope } from '../../src/wire/envelope'
import { createDevice, randomTemplate } from '../unit/server/client'
import { codeOf, createWorld, type World } from '../unit/server/world'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

type Bytes = Uint8Array<ArrayBuffer>

let world: World
let options: CeremonyOptionsJSON
let envelope: Bytes
let receipt: string

beforeAll(async () => {
  world = await createWorld()
  const device = await createDevice()
  options = await world.options('enrol', 'changed')
  receipt = await device.receipt(options)
  await world.record([receipt])
  envelope = await world.response(device, options, randomTemplate())
})

/** RFC 8785 text of an object. */
const jcs = (value: object) => canonicalize(value) ?? ''
/** The same envelope around another header text, of any length. */
function withHeader(text: string): Bytes {
  const { enc, ciphertext } = decodeEnvelope(envelope)
  const header = new TextEncoder().encode(text)
  const lengths = [header.length >> 8, header.length & 0xff]
  return new Uint8Array([...envelope.slice(0, 3), ...lengths, ...header, enc.length, ...enc, ...ciphertext])
}
const codeOfDecoding = (bytes: Bytes) => codeOf((async () => decodeEnvelope(bytes))())

describe('an envelope', () => {
  test('is refused with any one bit turned, and accepted without', async () => {
    const accepted: string[] = []
    for (let bit = 0; bit < envelope.length * 8; bit++) {
      const turned = envelope.slice()
      turned[bit >> 3] = turned[bit >> 3]! ^ (1 << (bit & 7))
      if ((await codeOf(world.acceptEnrolment(turned))) === 'resolved') accepted.push(`bit ${bit}`)
    }
    expect(accepted).toEqual([])
    expect(await codeOf(world.acceptEnrolment(envelope))).toBe('resolved')
  })

  test('is refused cut at any length, and with a byte more', async () => {
    for (let length = 0; length < envelope.length; length++) {
      expect(await codeOfDecoding(envelope.slice(0, length))).toBe('envelope_malformed')
    }
    expect(await codeOfDecoding(new Uint8Array([...envelope, 0]))).toBe('envelope_malformed')
  })

  test('is refused with any field of its header removed, doubled, oversized, of another type, or one more', async () => {
    const { header } = decodeEnvelope(envelope)
    expect(await codeOfDecoding(withHeader(jcs(header)))).toBe('resolved')
    const fields = Object.entries(header)
    expect(fields.length).toBeGreaterThan(15)
    for (const [name, value] of fields) {
      const rest = fields.filter(([other]) => other !== name)
      const text = (entries: readonly (readonly [string, unknown])[]) => jcs(Object.fromEntries(entries))
      const doubled = text(fields).replace('{', `{${JSON.stringify(name)}:${JSON.stringify(value)},`)
      const others = [null, [value], { value }, typeof value === 'string' ? 1 : String(value), 'x'.repeat(81), -1]
      const variants = [text(rest), doubled, ...others.map((other) => text([...rest, [name, other]]))]
      for (const variant of variants) {
        expect([variant, await codeOfDecoding(withHeader(variant))]).toEqual([variant, 'envelope_malformed'])
      }
    }
    for (const name of ['extra', '__proto__', 'constructor']) {
      const more = jcs(header).replace('{', `{${JSON.stringify(name)}:1,`)
      expect(await codeOfDecoding(withHeader(more))).toBe('envelope_malformed')
    }
  })

  test('is refused when its header is spelled in another way than RFC 8785', async () => {
    const text = jcs(decodeEnvelope(envelope).header)
    for (const other of [` ${text}`, text.replace(',', ', '), text.replace('"v"', '"\\u0076"'), `\ufeff${text}`]) {
      expect(await codeOfDecoding(withHeader(other))).toBe('envelope_malformed')
    }
  })
})

test('a receipt has one text: the fifteen other endings with the same signature bits are refused', async () => {
  expect(await codeOf(readReceipt(receipt))).toBe('resolved')
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const endings = [...alphabet].filter((ending) => !receipt.endsWith(ending))
  for (const ending of endings) expect(await codeOf(readReceipt(receipt.slice(0, -1) + ending))).toBe('receipt_invalid')
})

test('server keys are refused with any field gone, or one that is no key', async () => {
  const json = await generateServerKeys()
  for (const field of Object.keys(json)) {
    expect(await codeOf(importServerKeys({ ...json, [field]: undefined }))).toBe('configuration_invalid')
  }
  const broken = { ...json, options: { ...json.options, jwk: { ...json.options.jwk, x: 'AAAA' } } }
  expect(await codeOf(importServerKeys(broken))).toBe('configuration_invalid')
})
