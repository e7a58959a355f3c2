import { createServer } from 'node:http'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import {
  type CeremonyOptionsJSON,
  createHandler,
  createMemoryStore,
  type FaceSealStore,
  generateServerKeys,
  type HandlerConfig,
  type HandlerLogLine,
  importServerKeys,
  type ServerKeys,
  verifyOptions,
} from '../../../src/server'
import { consentHash } from '../../../src/wire/consent-hash'
import { FaceSealError, isFaceSealErrorCode } from '../../../src/wire/errors'
import { createDevice, randomTemplate, type TestDevice, withFlippedBits } from './client'
import { expectInDocument } from './fits-openapi'
import { logLines } from './log-lines'
import { watchCryptography, watchedStore } from './watch'
import { origin, scope } from './world'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

type Handler = ReturnType<typeof createHandler>

let keys: ServerKeys
let store: ReturnType<typeof createMemoryStore>
let handler: Handler
let log: HandlerLogLine[]
const verifiedBy: string[] = []

const config = (change: Partial<HandlerConfig> = {}): HandlerConfig => ({
  ...{ store, keys, policy, ...scope, expectedOrigin: origin },
  resolveSubject: async (request) => request.headers.get('x-account') ?? undefined,
  onVerified: async (_, { account, by }) => void verifiedBy.push(`${account} ${by}`),
  logger: logLines((line) => log.push(line)),
  ...change,
})

beforeAll(async () => {
  keys = await importServerKeys(await generateServerKeys())
  store = createMemoryStore()
  log = []
  handler = createHandler(config())
})

interface Call {
  readonly account?: string | undefined
  readonly type?: string
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly method?: string
  readonly headers?: Record<string, string>
}

async function call(path: string, { account, type = 'application/json', body, method = 'POST', headers }: Call = {}) {
  const response = await handler(
    new Request(`${origin}/face${path}`, {
      method,
      headers: { ...(account && { 'x-account': account }), 'content-type': type, origin, ...headers },
      ...(method === 'POST' && { body: body ?? '{}' }),
    }),
  )
  const json = await response.json()
  expectInDocument(path, method, response, json)
  return { status: response.status, headers: response.headers, json }
}

async function optionsFor(kind: 'enrol' | 'verify', account: string): Promise<CeremonyOptionsJSON> {
  const { status, json } = await call(`/${kind}/options`, { account })
  expect(status).toBe(200)
  return json
}

async function send(device: TestDevice, kind: 'enrol' | 'verify', account: string, template: Uint8Array<ArrayBuffer>) {
  const options = await optionsFor(kind, account)
  const receipts = await device.grants(options)
  await call('/receipts', { account, body: JSON.stringify({ receipts }) })
  const body = await device.seal(options, template, { receipts })
  return call(`/${kind}`, { account, type: 'application/octet-stream', body })
}

