import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import { settings, verify } from '../../../src/page/client'
import type { FaceSettingsInit } from '../../../src/page/settings'
import { createHandler, createMemoryStore } from '../../../src/server'
import type { EmbedderName } from '../../../src/wire/ceremony-options'
import { createDevice, randomTemplate } from '../server/client'
import { createWorld, origin, scope, start } from '../server/world'

const openFaceSettings = vi.hoisted(() => vi.fn())
vi.mock('../../../src/page/settings', async (original) => ({ ...(await original<object>()), openFaceSettings }))
vi.mock('../../../src/page/surroundings', () => ({ checkSurroundings: () => undefined }))

let asked: string[]
beforeEach(() => {
  asked = []
  vi.stubGlobal('location', { href: `${origin}/` })
  vi.useFakeTimers({ now: start * 1000, toFake: ['Date'] })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

// 'fused' was an embedder once; rows of it are still kept
test.each(['fused', 'face-api'])(
  'L10 L20 enrolled with %s, without a threshold now: settings open, export, withdraw',
  async (name) => {
    const store = createMemoryStore()
    const world = await createWorld(store)
    const { subject } = await world.enrol(await createDevice(), 'person', randomTemplate())
    const held = store.tables.enrolments.get(subject)!
    store.tables.enrolments.set(subject, { ...held, embedder: name as EmbedderName, bits: 1024 })
    const handler = createHandler({
      ...{ store, keys: world.keys, policy, ...scope, expectedOrigin: origin, now: () => start },
      resolveSubject: async () => 'person',
      thresholds: { 'face-api': { 1024: { convenient: 0, standard: 0, strict: 0 } } },
    })
    const call = (input: URL, init?: RequestInit) => {
      asked.push(input.pathname)
      return handler(new Request(input, { method: 'POST', ...init }))
    }
    vi.stubGlobal('fetch', call)
    openFaceSettings.mockImplementation(async (init: FaceSettingsInit) => init)
    const opened = (await settings({ baseUrl: '/face' })) as unknown as FaceSettingsInit
    expect(asked).toEqual(['/face/verify/options', '/face/enrol/options'])
    expect(opened.subject).toBe(subject)
    const body = { body: '{}', headers: { 'content-type': 'application/json' } }
    const exported = await (await call(new URL(`${origin}/face/export`), body)).json()
    expect(exported.enrolment).toMatchObject({ templateBits: 1024, device: held.device })
    await opened.backend?.withdraw?.()
    expect(store.tables.enrolments.size).toBe(0)
  },
)

test.each([
  [{ baseUrl: '/face', endpoints: { options: '/own/options' } }, ['/own/options', '/face/enrol/options']],
  [{ baseUrl: '', endpoints: { options: '/own/options' } }, ['/own/options']],
])('L10 rate-limited with an address of its own for options: asked for under baseUrl', async (init, addresses) => {
  vi.stubGlobal('fetch', async ({ pathname }: URL) => {
    asked.push(pathname)
    return Response.json({ code: 'rate_limited' }, { status: 429 })
  })
  await expect(settings(init)).rejects.toMatchObject({ code: 'rate_limited' })
  expect(asked).toEqual(addresses)
})

const elsewhere = 'https://elsewhere.example'

test.each([
  [{ baseUrl: 'http://' }, 'baseUrl: http://'],
  [{ baseUrl: '/face', endpoints: { answer: 'http://' } }, 'endpoints.answer: http://'],
  [{ baseUrl: '/face', endpoints: { receipts: `${elsewhere}/r` } }, `endpoints.receipts: ${elsewhere}/r`],
  [{ baseUrl: elsewhere, endpoints: { withdraw: 'data:,' } }, 'endpoints.withdraw: data:,'],
])(
  'L19 an address that cannot be read or lies elsewhere: %j is refused before anything is asked',
  async (init, detail) => {
    vi.stubGlobal('fetch', async ({ pathname }: URL) => asked.push(pathname))
    const onSend = vi.fn()
    for (const refused of [verify({ ...init, locale: 'en', onSend }), settings(init)]) {
      await expect(refused).rejects.toMatchObject({ code: 'configuration_invalid', detail })
    }
    expect(asked).toEqual([])
    expect(onSend).not.toHaveBeenCalled()
  },
)

test('the answer may go elsewhere, everything else to the page or to baseUrl', async () => {
  vi.stubGlobal('fetch', async (url: URL) => {
    asked.push(url.href)
    return Response.json({ code: 'subject_unknown' }, { status: 401 })
  })
  const endpoints = { answer: `${elsewhere}/answer`, options: 'https://api.example/o', receipts: '/records' }
  await expect(verify({ baseUrl: 'https://api.example/face', endpoints, locale: 'en' })).rejects.toThrow()
  expect(asked).toEqual(['https://api.example/o'])
})
