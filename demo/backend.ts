import { mkdir, readFile, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { pino } from 'pino'
import { createHandler, generateServerKeys, importServerKeys, type ServerKeys } from '../src/server/index.ts'
import { createPostgresStore, pgliteDatabase } from '../src/server/postgres.ts'
import { mountCspReports } from './csp-reports.ts'
import { mountPasskeys } from './passkey.ts'
import policy from './policy.json' with { type: 'json' }
import { mountScenarios } from './scenario-backend.ts'
import { securityHeaders } from './security-headers.ts'
import { createSessions } from './session.ts'
import { mountSms } from './sms.ts'
import { staticFile } from './static-files.ts'

export interface DemoInit {
  /** 0 takes a free port. */
  readonly port?: number | undefined
  /** Folder of the demo; the built page is in its `dist`. */
  readonly root: string
  /** Folder for database and keys; without it both live in memory only. */
  readonly dataDir?: string | undefined
  /** Movements before each capture, as in a real deployment; `passive` for recordings that cannot do as they are told. */
  readonly liveness?: 'active' | 'passive' | undefined
  /** Folder with clips for scenarios where no camera is there: `man-a.mjpeg` and so on. */
  readonly clips?: string | undefined
  /** Takes one JSON line for each request of the handler, its newline included; nowhere without it. */
  readonly log?: ((line: string) => void) | undefined
}

export interface RunningDemo {
  /** `http://localhost:…`, a secure context. */
  readonly url: string
  /** What a page pins. */
  readonly expectedSigner: string
  close(): Promise<void>
}

/** A complete integrator's backend: page, session, another way in, and FaceSeal's handler under `/face`. */
export async function startDemo(init: DemoInit): Promise<RunningDemo> {
  const { port = 0, root, dataDir, liveness = 'active', clips, log } = init
  const keys = await demoKeys(dataDir)
  const store = createPostgresStore({ database: pgliteDatabase(await openDatabase(dataDir)) })
  await store.migrate()

  const app = new Hono()
  app.use('*', async (context, next) => {
    await next()
    for (const [name, value] of Object.entries(securityHeaders(context.req.path))) context.header(name, value)
  })
  mountCspReports(app)
  const { accountOf, scenarioOf } = createSessions(app)
  mountSms(app, accountOf)
  const passkey = mountPasskeys(app, accountOf)

  const server = await listen(app, port)
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const config = {
    ...{ store, keys, policy, tenant: 'demo-estate', purpose: policy.purpose.id, basePath: '/face' },
    expectedOrigin: [url, url.replace('localhost', '127.0.0.1')],
    resolveSubject: async (request: Request) => accountOf(request),
    liveness: { level: liveness },
    passkey,
    logger: log && pino({ base: null }, { write: log }),
  } as const
  const handler = createHandler(config)
  const perScenario = mountScenarios({ app, base: config, scenarioOf, clips })
  app.all('/face/*', (context) => perScenario(context.req.raw, handler))
  app.get('*', async (context) => {
    return (await staticFile(join(root, 'dist'), context.req.path)) ?? context.notFound()
  })

  return {
    url,
    expectedSigner: keys.expectedSigner,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
      await store.close()
    },
  }
}

function listen(app: Hono, port: number): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: 'localhost' }, () => resolve(server))
    server.once('error', reject)
  })
}

async function openDatabase(dataDir: string | undefined): Promise<PGlite> {
  if (dataDir === undefined) return PGlite.create()
  await mkdir(dataDir, { recursive: true })
  return PGlite.create(join(dataDir, 'database'))
}

/** Fresh keys in memory, or the ones of the folder. A real deployment takes them from its secret store. */
async function demoKeys(dataDir: string | undefined): Promise<ServerKeys> {
  if (dataDir === undefined) return importServerKeys(await generateServerKeys({ suites: ['P256', 'X25519'] }))
  await mkdir(dataDir, { recursive: true })
  const file = join(dataDir, 'keys.json')
  const known = await readFile(file, 'utf8').catch(() => undefined)
  if (known !== undefined) return importServerKeys(JSON.parse(known))
  const fresh = await generateServerKeys({ suites: ['P256', 'X25519'] })
  await writeFile(file, JSON.stringify(fresh), { mode: 0o600 })
  return importServerKeys(fresh)
}
