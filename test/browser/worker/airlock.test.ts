import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vectorsFile } from '../../unit/worker/srht-vectors'
import { type Lab, openLab } from './lab'

/** What must be gone, written down apart from the airlock's own list. */
const network = [
  ...['fetch', 'fetchLater', 'XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'EventSource', 'WebTransport'],
  ...['RTCPeerConnection', 'RTCDataChannel', 'BroadcastChannel', 'importScripts', 'Worker', 'SharedWorker'],
  ...['indexedDB', 'IDBFactory', 'IDBDatabase', 'caches', 'CacheStorage', 'Cache', 'cookieStore', 'localStorage'],
  ...['StorageManager', 'StorageBucketManager', 'FileSystemHandle', 'webkitRequestFileSystem', 'Notification'],
  ...['FontFace', 'fonts', 'PushManager', 'SyncManager', 'LockManager', 'reportError', 'RTCRtpScriptTransformer'],
]
const ofNavigator = ['sendBeacon', 'storage', 'storageBuckets', 'serviceWorker', 'locks', 'usb', 'hid', 'serial']

let lab: Lab
const probe = (question: string, payload?: unknown) =>
  lab.page.evaluate(([name, value]) => window.lab.probe(name, value), [question, payload] as const)

beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

describe('airlock', () => {
  it('has closed before start is called, and stays closed after', async () => {
    const started = lab.start({ worker: '/lab/probe-worker.js' })
    expect(await probe('globals', network)).toEqual([])
    expect(await probe('navigatorNames', ofNavigator)).toEqual([])
    expect(await started).toHaveProperty('model')
    expect(await probe('globals', network)).toEqual([])
    expect(await probe('navigatorNames', ofNavigator)).toEqual([])
  })

  it('really removes: the browser has these names elsewhere', async () => {
    const present = await lab.page.evaluate(() => ['fetch', 'WebSocket', 'indexedDB'].filter((name) => name in window))
    expect(present).toEqual(['fetch', 'WebSocket', 'indexedDB'])
  })

  it('lets nobody put a name back', async () => {
    expect(await probe('putBack', network)).toEqual([])
  })

  it('leaves no name that sounds like a network or a store', async () => {
    expect(await probe('left')).toEqual([
      'DedicatedWorkerGlobalScope',
      'WorkerGlobalScope',
      'WorkerLocation',
      'WorkerNavigator',
    ])
  })

  it('refuses pixels, keys and buffers by every door', async () => {
    expect(await probe('postings')).toEqual([])
  })
})

describe('srht-sign/v1 in the browser', () => {
  it('gives the known answers', async () => {
    const { vectors } = JSON.parse(readFileSync(vectorsFile, 'utf8')) as { readonly vectors: readonly unknown[] }
    expect(await probe('vectors', vectors)).toEqual({ checked: vectors.length, wrong: [] })
  })
})
