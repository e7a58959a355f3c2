import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningDemo, startDemo } from '../../../demo/backend'
import { type CeremonyOptionsJSON, verifyOptions } from '../../../src/server'
import { createDevice, randomTemplate, withFlippedBits } from './client'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let root: string
const logged: string[] = []
let demo: RunningDemo

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fs-demo-'))
  await mkdir(join(root, 'dist', 'assets'), { recursive: true })
  await writeFile(join(root, 'dist', 'index.html'), '<!doctype html>')
  await writeFile(join(root, 'dist', 'assets', 'worker-abcdefgh.js'), '0')
  await writeFile(join(root, 'dist', 'assets', 'tfjs.wasm'), new Uint8Array(8))
  await writeFile(join(root, 'dist', 'rules.html'), '<!doctype html><title>rules</title>')
  await writeFile(join(root, 'secret.txt'), 'secret')
  demo = await startDemo({ root, liveness: 'passive', log: (line) => logged.push(line) })
}, 60_000)
afterAll(async () => {
  await demo.close()
  await rm(root, { recursive: true, force: true })
})

/** A browser: keeps its cookie. */
function browser() {
  let cookie = ''
  return async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${demo.url}${path}`, {
      ...init,
      headers: { ...init.headers, ...(cookie && { cookie }) },
    })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return response
  }
}
const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
const upload = (body: Uint8Array<ArrayBuffer>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/octet-stream' },
  body,
})

describe('the page and its headers', () => {
  test('strict policy, camera for itself only, isolation', async () => {
    const response = await fetch(demo.url)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain(
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'",
    )
    expect(policy).not.toContain("'unsafe-inline'")
    expect(policy).not.toContain("'unsafe-eval'")
    expect(response.headers.get('permissions-policy')).toContain('camera=(self)')
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test("the worker's own response may connect nowhere; wasm has its type", async () => {
    const worker = await fetch(`${demo.url}/assets/worker-abcdefgh.js`)
    expect(worker.headers.get('content-security-policy')).toContain("connect-src 'none'")
    expect(worker.headers.get('cache-control')).toContain('immutable')
    const wasm = await fetch(`${demo.url}/assets/tfjs.wasm`)
    expect(wasm.headers.get('content-type')).toBe('application/wasm')
  })

  test('the pages that the notice links to are there', async () => {
    expect(await (await fetch(`${demo.url}/rules.html`)).text()).toContain('rules')
  })

  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%',
    '/nothing',
  ])('nothing outside the folder: %s', async (path) => {
    const response = await fetch(`${demo.url}${path}`)
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('secret')
  })

  test('counts what the browser reports against the policy', async () => {
    const report = { 'csp-report': { 'effective-directive': 'connect-src', 'blocked-uri': 'https://cdn.example/x' } }
    await fetch(`${demo.url}/csp-report`, { method: 'POST', body: JSON.stringify(report) })
    expect(await (await fetch(`${demo.url}/demo/csp-reports`)).json()).toMatchObject({
      count: 1,
      violations: [{ directive: 'connect-src', blocked: 'https://cdn.example/x' }],
    })
  })
})

describe('accounts', () => {
  test('every browser has its own; a name may be taken; the pseudonym follows the account', async () => {
    const [first, second] = [browser(), browser()]
    const subject = async (visit: typeof first) => {
      const options = await (await visit('/face/verify/options', post({}))).json()
      return options.subject as string
    }
    await first('/demo/session')
    await second('/demo/session')
    expect(await subject(first)).not.toBe(await subject(second))
    for (const visit of [first, second])
      expect((await visit('/demo/session', post({ account: 'alice' }))).status).toBe(200)
    expect(await subject(first)).toBe(await subject(second))
    await second('/demo/session', post({ account: 'bob' }))
    expect(await subject(first)).not.toBe(await subject(second))
    expect((await first('/demo/session', post({ account: 'Robert"); DROP' }))).status).toBe(400)
  })

  test('the other way in works without a face', async () => {
    const visit = browser()
    expect((await visit('/demo/sms')).status).toBe(200)
    const { code } = await (await visit('/demo/sms', post({}))).json()
    expect(await (await visit('/demo/sms/verify', post({ code: 'wrong' }))).json()).toEqual({ verified: false })
    expect(await (await visit('/demo/sms/verify', post({ code }))).json()).toEqual({ verified: false }) // one try a code
    const next = await (await visit('/demo/sms', post({}))).json()
    expect(await (await visit('/demo/sms/verify', post({ code: next.code }))).json()).toEqual({ verified: true })
  })
})

test('enrol, verify and withdraw against the running demo, each with its line in the log', async () => {
  const visit = browser()
  logged.length = 0
  const device = await createDevice()
  const template = randomTemplate()
  const run = async (kind: 'enrol' | 'verify', bits: Uint8Array<ArrayBuffer>) => {
    const options: CeremonyOptionsJSON = await (await visit(`/face/${kind}/options`, post({}))).json()
    await verifyOptions(options, { expectedSigner: demo.expectedSigner })
    expect(options.origin).toBe(demo.url)
    const receipts = await device.grants(options)
    expect((await visit('/face/receipts', post({ receipts }))).status).toBe(200)
    const body = await device.seal(options, bits, { receipts })
    return (await visit(`/face/${kind}`, upload(body))).json()
  }
  expect(await run('enrol', template)).toEqual({ enrolled: true })
  expect(await run('verify', withFlippedBits(template, 30))).toEqual({ verified: true })
  expect(await run('verify', randomTemplate())).toEqual({ verified: false })
  expect((await (await visit('/face/withdraw', post({}))).json()).status).toBe('done')
  expect(await run('verify', withFlippedBits(template, 31))).toEqual({ verified: false })
  const read = logged.map((line) => JSON.parse(line))
  const verdicts = read.filter(({ route }) => route === '/verify').map(({ status, code }) => `${status} ${code}`)
  expect(verdicts).toEqual(['200 match', '200 mismatch', '200 not_enrolled'])
  expect(read).toHaveLength(13)
  expect(logged.join()).not.toContain(device.thumbprint)
})

test('with a folder, keys and people survive a restart', async () => {
  const dataDir = join(root, 'kept')
  const first = await startDemo({ root, dataDir })
  await first.close()
  expect((await stat(join(dataDir, 'keys.json'))).mode & 0o077).toBe(0)
  const second = await startDemo({ root, dataDir })
  expect(second.expectedSigner).toBe(first.expectedSigner)
  await second.close()
  expect(await readFile(join(dataDir, 'keys.json'), 'utf8')).toContain('"v":1')
}, 60_000)
