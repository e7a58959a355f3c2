import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { type ScenarioId, scenarioIds } from './scenarios.ts'

const cookieName = 'faceseal_demo'

interface Session {
  readonly account: string
  /** Which scenario of the QA page runs: the backend behaves accordingly, for this browser alone. */
  readonly scenario: ScenarioId | undefined
}

/**
 * Stands in for the integrator's own sign-in: every browser gets an account of its own, and may take a name such as
 * `alice` to try two people. Never do this outside a demo.
 */
export function createSessions(app: Hono) {
  const sessions = new Map<string, Session>()

  app.use('*', async (context, next) => {
    const known = getCookie(context, cookieName)
    if (known !== undefined && sessions.has(known)) return next()
    const id = known !== undefined && /^[0-9a-f-]{36}$/.test(known) ? known : randomUUID()
    sessions.set(id, { account: `demo-${id}`, scenario: undefined })
    context.req.raw.headers.append('cookie', `${cookieName}=${id}`)
    await next()
    setCookie(context, cookieName, id, { httpOnly: true, sameSite: 'Strict', path: '/' })
  })
  app.get('/demo/session', (context) => context.json({ account: accountOf(context.req.raw) }))
  app.post('/demo/session', async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined)
    const { account, scenario } = (body ?? {}) as Record<string, unknown>
    const named = typeof account === 'string' ? accountNamed(account) : undefined
    if (named === undefined) return context.json({ account: null }, 400)
    sessions.set(idOf(context.req.raw)!, {
      account: named,
      scenario: scenarioIds.find((id) => id === scenario),
    })
    return context.json({ account: named })
  })

  const sessionOf = (request: Request): Session | undefined => sessions.get(idOf(request) ?? '')
  function accountOf(request: Request): string | undefined {
    return sessionOf(request)?.account
  }
  return { accountOf, scenarioOf: (request: Request) => sessionOf(request)?.scenario }
}

/** The account reference behind a name that a tester took; nothing for what is no name. */
export function accountNamed(name: string): string | undefined {
  return /^[a-z][a-z0-9-]{0,31}$/.test(name) ? `named:${name}` : undefined
}

function idOf(request: Request): string | undefined {
  return new RegExp(`(?:^|;\\s*)${cookieName}=([0-9a-f-]{36})`).exec(request.headers.get('cookie') ?? '')?.[1]
}
