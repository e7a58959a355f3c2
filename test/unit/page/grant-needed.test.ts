import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadAssets } from '../../../src/page/assets'
import { startWorker } from '../../../src/page/bridge'
import { openCamera } from '../../../src/page/camera'
import type { ConsentGrant } from '../../../src/page/consent/grant'

const getUserMedia = vi.fn()
const Worker = vi.fn()
const fetch = vi.fn()

beforeEach(() => {
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } })
  vi.stubGlobal('Worker', Worker)
  vi.stubGlobal('fetch', fetch)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.clearAllMocks()
})

const bound = { purpose: 'door', tenant: 'estate', signal: new AbortController().signal }

/** All that a script can know of a grant, but not made by the gate. */
const forged = {
  ...{ scope: 'process', receiptId: 'AAAAAAAAAAAAAAAAAAAAAA', tenant: 'estate', origin: 'https://example.org' },
  ...{ purpose: 'door', subject: 'AAAAAAAAAAAAAAAAAAAAAA', sid: 'AAAAAAAAAAAAAAAAAAAAAA', singleUse: false },
  ...{ policyHash: '', noticeHash: '', grantedAt: 0, expiresAt: 32_503_680_000, signal: bound.signal },
} as unknown as ConsentGrant<'process'>

const steps: Readonly<Record<string, (grant: ConsentGrant<'process'>) => Promise<unknown>>> = {
  'the camera': (grant) => openCamera(grant, bound),
  'the models': (grant) => loadAssets(grant, { ...bound, embedder: 'mobilefacenet', detectors: ['blazeface'] }),
  'the worker': (grant) => startWorker(grant, { ...bound, start: { assets: {}, embedder: 'mobilefacenet' } }),
}

test.each(Object.entries(steps))('%s refuses a forged grant before it touches anything (L01)', async (_, step) => {
  await expect(step(forged)).rejects.toMatchObject({ code: 'consent_required' })
  await expect(step({ ...forged })).rejects.toMatchObject({ code: 'consent_required' })
  expect(getUserMedia).not.toHaveBeenCalled()
  expect(Worker).not.toHaveBeenCalled()
  expect(fetch).not.toHaveBeenCalled()
})
