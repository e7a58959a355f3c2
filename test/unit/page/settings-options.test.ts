import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import { settings } from '../../../src/page/client'
import type { FaceSettingsInit } from '../../../src/page/settings'
import { createHandler, createMemoryStore } from '../../../src/server'
import type { EmbedderName } from '../../../src/wire/ceremony-options'
import { createDevice, randomTemplate } from '../server/client'
import { createWorld, origin, scope, start } from '../server/world'

const openFaceSettings = vi.hoisted(() => vi.fn())
vi.mock('../../../src/page/settings', async (original) => ({ ...(await original<object>()), openFaceSettings }))

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
