import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createHandler, createMemoryStore } from 'faceseal/server'
import { fileKeyProvider } from 'faceseal/server/node'
import { cookies } from 'next/headers'

const policy = JSON.parse(readFileSync('policy.json', 'utf8'))
const handle = createHandler({
  store: createMemoryStore(), // ends with the process; `createPostgresStore` stays
  keys: fileKeyProvider('keys.json'),
  policy,
  tenant: 'quick-start',
  purpose: policy.purpose.id,
  expectedOrigin: `http://localhost:${process.env.PORT ?? 3000}`,
  liveness: { level: 'active', steps: 2 },
  async resolveSubject() {
    // Stands in for your sign-in: every browser is somebody.
    const jar = await cookies()
    const visitor = jar.get('visitor')?.value ?? randomUUID()
    jar.set('visitor', visitor, { httpOnly: true, sameSite: 'strict' })
    return visitor
  },
})

export { handle as GET, handle as POST }
