import { afterAll, beforeAll, expect, test } from 'vitest'
import { perform } from './acts'
import { openStage, type Stage } from './harness'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

test('a whole enrolment runs under the strict policy without a violation; a violation would be seen', async () => {
  const visitor = await stage.visit()
  const policy = (await visitor.page.request.get(`${stage.demo.url}/`)).headers()['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'")
  expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/)

  expect(await perform(visitor, 'enrol')).toEqual({ state: 'enrolled', detail: 'backend' })
  expect(await violations()).toEqual([])
  expect(visitor.logs).toEqual([])

  // The page and the report address both notice a deliberate one.
  await visitor.page.evaluate(() => {
    document.body.append(Object.assign(document.createElement('img'), { src: 'https://elsewhere.example/x.png' }))
    document.body.append(Object.assign(document.createElement('script'), { textContent: 'globalThis.injected = 1' }))
  })
  await expect.poll(() => visitor.page.locator('#elsewhere').textContent()).toContain('img-src')
  await expect.poll(async () => (await violations()).toSorted()).toEqual(['img-src', 'script-src-elem'])
  expect(await visitor.page.evaluate(() => 'injected' in globalThis)).toBe(false)
  expect(stage.outside.attempts).toEqual([])
  await visitor.close()
})

test('the outside watch is not blind: a request to another host is written down', async () => {
  const visitor = await stage.visit()
  await visitor.page.goto('http://elsewhere.example/page').catch(() => undefined)
  expect(stage.outside.attempts).toContain('GET http://elsewhere.example/page')
  await visitor.close()
})

async function violations(): Promise<readonly string[]> {
  const response = await fetch(`${stage.demo.url}/demo/csp-reports`)
  const { violations: list } = (await response.json()) as { violations: readonly { directive: string }[] }
  return list.map(({ directive }) => directive)
}
