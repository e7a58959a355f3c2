import { readFile } from 'node:fs/promises'
import { Validator } from '@seriousme/openapi-schema-validator'
import * as v from 'valibot'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import { openApiDocument, openApiFile, openApiText } from '../../../docs/openapi'
import * as answers from '../../../docs/openapi-answers'
import { createHandler, createMemoryStore, generateServerKeys, importServerKeys, logEntryOf } from '../../../src/server'
import { handlerRoutes } from '../../../src/server/http'
import { ceremonyOptionsSchema } from '../../../src/wire/ceremony-options'
import { createDevice, randomTemplate, type TestDevice, withFlippedBits } from './client'
import { expectInDocument } from './fits-openapi'
import { origin, scope } from './world'

// a shared two-core machine may be slow; what is tested here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}
const document = openApiDocument() as unknown as Document

describe('docs/openapi.json', () => {
  test('is what the schemas make: run `npx tsx docs/openapi.ts`', async () => {
    expect(await readFile(openApiFile, 'utf8')).toBe(openApiText())
  })

  test('has every route of the handler, with its method, and no other', () => {
    const documented = Object.entries(document.paths).map(([path, methods]) => `${Object.keys(methods).join()} ${path}`)
    const { posts, gets } = handlerRoutes
    expect(documented.sort()).toEqual(
      [...posts.map((path) => `post ${path}`), ...gets.map((path) => `get ${path}`)].sort(),
    )
  })

  test('is OpenAPI 3.1 to a validator that knows nothing of us; a broken one is not', async () => {
    const validator = new Validator()
    const errorsOf = async (change: object) => {
      const text = JSON.parse(openApiText())
      const { valid, errors } = await validator.validate({ ...text, ...change })
      return valid ? 'valid' : JSON.stringify(errors)
    }
    expect(await errorsOf({})).toBe('valid')
    expect(await errorsOf({ info: { title: 'without a version' } })).toContain('version')
    const operation = { summary: 'x', responses: { 200: { content: {} } } }
    expect(await errorsOf({ paths: { '/health': { get: operation } } })).toContain('description')
  })

  test('every reference points at a schema that is there, and every schema is used', () => {
    const used = [...JSON.stringify(document.paths).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name!)
    expect(new Set(used)).toEqual(new Set(Object.keys(document.components.schemas)))
  })

  test('objects are closed: a field too many is refused (L16, L18)', () => {
    for (const name of ['OptionsRequest', 'Receipts', 'Nothing', 'Verified']) {
      expect(document.components.schemas[name]).toMatchObject({ type: 'object', additionalProperties: false })
    }
  })
})

describe('real answers fit their schema', () => {
  let call: (path: string, body?: string | Uint8Array<ArrayBuffer>, type?: string) => Promise<unknown>
  let device: TestDevice
  const template = randomTemplate()

  beforeAll(async () => {
    const keys = await importServerKeys(await generateServerKeys())
    const config = { store: createMemoryStore(), keys, policy, ...scope, expectedOrigin: origin }
    const handler = createHandler({ ...config, resolveSubject: async () => 'reader' })
    device = await createDevice()
    call = async (path, body, type = 'application/json') => {
      const headers = { 'content-type': type, origin }
      const init = body === undefined ? {} : { method: 'POST', headers, body }
      const response = await handler(new Request(`${origin}/face${path}`, init))
      const answer = await response.json()
      expectInDocument(path, body === undefined ? 'GET' : 'POST', response, answer)
      return answer
    }
  })

  async function send(kind: 'enrol' | 'verify', bits: Uint8Array<ArrayBuffer>): Promise<unknown> {
    const options = v.parse(ceremonyOptionsSchema, await call(`/${kind}/options`, '{}'))
    const receipts = await device.grants(options)
    v.parse(answers.receiptsAnswer, await call('/receipts', JSON.stringify({ receipts })))
    return call(`/${kind}`, await device.seal(options, bits, { receipts }), 'application/octet-stream')
  }

  test('an answer with a score, without a field or of another type fits none', () => {
    const fits = (path: string, body: object) => () => expectInDocument(path, 'POST', Response.json(body), body)
    expect(fits('/verify', { verified: true })).not.toThrow()
    expect(fits('/verify', { verified: true, score: 0.4 })).toThrow('additional properties')
    expect(fits('/withdraw', { status: 'done' })).toThrow('required property')
    expect(fits('/verify', { verified: 'yes' })).toThrow('must be boolean')
    const html = new Response('<p>', { headers: { 'content-type': 'text/html' } })
    expect(() => expectInDocument('/verify', 'POST', html, {})).toThrow('answers 200 as text/html')
  })

  test('enrol, verify, export, proofs, withdraw, problems', async () => {
    v.parse(answers.enrolledAnswer, await send('enrol', template))
    v.parse(answers.verifiedAnswer, await send('verify', withFlippedBits(template, 9)))
    const record = v.parse(answers.exportAnswer, await call('/export', '{}'))
    expect(record.ledger.length).toBe(record.log?.inclusion.length)
    const entry = await logEntryOf(record.ledger[0]!.countersignature)
    v.parse(answers.proofAnswer, await call(`/evidence/proof?entry=${entry}`))
    expect(v.parse(answers.headAnswer, await call(`/evidence/head?device=${device.thumbprint}`)).head).toBeDefined()
    v.parse(answers.consistencyAnswer, await call('/evidence/consistency?from=1&to=3'))
    v.parse(answers.withdrawAnswer, await call('/withdraw', '{}'))
    expect(v.parse(answers.exportAnswer, await call('/export', '{}')).enrolment).toBeNull()
    v.parse(answers.healthAnswer, await call('/health'))
    v.parse(answers.keysAnswer, await call('/keys'))
    for (const path of ['/nothing', '/evidence/proof', '/enrol']) v.parse(answers.problemAnswer, await call(path))
    v.parse(answers.problemAnswer, await call('/local', 'a.b.c', 'application/jose'))
  })
})