describe('the whole conversation', () => {
  test('enrol, verify, another person, export, withdraw, verify again', async () => {
    const [device, a] = [await createDevice(), randomTemplate()]
    expect((await send(device, 'enrol', 'alice', a)).json).toEqual({ enrolled: true })
    expect((await send(device, 'verify', 'alice', withFlippedBits(a, 20))).json).toEqual({ verified: true })
    expect((await send(device, 'verify', 'alice', randomTemplate())).json).toEqual({ verified: false })
    expect(verifiedBy).toEqual(['alice backend'])

    const record = (await call('/export', { account: 'alice' })).json
    expect(record).toMatchObject({ v: 1, ...scope, enrolment: { delivery: 'sealed', templateBits: 2048 } })
    expect(record.ledger).toHaveLength(6)

    const withdrawal = await call('/withdraw', { account: 'alice' })
    expect(withdrawal.json.status).toBe('done')
    expect(withdrawal.json.receipt).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect((await send(device, 'verify', 'alice', withFlippedBits(a, 21))).json).toEqual({ verified: false })
    expect((await call('/export', { account: 'alice' })).json.enrolment).toBeNull()
  })

  test('local: a signed yes or no, as application/jose', async () => {
    const device = await createDevice()
    for (const kind of ['enrol', 'verify'] as const) {
      const options = await optionsFor(kind, 'local')
      const receipts = [await device.receipt(options, { scope: 'process' })]
      await call('/receipts', { account: 'local', body: JSON.stringify({ receipts }) })
      const body = await device.statement(options, true, { consent: await consentHash(receipts) })
      const { json } = await call('/local', { account: 'local', type: 'application/jose', body })
      expect(json).toEqual(kind === 'enrol' ? { enrolled: true } : { verified: true })
    }
    expect(verifiedBy.at(-1)).toBe('local device')
  })

  test('an enrolment that the backend compares takes no verdict of the device: its key alone is not the face', async () => {
    const device = await createDevice()
    expect((await send(device, 'enrol', 'carol', randomTemplate())).json).toEqual({ enrolled: true })
    const options = await optionsFor('verify', 'carol')
    const receipts = [await device.receipt(options, { scope: 'process' })]
    await call('/receipts', { account: 'carol', body: JSON.stringify({ receipts }) })
    const body = await device.statement(options, true, { consent: await consentHash(receipts) })
    const { status, json } = await call('/local', { account: 'carol', type: 'application/jose', body })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(json.code).toBe('device_unknown')
  })

  test("nobody writes into another person's record (L25)", async () => {
    const device = await createDevice()
    const receipts = await device.grants(await optionsFor('verify', 'dora'))
    const { json } = await call('/receipts', { account: 'erik', body: JSON.stringify({ receipts }) })
    expect(json.code).toBe('receipt_invalid')
    const own = await call('/receipts', { account: 'dora', body: JSON.stringify({ receipts }) })
    expect(own.status).toBe(200)
  })

  test('receipts come back countersigned, with the head of the chain; again gives the same', async () => {
    const device = await createDevice()
    const receipts = await device.grants(await optionsFor('verify', 'records'))
    const body = JSON.stringify({ receipts })
    const first = await call('/receipts', { account: 'records', body })
    expect(first.json.countersignatures).toHaveLength(2)
    expect(first.json.head).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect((await call('/receipts', { account: 'records', body })).json.countersignatures).toEqual(
      first.json.countersignatures,
    )
  })
})

describe('no oracle', () => {
  test('unknown person, another person, another device: one status, one body, no score', async () => {
    const [device, a] = [await createDevice(), randomTemplate()]
    await send(device, 'enrol', 'known', a)
    const answers = [
      await send(device, 'verify', 'unknown', withFlippedBits(a, 31)),
      await send(device, 'verify', 'known', randomTemplate()),
      await send(await createDevice(), 'verify', 'known', withFlippedBits(a, 32)),
    ]
    for (const { status, json, headers } of answers) {
      expect([status, json]).toEqual([200, { verified: false }])
      expect([...headers.keys()]).toEqual([...answers[0]!.headers.keys()])
    }
  })

  test('an unknown person is limited and caught at a replay just as a known one', async () => {
    const [device, template] = [await createDevice(), randomTemplate()]
    expect((await send(device, 'verify', 'ghost', template)).json).toEqual({ verified: false })
    expect((await send(device, 'verify', 'ghost', template)).json.code).toBe('template_replay')
    for (let i = 0; i < 4; i++) await send(device, 'verify', 'ghost', randomTemplate())
    const refused = await call('/verify/options', { account: 'ghost' })
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('30')
    expect(refused.json).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 30 })
  })

  test('an unknown person costs the same queries and the same cryptography, in the same order, as a known one', async () => {
    const [device, a] = [await createDevice(), randomTemplate()]
    const work: string[] = []
    const before = handler
    handler = createHandler(config({ store: watchedStore(store, work) }))
    const cryptography = watchCryptography(work)
    try {
      await send(device, 'enrol', 'worked', a)
      const workOf = async (account: string) => {
        const options = await optionsFor('verify', account)
        const receipts = await device.grants(options)
        await call('/receipts', { account, body: JSON.stringify({ receipts }) })
        const body = await device.seal(options, randomTemplate(), { receipts })
        work.length = 0
        const { json } = await call('/verify', { account, type: 'application/octet-stream', body })
        expect(json).toEqual({ verified: false })
        return [...work]
      }
      await workOf('nobody') // makes the decoy, once for a key ring
      const known = await workOf('worked')
      expect(await workOf('nobody')).toEqual(known)
      expect(known).toContain('store.readEnrolment')
      expect(known.filter((step) => step === 'subtle.decrypt').length).toBeGreaterThanOrEqual(2) // envelope, template
    } finally {
      handler = before
      for (const spy of cryptography) spy.mockRestore()
    }
  })

  test('a log line holds a route, a status, a code from a closed list and a time: nothing of a person', () => {
    const reasons = ['match', 'mismatch', 'not_enrolled', 'device_unknown', 'model_changed']
    const strangers = log.flatMap((line) =>
      Object.entries(line).filter(([key, value]) => {
        if (key === 'status' || key === 'milliseconds') return !Number.isInteger(value)
        if (key === 'route') return !/^\/(enrol|verify|local|receipts|withdraw|export)(\/options)?$/.test(String(value))
        if (key === 'method') return value !== 'POST'
        if (key === 'requestId') return !/^[\w-]{16}$/.test(String(value))
        if (key === 'cause') return value !== undefined
        return key !== 'code' || !(value === undefined || reasons.includes(String(value)) || isFaceSealErrorCode(value))
      }),
    )
    expect(log.length).toBeGreaterThan(60)
    expect(strangers).toEqual([])
  })
})

