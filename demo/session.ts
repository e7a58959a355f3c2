import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'

const cookieName = 'faceseal_demo'

/**
 * Stands in for the integrator's own sign-in: every browser gets an account of its own, and may take a name such as
 * `alice` to try two people. Never do this outside a demo.
 */
export function createSessions(app: Hono) {
  const accounts = new Map<string, string>()

  app.use('*', async (context, next) => {
    const known = getCookie(context, cookieName)
    if (known !== undefined && accounts.has(known)) return next()
    const id = known !== undefined && /^[0-9a-f-]{36}$/.test(known) ? known : randomUUID()
    accounts.set(id, `demo-${id}`)
    context.req.raw.headers.append('cookie', `${cookieName}=${id}`)
    await next()
    setCookie(context, cookieName, id, { httpOnly: true, sameSite: 'Strict', path: '/' })
  })
  app.get('/demo/session', (context) => context.json({ account: accountOf(context.req.raw) }))
  app.post('/demo/session', async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined)
    const account = typeof body === 'object' && body !== null && 'account' in body ? body.account : undefined
    if (typeof account !== 'string' || !/^[a-z][a-z0-9-]{0,31}$/.test(account))
      return context.json({ account: null }, 400)
    accounts.set(sessionOf(context.req.raw)!, `named:${account}`)
    return context.json({ account: `named:${account}` })
  })

  function accountOf(request: Request): string | undefined {
    return accounts.get(sessionOf(request) ?? '')
  }
  return { accountOf }
}

function sessionOf(request: Request): string | undefined {
  return new RegExp(`(?:^|;\\s*)${cookieName}=([0-9a-f-]{36})`).exec(request.headers.get('cookie') ?? '')?.[1]
}
