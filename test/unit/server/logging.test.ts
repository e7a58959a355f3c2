import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import {
  type CeremonyOptionsJSON,
  createHandler,
  createMemoryStore,
  type FaceSealStore,
  generateServerKeys,
  type HandlerConfig,
  importServerKeys,
  logEntryOf,
  type ServerKeys,
} from '../../../src/server'
import { handlerRoutes } from '../../../src/server/http'
import { consentHash } from '../../../src/wire/consent-hash'
import { FaceSealError } from '../../../src/wire/errors'
import { createDevice, randomTemplate, withFlippedBits } from './client'
import { origin, scope } from './world'

// a shared two-core machine may be slow; what is tested here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

type Bytes = Uint8Array<ArrayBuffer>
interface Sent {
  readonly body?: string | Bytes
  readonly type?: string
  readonly method?: string
}

const account = 'zhang-wei-4711'
const address = '203.0.113.77'
const guardian = randomBytes(16).toString('base64url')
const session = `session=${randomBytes(24).toString('base64url')}`
/** Name of a value → what no line may hold of it. */
const secrets = new Map<string, string>([
  ...Object.entries({ account, address, guardian, session, tenant: scope.tenant, purpose: scope.purpose, origin }),
])
const lines: string[] = []
let keys: ServerKeys
let device: Awaited<ReturnType<typeof createDevice>>

/** A secret is in a line when any twelve characters of it are: a cut or embedded value is found, too. */
function leaksIn(line: string): readonly string[] {
  const within = (secret: string) =>
    Array.from({ length: Math.max(1, secret.length - 11) }, (_, at) => secret.slice(at, at + 12)).some((part) =>
      line.includes(part),
    )
  return [...secrets].filter(([, secret]) => within(secret)).map(([name]) => name)
}

function keepBytes(name: string, bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes)
  for (const encoding of ['base64', 'base64url', 'hex'] as const) {
    secrets.set(`${name}, ${encoding}`, buffer.toString(encoding))
  }
  secrets.set(`${name}, numbers`, [...bytes].join())
}

function start(change: Partial<HandlerConfig> = {}) {
  const handler = createHandler({
    ...{ store: createMemoryStore(), keys, policy, ...scope, expectedOrigin: origin },
    resolveSubject: async (request) => (request.headers.has('cookie') ? account : undefined),
    clientAddress: () => address,
    logger: pino({ base: null }, { write: (line) => lines.push(line) }),
    ...change,
  })
  return async (path: string, { body = '{}', type = 'application/json', method = 'POST' }: Sent = {}) => {
    const headers = { 'content-type': type, origin, cookie: session, 'x-forwarded-for': address }
    const init = { method, headers, ...(method === 'POST' && { body }) }
    const response = await handler(new Request(`${origin}/face${path}`, init))
    return { response, json: await response.json().catch(() => ({})) }
  }
}
type Call = ReturnType<typeof start>

/** Everything that goes right, with the values that it is about kept for the scan. */
async function whole(call: Call): Promise<void> {
  const template = randomTemplate()
  const answer = async (kind: 'enrol' | 'verify', bits: Bytes) => {
    const options: CeremonyOptionsJSON = (await call(`/${kind}/options`)).json
    const { subject, nonce, sid, subjectSalt, signature } = options
    for (const [name, value] of Object.entries({ subject, nonce, sid, subjectSalt, signature })) {
      secrets.set(`${kind} ${name}`, value)
    }
    keepBytes(`${kind} template`, bits)
    const receipts = await device.grants(options, { guardian })
    for (const [i, receipt] of receipts.entries()) secrets.set(`${kind} receipt ${i}`, receipt)
    secrets.set(`${kind} consent`, await consentHash(receipts))
    await call('/receipts', { body: JSON.stringify({ receipts }) })
    const body = await device.seal(options, bits, { receipts })
    keepBytes(`${kind} envelope`, body)
    const { json } = await call(`/${kind}`, { body, type: 'application/octet-stream' })
    expect(json).toEqual(kind === 'enrol' ? { enrolled: true } : { verified: true })
    const again = await call(`/${kind}`, { body, type: 'application/octet-stream' })
    expect(again.json.code).toBe('challenge_consumed')
  }
  await answer('enrol', template)
  await answer('verify', withFlippedBits(template, 40))
  const record = (await call('/export')).json
  secrets.set('tree head', record.log.treeHead)
  await call(`/evidence/head?device=${device.thumbprint}`, { method: 'GET' })
  await call('/evidence/consistency?from=0&to=2', { method: 'GET' })
  const leaf = await logEntryOf(record.ledger[0].countersignature)
  await call(`/evidence/proof?entry=${leaf}`, { method: 'GET' })
  for (const path of ['/health', '/keys']) await call(path, { method: 'GET' })
  await call('/withdraw')
  const options: CeremonyOptionsJSON = (await call('/enrol/options')).json
  const receipts = [await device.receipt(options, { scope: 'process' })]
  await call('/receipts', { body: JSON.stringify({ receipts }) })
  const body = await device.statement(options, true, { consent: await consentHash(receipts) })
  secrets.set('statement', body)
  expect((await call('/local', { body, type: 'application/jose' })).json).toEqual({ enrolled: true })
}

