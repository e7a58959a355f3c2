import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { createHandler, createMemoryStore } from 'faceseal/server'
import { fileKeyProvider } from 'faceseal/server/node'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'

const port = Number(process.env.PORT ?? 3000)
const policy = JSON.parse(readFileSync('policy.json', 'utf8'))
const handle = createHandler({
  store: createMemoryStore(), // ends with the process; `createPostgresStore` stays
  keys: fileKeyProvider('keys.json'),
  policy,
  tenant: 'quick-start',
  purpose: policy.purpose.id,
  expectedOrigin: `http://localhost:${port}`,
  liveness: { level: 'active', steps: 2 },
  resolveSubject: async (request) => /\bvisitor=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1],
})

const app = new Hono()
app.use(async (context, next) => {
  // Stands in for your sign-in: every browser is somebody.
  if (!getCookie(context, 'visitor'))
    setCookie(context, 'visitor', randomUUID(), { httpOnly: true, sameSite: 'Strict' })
  await next()
})
app.all('/face/*', (context) => handle(context.req.raw))
app.get('/login/sms-code', (context) => context.text('Your other way in goes here.'))
app.use(serveStatic({ root: process.argv[2] ?? 'dist' }))
serve({ fetch: app.fetch, port }, () => console.log(`http://localhost:${port}`))