describe('what the handler refuses', () => {
  const account = 'refused'
  const type = 'application/octet-stream'
  const cases: readonly (readonly [string, string, Call, number, string])[] = [
    ['no session', '/verify/options', {}, 401, 'session_required'],
    ['another method', '/verify', { account, method: 'GET' }, 405, 'request_invalid'],
    ['another method for a public route', '/keys', { account }, 405, 'request_invalid'],
    ['an unknown route', '/identify', { account }, 404, 'request_invalid'],
    ['a name of Object.prototype as a route', '/constructor', { account }, 404, 'request_invalid'],
    ['JSON for bytes', '/verify', { account }, 415, 'request_invalid'],
    ['a form', '/withdraw', { account, type: 'application/x-www-form-urlencoded' }, 415, 'request_invalid'],
    ['plain text (a simple request)', '/withdraw', { account, type: 'text/plain' }, 415, 'request_invalid'],
    ['1025 bytes', '/verify', { account, type, body: new Uint8Array(1025) }, 413, 'request_invalid'],
    ['noise', '/verify', { account, type, body: new Uint8Array(900) }, 400, 'envelope_malformed'],
    ['nothing', '/enrol', { account, type, body: '' }, 400, 'envelope_malformed'],
    ['a field too many', '/verify/options', { account, body: '{"account":"bob"}' }, 400, 'request_invalid'],
    ['broken JSON', '/receipts', { account, body: '{' }, 400, 'request_invalid'],
    ['no receipt', '/receipts', { account, body: '{"receipts":[]}' }, 400, 'request_invalid'],
    ['a receipt of nobody', '/receipts', { account, body: '{"receipts":["a.b.c"]}' }, 400, 'receipt_invalid'],
    ['a statement of nobody', '/local', { account, type: 'application/jose', body: 'a.b.c' }, 400, 'device_signature'],
    ['another site', '/withdraw', { account, headers: { origin: 'https://evil.example' } }, 403, 'origin_mismatch'],
  ]
  test.each(cases)('%s', async (_, path, request, status, code) => {
    const answer = await call(path, request)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.json).toMatchObject({ type: `urn:faceseal:error:${code}`, status, code })
    expect(answer.json.title).toEqual(expect.any(String))
  })

  test('a stream longer than it says, or without a length', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(600))
      },
    })
    const headers = { 'content-type': 'application/octet-stream', origin, 'x-account': account }
    const init = { method: 'POST', body, headers, duplex: 'half' } as RequestInit
    expect((await handler(new Request(`${origin}/face/verify`, init))).status).toBe(413)
  })

  test("another person's session cannot use a response", async () => {
    const device = await createDevice()
    const options = await optionsFor('verify', 'victim')
    const body = await device.seal(options, randomTemplate())
    const { status, json } = await call('/verify', { account: 'thief', type, body })
    expect([status, json.code, json.detail]).toEqual([400, 'challenge_mismatch', 'subject'])
  })

  test('a configuration that breaks a rule does not start', () => {
    expect(() => createHandler(config({ policy: { ...policy, alternatives: [] } }))).toThrow(FaceSealError)
    expect(() => createHandler(config({ purpose: 'another' }))).toThrow(/configuration_invalid: the policy is for/)
  })

  test('a failing database is 503, an accident 500; neither tells what happened', async () => {
    const failing = (cause: Error): FaceSealStore => ({
      ...store,
      transaction: () => Promise.reject(cause),
      ping: () => Promise.reject(cause),
    })
    const statusWith = async (cause: Error) => {
      const request = new Request(`${origin}/face/health`)
      const response = await createHandler(config({ store: failing(cause) }))(request)
      return [response.status, await response.text()] as const
    }
    const [status, text] = await statusWith(new FaceSealError('store_unavailable', { detail: 'secret' }))
    expect(status).toBe(503)
    expect(text).not.toContain('secret')
    const [accident, body] = await statusWith(new TypeError('secret'))
    expect(accident).toBe(500)
    expect(body).not.toContain('secret')
  })
})