/** What the database says of a failed statement names people. */
class DatabaseError extends Error {
  readonly code = '23505'
  readonly detail = `Key (account)=(${account}) already exists.`
}

const failingStore = (): FaceSealStore => ({
  ...createMemoryStore(),
  transaction() {
    const cause = new DatabaseError(`duplicate key for ${account} from ${address}`)
    throw new FaceSealError('store_unavailable', { cause, detail: account })
  },
  async ping() {
    throw new FaceSealError('store_unavailable', { detail: address })
  },
})

const routes = [
  ...handlerRoutes.posts.map((path) => ({ path, method: 'POST' })),
  ...handlerRoutes.gets.map((path) => ({ path, method: 'GET' })),
]

beforeAll(async () => {
  keys = await importServerKeys(await generateServerKeys())
  device = await createDevice()
  secrets.set('device', device.thumbprint)
  keepBytes('device key', device.publicKey)
  await whole(start())
  const call = start()
  for (const { path, method } of routes) {
    const query = `?device=${account}&entry=${session}`
    const type = 'application/octet-stream'
    await call(path + query, { method, body: new Uint8Array(randomBytes(900)), type })
    await call(path + query, { method: method === 'GET' ? 'POST' : 'GET' })
    await call(path, { method, body: JSON.stringify({ account, guardian, template: 'x'.repeat(2000) }) })
  }
  await call(`/${account}`)
  const stolen = Object.assign(new TypeError(`no key for ${account}`), { code: account })
  const keysFail = start({ keys: { keys: () => Promise.reject(stolen) } })
  const storeFails = start({ store: failingStore() })
  for (const { path, method } of routes) {
    await keysFail(path, { method })
    await storeFails(path, { method })
  }
  await start({ resolveSubject: () => Promise.reject(new Error(session)) })('/withdraw')
})

describe('the log, written by pino (L18, L26)', () => {
  test('has a good, a refused and a failed request of every route, each with its own random id', () => {
    const read = lines.map((line) => JSON.parse(line))
    for (const { path } of routes) {
      const statuses = read.filter(({ route }) => route === path).map(({ status }) => Math.floor(status / 100))
      expect([path, ...new Set(statuses)].sort()).toEqual([path, 2, 4, 5].sort())
    }
    expect(new Set(read.map(({ requestId }) => requestId)).size).toBe(read.length)
    expect(read.filter(({ level, status }) => level !== (status >= 500 ? 50 : status >= 400 ? 40 : 30))).toEqual([])
  })

  test('holds no value of a person, a face, a device, a session or a challenge', () => {
    expect(lines.flatMap(leaksIn)).toEqual([])
  })

  test('has the fields that were promised and no other', () => {
    const promised = ['level', 'time', 'requestId', 'route', 'method', 'status', 'code', 'cause', 'milliseconds', 'msg']
    const all = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line))))
    expect([...all].sort()).toEqual(promised.sort())
  })

  test('a failing database and an accident are told by class and code, not by their words', () => {
    const causes = new Set(lines.map((line) => JSON.parse(line).cause))
    expect(causes).toEqual(new Set([undefined, 'TypeError', 'DatabaseError 23505', 'Error']))
  })

  test('the scan finds each of these values when a line holds it, whole or cut', () => {
    const written: string[] = []
    const leaky = pino({ base: null }, { write: (line) => written.push(line) })
    for (const secret of secrets.values()) {
      leaky.info({ leaked: secret }, 'whole')
      leaky.info(`cut ${secret.slice(0, 14)}…`)
    }
    expect(secrets.size).toBeGreaterThan(30)
    expect(written.filter((line) => leaksIn(line).length === 0)).toEqual([])
  })
})

test('the id of the line is in the answer, and a logger that throws spoils none', async () => {
  const { response } = await start()('/health', { method: 'GET' })
  expect(JSON.parse(lines.at(-1)!).requestId).toBe(response.headers.get('x-request-id'))
  const full = () => {
    throw new Error('no space left on device')
  }
  const spoiled = await start({ logger: { info: full, warn: full, error: full } })('/health', { method: 'GET' })
  expect([spoiled.response.status, spoiled.json]).toEqual([200, { status: 'ok' }])
})
