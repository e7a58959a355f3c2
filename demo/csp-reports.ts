import type { Hono } from 'hono'

interface Violation {
  readonly directive: string
  readonly blocked: string
  readonly source: string
}

/** Takes what the browser reports against the policy; the demo page and the tests ask for the list. */
export function mountCspReports(app: Hono): void {
  const violations: Violation[] = []

  app.post('/csp-report', async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined)
    const report = (body as { 'csp-report'?: Record<string, unknown> } | undefined)?.['csp-report'] ?? {}
    const field = (name: string) => String(report[name] ?? '').slice(0, 200)
    if (violations.length < 1000) {
      const directive = field('effective-directive') || field('violated-directive')
      violations.push({ directive, blocked: field('blocked-uri'), source: field('source-file') })
    }
    return context.body(null, 204)
  })
  app.get('/demo/csp-reports', (context) =>
    context.json({ count: violations.length, violations: violations.slice(-20) }),
  )
}