describe('public routes', () => {
  test('health and keys; the key is the one that signs options', async () => {
    expect((await call('/health', { method: 'GET' })).json).toEqual({ status: 'ok' })
    const { json } = await call('/keys', { method: 'GET' })
    expect(JSON.stringify(json)).not.toContain('"d"')
    const options = await optionsFor('enrol', 'keys')
    await verifyOptions(options, { expectedSigner: json.expectedSigner })
  })

  test('CORS is for those named, with credentials, and for nobody by default', async () => {
    const other = 'https://app.example'
    const request = () =>
      new Request(`${origin}/face/verify/options`, { method: 'OPTIONS', headers: { origin: other } })
    expect((await handler(request())).headers.get('access-control-allow-origin')).toBeNull()
    const open = createHandler(config({ cors: [other], expectedOrigin: [origin, other] }))
    const preflight = await open(request())
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe(other)
    expect(preflight.headers.get('vary')).toContain('origin')
    expect(preflight.headers.get('access-control-allow-credentials')).toBe('true')
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/content-type.*authorization/)
    const third = new Request(`${origin}/face/verify/options`, {
      ...{ method: 'OPTIONS', headers: { origin: 'https://third.example' } },
    })
    const refused = await open(third)
    const allowing = [...refused.headers.keys()].filter((name) => name.startsWith('access-control-'))
    expect([allowing, refused.headers.get('vary')]).toEqual([[], 'origin'])
  })
})

describe('mounted', () => {
  const closers: (() => void)[] = []
  afterAll(() => {
    for (const close of closers) close()
  })
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-account': 'mounted' },
    body: '{}',
  }

  test("under Node's own http, by a few lines", async () => {
    const server = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk)
      const { method = 'GET', url = '/' } = incoming
      const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
      const body = method === 'GET' ? null : Buffer.concat(chunks)
      const response = await handler(new Request(`http://localhost${url}`, { method, headers, body }))
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => server.close())
    const { port } = server.address() as { port: number }
    const response = await fetch(`http://127.0.0.1:${port}/face/verify/options`, options)
    expect([response.status, (await response.json()).kind]).toEqual([200, 'verify'])
  })

  test('under Hono', async () => {
    const app = new Hono()
    app.all('/face/*', (context) => handler(context.req.raw))
    const address = await new Promise<{ port: number }>((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, resolve)
      closers.push(() => server.close())
    })
    const response = await fetch(`http://127.0.0.1:${address.port}/face/enrol/options`, options)
    expect([response.status, (await response.json()).kind]).toEqual([200, 'enrol'])
  })

  test('as the fetch handler that a runtime calls with nothing but a Request, cross-origin with a token', async () => {
    const app = 'https://app.example'
    const mounted = {
      fetch: createHandler(
        config({
          ...{ cors: [app], expectedOrigin: [origin, app], basePath: '/api/face' },
          resolveSubject: async (request) => /^Bearer (\w+)$/.exec(request.headers.get('authorization') ?? '')?.[1],
        }),
      ),
    }
    const headers = { origin: app, authorization: 'Bearer token', 'content-type': 'application/json; charset=utf-8' }
    const request = { method: 'POST', headers, body: '{}' }
    const response = await mounted.fetch(new Request(`${origin}/api/face/verify/options`, request))
    expect([response.status, (await response.json()).origin]).toEqual([200, app])
    expect(response.headers.get('access-control-allow-origin')).toBe(app)
    expect((await mounted.fetch(new Request(`${origin}/face/verify/options`, request))).status).toBe(404)
    const { authorization: _, ...unsigned } = headers
    const refused = await mounted.fetch(
      new Request(`${origin}/api/face/verify/options`, { ...request, headers: unsigned }),
    )
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, app])
  })
})
