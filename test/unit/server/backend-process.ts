// One of several backends on one database: the handler under Node's http, as an integrator mounts it.
import { createServer, type IncomingMessage } from 'node:http'
import pg from 'pg'
import policy from '../../../demo/policy.json' with { type: 'json' }
import { createHandler, expire, importServerKeys } from '../../../src/server'
import { createPostgresStore, pgPoolDatabase } from '../../../src/server/postgres'
import { origin, scope } from './world'

export interface BackendTask {
  /** Folder of the socket. */
  readonly host: string
  readonly database: string
  readonly keys: unknown
  readonly now: number
}
/** Sent later: run the expiry job as of this time. */
export interface ExpireTask {
  readonly expireAt: number
}
export type BackendReport =
  | { readonly port: number }
  | { readonly expired: number; readonly deleted: readonly string[] }

const report = (what: BackendReport) => void process.send?.(what)

process.once('message', (task: BackendTask) => void start(task))
process.once('disconnect', () => process.exit(0))

async function start({ host, database, keys: json, now }: BackendTask): Promise<void> {
  const pool = new pg.Pool({ host, database, user: 'faceseal', max: 8 })
  const store = createPostgresStore({ database: pgPoolDatabase(pool) })
  await store.migrate()
  const keys = await importServerKeys(json)
  const handler = createHandler({
    ...{ store, keys, policy, ...scope, expectedOrigin: origin, now: () => now },
    resolveSubject: async (request) => request.headers.get('x-account') ?? undefined,
    // the test stands for the proxy that sets this header
    clientAddress: (request) => request.headers.get('x-client-address') ?? undefined,
    addressLimits: { freeFailures: 4, baseSeconds: 60, maxSeconds: 600, windowSeconds: 3600 },
  })
  process.on('message', async ({ expireAt }: ExpireTask) => {
    const deleted: string[] = []
    const processors = [{ name: 'copy', delete: async (subject: string) => void deleted.push(subject) }]
    const { enrolments } = await expire({ store, keys, processors, now: expireAt })
    report({ expired: enrolments, deleted })
  })
  const server = createServer(async (incoming, outgoing) => {
    const response = await handler(await requestOf(incoming))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text())
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address !== null && typeof address === 'object') report({ port: address.port })
  })
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '/', headers } = incoming
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return new Request(`http://127.0.0.1${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    body: method === 'GET' ? null : Buffer.concat(chunks),
  })
}
