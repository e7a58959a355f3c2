import { randomInt } from 'node:crypto'
import type { Hono } from 'hono'

/**
 * Stands in for the integrator's SMS code, the other way in (L05): it works without a face, a camera or a consent. The
 * code comes back in the answer, since a demo has no telephone.
 */
export function mountSms(app: Hono, accountOf: (request: Request) => string | undefined): void {
  const codes = new Map<string, string>()

  app.get('/demo/sms', (context) => context.json({ available: true }))
  app.post('/demo/sms', (context) => {
    const account = accountOf(context.req.raw)
    if (account === undefined) return context.json({ sent: false }, 401)
    const code = String(randomInt(1_000_000)).padStart(6, '0')
    codes.set(account, code)
    return context.json({ sent: true, code })
  })
  app.post('/demo/sms/verify', async (context) => {
    const account = accountOf(context.req.raw)
    const body: unknown = await context.req.json().catch(() => undefined)
    const given = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined
    const verified = account !== undefined && codes.has(account) && codes.get(account) === given
    if (account !== undefined) codes.delete(account)
    return context.json({ verified })
  })
}
