import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { HttpBindings } from '@hono/node-server'
import type { Context, Hono } from 'hono'
import { createHandler, type HandlerConfig, issueGuardianToken, type ServerKeys } from '../src/server/index.ts'
import type { ScenarioId } from './scenarios.ts'
import { accountNamed } from './session.ts'
import { staticFile } from './static-files.ts'

/** What the backend does differently while a scenario of the QA page runs; the page's own code knows nothing of it. */
interface Arrangement {
  readonly config?: Partial<HandlerConfig>
  /** Seconds by which the handler's clock is behind: its challenges are as old when they come. */
  readonly behind?: number
  /** Answers nothing but 503. */
  readonly down?: boolean
}

/** Folders below `/demo/models/` that serve the model files as they are, slowly, changed by one bit, or not at all. */
type Line = 'slow' | 'tampered' | 'cut'

const lines: readonly string[] = ['slow', 'tampered', 'cut'] satisfies readonly Line[]
const models = fileURLToPath(new URL('../models/dist/', import.meta.url))
/** Every browser needs it, and it comes early: the smallest files are asked for first. */
const tamperedFile = 'face_landmark_68_model.bin'
const slowPiece = { bytes: 2 ** 20, milliseconds: 120 }

export interface ScenarioBackendInit {
  readonly app: Hono
  readonly base: HandlerConfig & { readonly keys: ServerKeys; readonly policy: object }
  readonly scenarioOf: (request: Request) => ScenarioId | undefined
  /** Folder with the clips that a page without a camera plays; none without it. */
  readonly clips: string | undefined
}

/**
 * The faults of the scenario list, made where they happen: in the backend and on the line, for one browser's session
 * alone. Answers the handler for a request.
 */
export function mountScenarios({ app, base, scenarioOf, clips }: ScenarioBackendInit) {
  const under14 = { ...base.policy, age: { source: 'integrator', status: 'under14' } }
  const guarded = {
    ...under14,
    guardian: {
      how: {
        'zh-CN': '请监护人登录自己的账户，在“家庭”中单独同意。',
        'zh-TW': '請監護人登入自己的帳戶，在「家庭」中單獨同意。',
        en: 'The guardian signs in to an account of their own and agrees under “Family”.',
      },
    },
  }
  const passive = { liveness: { level: 'passive' } } as const
  const arrangements: Readonly<Partial<Record<ScenarioId, Arrangement>>> = {
    'under-14': { config: { policy: under14 } },
    guardian: { config: { ...passive, policy: guarded } },
    // The others play recordings, which cannot do as they are told; a photo is to fail at exactly that.
    'photo-attack': { config: { liveness: { level: 'active' } } },
    'expired-challenge': { behind: 3600 },
    'backend-down': { down: true },
  }
  const handlers = new Map<ScenarioId, (request: Request) => Promise<Response>>()
  const handlerOf = (scenario: ScenarioId, { config = passive, behind = 0 }: Arrangement) => {
    const known = handlers.get(scenario)
    if (known) return known
    const made = createHandler({ ...base, ...config, now: () => Math.floor(Date.now() / 1000) - behind })
    handlers.set(scenario, made)
    return made
  }

  app.post('/demo/guardian', async (context) => {
    const { child } = (await context.req.json().catch(() => ({}))) as { readonly child?: unknown }
    const account = typeof child === 'string' ? accountNamed(child) : undefined
    if (account === undefined) return context.json({}, 400)
    const { store, keys, tenant, purpose, expectedOrigin } = base
    const origin = context.req.header('origin') ?? [expectedOrigin].flat()[0]!
    const guardian = { account: `guardian-of:${account}` }
    const policy = guarded as HandlerConfig['policy']
    return context.json({
      token: await issueGuardianToken({ store, keys, tenant, purpose, origin, policy, child: { account }, guardian }),
    })
  })
  app.get('/demo/models/:line/:file', async (context) => {
    const { line, file } = context.req.param()
    if (!lines.includes(line)) return context.notFound()
    if (line === 'cut') return cutOff(context)
    const found = await staticFile(models, `/${file}`)
    if (!found) return context.notFound()
    const bytes = new Uint8Array(await found.arrayBuffer())
    if (line === 'tampered' && file === tamperedFile) bytes[bytes.length >> 1]! ^= 1
    const headers = { 'content-type': found.headers.get('content-type')!, 'cache-control': 'no-store' }
    return new Response(line === 'slow' ? slowly(bytes) : bytes, { headers })
  })
  app.get('/demo/clips/:clip', async (context) => {
    const { clip } = context.req.param()
    const path = join(clips ?? '', clip)
    if (clips === undefined || !/^[a-z-]+\.mjpeg$/.test(clip) || !(await stat(path).catch(() => undefined)))
      return context.notFound()
    return new Response(await readFile(path), { headers: { 'content-type': 'video/x-motion-jpeg' } })
  })

  return async (request: Request, ordinary: (request: Request) => Promise<Response>): Promise<Response> => {
    const scenario = scenarioOf(request)
    if (scenario === undefined) return await ordinary(request)
    const arrangement = arrangements[scenario] ?? {}
    if (arrangement.down) return new Response('down for maintenance', { status: 503 })
    return await handlerOf(scenario, arrangement)(request)
  }
}

/** As a cable that is pulled: the socket ends without an answer. */
function cutOff(context: Context): Response {
  const { incoming } = context.env as HttpBindings
  incoming.socket.destroy()
  return new Response(null)
}

function slowly(bytes: Uint8Array): ReadableStream {
  let at = 0
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, slowPiece.milliseconds))
      controller.enqueue(bytes.slice(at, at + slowPiece.bytes))
      at += slowPiece.bytes
      if (at >= bytes.length) controller.close()
    },
  })
}
