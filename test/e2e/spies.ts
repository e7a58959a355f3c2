/** What {@link installSpies} counts inside a page. */
export interface Seen {
  getUserMedia: number
  readonly tracks: MediaStreamTrack[]
  /** URLs given to `new Worker`. */
  readonly workers: string[]
  readonly instances: Worker[]
  /** Everything that crossed between threads, as text; bytes as `base64:…`. */
  readonly messages: string[]
  readonly otherPermissions: string[]
}

declare global {
  var seen: Seen
  /** Turns any structured-clonable value into text, with bytes in base64. */
  var asText: (value: unknown) => Promise<string>
}

/**
 * Runs in the page before any of its scripts: counts camera requests and workers, and keeps every message. Only its
 * source reaches the page, so it uses nothing from here.
 */
export function installSpies(): void {
  const seen: Seen = { getUserMedia: 0, tracks: [], workers: [], instances: [], messages: [], otherPermissions: [] }
  globalThis.seen = seen
  globalThis.asText = async (value) => JSON.stringify(await plain(value, new Set()))

  async function plain(value: unknown, above: Set<unknown>): Promise<unknown> {
    if (value instanceof ArrayBuffer) return base64(new Uint8Array(value))
    if (ArrayBuffer.isView(value)) return base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    if (value instanceof Blob) return { blob: base64(new Uint8Array(await value.arrayBuffer())) }
    if (typeof value === 'bigint' || typeof value === 'function') return String(value)
    if (typeof value !== 'object' || value === null) return value
    if (above.has(value)) return 'circular'
    const inside = new Set(above).add(value)
    const kind = Object.prototype.toString.call(value).slice(8, -1)
    if (value instanceof Map || value instanceof Set) return plain([...value], inside)
    if (Array.isArray(value)) return Promise.all(value.map((item) => plain(item, inside)))
    const entries = Object.entries(value).map(async ([key, item]) => [key, await plain(item, inside)] as const)
    return { ...(kind === 'Object' ? {} : { kind }), ...Object.fromEntries(await Promise.all(entries)) }
  }

  function base64(bytes: Uint8Array): string {
    // The models on their way into the worker: known files, each checked by its hash.
    if (bytes.length > 100_000) return `bytes:${bytes.length}`
    let text = ''
    for (const byte of bytes) text += String.fromCharCode(byte)
    return `base64:${btoa(text)}`
  }

  const keep = (direction: string, value: unknown) => {
    // Read before the sender transfers the buffers away.
    const copy = copyOf(value)
    globalThis.asText(copy).then((text) => seen.messages.push(`${direction} ${text}`))
  }

  function copyOf(value: unknown): unknown {
    try {
      return structuredClone(value)
    } catch {
      // Streams and ports are handed over, not cloned; what is beside them is plain.
      if (Array.isArray(value)) return value.map(copyOf)
      if (typeof value !== 'object' || value === null) return String(value)
      if (Object.getPrototypeOf(value) !== Object.prototype) return `${value}`
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)]))
    }
  }

  const listen = (target: Worker | MessagePort, name: string) => {
    target.addEventListener('message', (event) => keep(`from ${name}`, (event as MessageEvent).data))
  }

  for (const [name, prototype] of [
    ['worker', Worker.prototype],
    ['port', MessagePort.prototype],
  ] as const) {
    const { postMessage } = prototype
    prototype.postMessage = function (this: Worker | MessagePort, ...given: unknown[]) {
      keep(`to ${name}`, given[0])
      Reflect.apply(postMessage, this, given)
    }
  }
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options)
      seen.workers.push(String(url))
      seen.instances.push(this)
      listen(this, 'worker')
    }
  }
  globalThis.MessageChannel = class extends MessageChannel {
    constructor() {
      super()
      listen(this.port1, 'port')
      listen(this.port2, 'port')
    }
  }

  const devices = navigator.mediaDevices as MediaDevices | undefined
  if (!devices) return
  const getUserMedia = devices.getUserMedia.bind(devices)
  devices.getUserMedia = async (constraints) => {
    seen.getUserMedia += 1
    const stream = await getUserMedia(constraints)
    seen.tracks.push(...stream.getTracks())
    return stream
  }
  const display = devices.getDisplayMedia.bind(devices)
  devices.getDisplayMedia = (options) => {
    seen.otherPermissions.push('display')
    return display(options)
  }
  navigator.geolocation.getCurrentPosition = () => void seen.otherPermissions.push('geolocation')
  Notification.requestPermission = async () => {
    seen.otherPermissions.push('notifications')
    return 'denied'
  }
}

/** Runs in the page: everything that it has stored, as text. */
export async function dumpStorage(): Promise<string> {
  const stores: unknown[] = [{ ...localStorage }, { ...sessionStorage }, document.cookie]
  for (const { name } of await indexedDB.databases()) {
    if (!name) continue
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    for (const store of database.objectStoreNames) {
      const rows = await new Promise<unknown>((resolve, reject) => {
        const request = database.transaction(store).objectStore(store).getAll()
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
      stores.push({ name, store, rows })
    }
    database.close()
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      const response = await cache.match(request)
      stores.push({ name, url: request.url, body: await response?.arrayBuffer() })
    }
  }
  const root = await navigator.storage.getDirectory()
  for await (const name of (root as unknown as { keys(): AsyncIterable<string> }).keys()) stores.push({ file: name })
  return await globalThis.asText(stores)
}
