import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { arrived } from '../../../src/page/arrived'
import { startWorker } from '../../../src/page/bridge'
import { openCamera } from '../../../src/page/camera'
import type { ConsentGrant } from '../../../src/page/consent/grant'
import { passkeyHeaders } from '../../../src/page/passkey'
import { openDeviceStore } from '../../../src/page/store'
import { indexedDbTables } from '../../../src/page/store-tables'
import { FaceSealError } from '../../../src/wire/errors'

// The grant has tests of its own; here it is given, and the browser is the part that refuses.
vi.mock('../../../src/page/consent/gate', () => ({ useGrant: () => undefined }))
const grant = { signal: new AbortController().signal } as ConsentGrant<'process'>
const bound = { purpose: 'door', tenant: 'estate', signal: new AbortController().signal }

afterEach(() => vi.unstubAllGlobals())

describe('a camera that does not open', () => {
  const getUserMedia = vi.fn()
  const permission = vi.fn()
  beforeEach(() => {
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia }, permissions: { query: permission } })
  })

  it.each([
    ['NotAllowedError', 'denied', 'camera_denied'],
    ['NotAllowedError', 'prompt', 'camera_dismissed'],
    ['NotReadableError', 'granted', 'camera_busy'],
    ['AbortError', 'granted', 'camera_busy'],
    ['NotFoundError', 'granted', 'camera_not_found'],
    ['OverconstrainedError', 'granted', 'camera_not_found'],
  ])('%s, permission %s: %s', async (name, state, code) => {
    getUserMedia.mockRejectedValue(new DOMException('', name))
    permission.mockResolvedValue({ state })
    await expect(openCamera(grant, bound)).rejects.toMatchObject({ code })
  })

  it('a browser that does not tell its permissions: camera_denied', async () => {
    getUserMedia.mockRejectedValue(new DOMException('', 'NotAllowedError'))
    permission.mockRejectedValue(new TypeError())
    await expect(openCamera(grant, bound)).rejects.toMatchObject({ code: 'camera_denied' })
  })

  it('a browser without cameras: browser_unsupported', async () => {
    vi.stubGlobal('navigator', {})
    const opened = openCamera(grant, bound)
    await expect(opened).rejects.toMatchObject({ code: 'browser_unsupported', detail: 'mediaDevices' })
  })
})

it('a browser without WebAuthn: browser_unsupported', async () => {
  const asserted = passkeyHeaders(new Uint8Array(1), {})
  await expect(asserted).rejects.toMatchObject({ code: 'browser_unsupported', detail: 'WebAuthn' })
})

it('a chunk that does not load: module_unavailable', async () => {
  const cause = new TypeError('Failed to fetch dynamically imported module')
  const loaded = arrived(Promise.reject(cause))
  await expect(loaded).rejects.toMatchObject({ code: 'module_unavailable', detail: cause.message, cause })
})

it('a chunk that never comes does not hold up whoever stops', async () => {
  const stop = new AbortController()
  const loaded = arrived(new Promise(() => undefined), stop.signal)
  stop.abort(new FaceSealError('aborted'))
  await expect(loaded).rejects.toMatchObject({ code: 'aborted' })
  await expect(arrived(new Promise(() => undefined), stop.signal)).rejects.toMatchObject({ code: 'aborted' })
})

it('an address that the browser refuses for a worker: worker_start', async () => {
  vi.stubGlobal('Worker', function refuse() {
    throw new DOMException('', 'SecurityError')
  })
  const started = startWorker(grant, { ...bound, workerUrl: 'x:', start: { assets: {}, embedder: 'mobilefacenet' } })
  await expect(started).rejects.toMatchObject({ code: 'worker_start' })
})

it('the Trusted Types policy names no script of another origin as one that may be run', async () => {
  const own = 'https://face.example'
  vi.stubGlobal('location', { origin: own })
  vi.stubGlobal('document', { baseURI: `${own}/page/` })
  vi.stubGlobal('trustedTypes', { createPolicy: (_name: string, rules: object) => rules })
  const constructed: string[] = []
  vi.stubGlobal('Worker', function refuse(address: string) {
    constructed.push(address)
    throw new DOMException('', 'SecurityError')
  })
  const foreign = ['https://elsewhere.example/worker.js', 'data:text/javascript,', 'blob:https://elsewhere.example/1']
  const ours = ['worker.js', `${own}/worker.js`, `blob:${own}/1`]
  for (const workerUrl of [...foreign, ...ours]) {
    const started = startWorker(grant, { ...bound, workerUrl, start: { assets: {}, embedder: 'mobilefacenet' } })
    await expect(started).rejects.toMatchObject({ code: 'worker_start' })
  }
  expect(constructed).toEqual(ours)
})

describe('IndexedDB that does not open', () => {
  const refuse = (name: string) =>
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new DOMException('', name)
      },
    })

  it('refused: storage_unavailable, and the store lasts for this visit', async () => {
    refuse('SecurityError')
    await expect(indexedDbTables()).rejects.toMatchObject({ code: 'storage_unavailable', detail: 'SecurityError' })
    expect((await openDeviceStore()).persistent).toBe(false)
  })

  it('of a newer version: storage_blocked, and nothing is kept beside it', async () => {
    refuse('VersionError')
    await expect(openDeviceStore()).rejects.toMatchObject({ code: 'storage_blocked' })
  })
})
