import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { perform } from './acts'
import { openStage, type Stage } from './harness'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

/** Everything that a statement may say: a verdict and what it is bound to. */
const statementFields = 'consent exp iat kind model nonce origin purpose sid tenant v verified'.split(' ')

test('without the second consent the device compares, and nothing derived from the face is sent (L19)', async () => {
  const visitor = await stage.visit()
  expect(await perform(visitor, 'enrol', { transmit: 'refuse' })).toEqual({ state: 'enrolled', detail: 'device' })
  await stage.show('man-a-again')
  expect(await perform(visitor, 'verify', { transmit: 'unasked' })).toEqual({ state: 'accepted', detail: 'device' })
  await stage.show('man-b')
  expect(await perform(visitor, 'verify', { transmit: 'unasked' })).toEqual({ state: 'rejected', detail: 'device' })

  expect(visitor.requests.filter(({ contentType }) => contentType === 'application/octet-stream')).toEqual([])
  const statements = visitor.requests.filter(({ url }) => url.pathname === '/face/local').map(({ body }) => `${body}`)
  expect(statements).toHaveLength(3)
  for (const statement of statements) expect(Object.keys(decodeJwt(statement)).sort()).toEqual(statementFields)
  expect(statements.map((statement) => decodeJwt(statement).verified)).toEqual([true, true, false])
  // Bodies of other kinds: the session, options without content, and receipts, whose schema has no room for a face.
  const others = visitor.requests.filter(({ body, url }) => body.length > 0 && url.pathname !== '/face/local')
  expect(new Set(others.map(({ url }) => url.pathname))).toEqual(
    new Set(['/demo/session', '/face/enrol/options', '/face/verify/options', '/face/receipts']),
  )
  expect(stage.outside.attempts).toEqual([])
  expect(await visitor.trackStates()).toEqual(['ended', 'ended', 'ended'])
  await visitor.close()
})

test('a device that never enrolled says so before any camera', async () => {
  const visitor = await stage.visit({ account: 'bob' })
  expect(await perform(visitor, 'verify', { transmit: 'refuse' })).toEqual({
    state: 'error',
    detail: 'template_missing',
  })
  expect(await visitor.count('getUserMedia')).toBe(0)
  expect(await visitor.count('workers')).toBe(0)
  await visitor.close()
})

test('where storage is refused, what was enrolled can be verified for as long as the visit lasts', async () => {
  const visitor = await stage.visit()
  await visitor.page.evaluate(() => {
    const open = () => {
      throw new DOMException('refused', 'SecurityError')
    }
    Object.defineProperty(indexedDB, 'open', { value: open })
  })
  await stage.show('man-a')
  expect(await perform(visitor, 'enrol', { transmit: 'refuse' })).toEqual({ state: 'enrolled', detail: 'device' })
  expect(await perform(visitor, 'verify', { transmit: 'unasked' })).toEqual({ state: 'accepted', detail: 'device' })
  await visitor.close()
})
