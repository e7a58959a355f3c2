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
  expect(policy).toContain("require-trusted-types-for 'script'")
  expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/)

  expect(await perform(visitor, 'enrol')).toEqual({ state: 'enrolled', detail: 'backend' })
  expect(await violations()).toEqual([])
  expect(visitor.logs).toEqual([])

  // The page and the report address both notice a deliberate one.
  await visitor.page.evaluate(() => {
    document.body.append(Object.assign(document.createElement('img'), { src: 'https://elsewhere.example/x.png' }))
    for (const inject of [
      () => document.body.append(Object.assign(document.createElement('script'), { textContent: 'injected = 1' })),
      () => document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="injected = 1">'),
    ]) {
      try {
        inject()
      } catch {
        // Trusted Types: no text becomes a script.
      }
    }
  })
  await expect.poll(() => visitor.page.locator('#elsewhere').textContent()).toContain('img-src')
  await expect
    .poll(async () => (await violations()).toSorted())
    .toEqual(['img-src', 'require-trusted-types-for', 'require-trusted-types-for'])
  expect(await visitor.page.evaluate(() => 'injected' in globalThis)).toBe(false)
  expect(stage.outside.attempts).toEqual([])
  await visitor.close()
})

test('in a sandboxed iframe that was given the camera, an enrolment runs as well', async () => {
  const visitor = await stage.visit({
    before: async (page) => {
      const sandbox = 'sandbox="allow-scripts allow-same-origin" allow="camera"'
      const body = `<!doctype html><title>outer</title><iframe ${sandbox} src="/?lang=en" width=900 height=600></iframe>`
      await page.route('**/outer', (route) => route.fulfill({ contentType: 'text/html', body }))
      // The demo itself lets nobody frame it.
      await page.route(
        ({ search }) => search === '?lang=en',
        async (route) => {
          const response = await route.fetch()
          const policy = response.headers()['content-security-policy']?.replace("frame-ancestors 'none'", '')
          await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy ?? '' } })
        },
      )
    },
    path: '/outer',
  })
  const inner = visitor.page.frameLocator('iframe')
  await inner.locator('#enrol').click()
  for (const name of ['Agree, this time only', 'Allow, this time only'])
    await inner.getByRole('dialog').locator('[data-act]').getByText(name, { exact: true }).click()
  await inner.locator('#state[data-state=enrolled]').waitFor()
  // The browser's own advice about frames of one origin.
  expect(visitor.logs.filter((line) => !line.includes('can escape its sandboxing'))).toEqual([])
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
