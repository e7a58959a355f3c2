import { decodeEnvelope, type EnvelopeHeader } from 'faceseal'

/** One request of this page, as seen from inside it. */
export interface OutgoingRequest {
  readonly by: 'fetch' | 'XMLHttpRequest' | 'sendBeacon' | 'WebSocket' | 'browser'
  readonly method: string
  readonly url: URL
  /** Bytes of the body; 0 where there is none. */
  readonly bytes: number
  /** Where the body is a sealed template: its clear header. */
  readonly header: EnvelopeHeader | undefined
  /** Receipts in the body, compact JWS. */
  readonly receipts: readonly string[]
  readonly status: Promise<string>
}

/**
 * Watches everything that leaves this page: wraps the four APIs that send, and listens to the browser for what goes by
 * another way (worker and style files). Call before anything else runs.
 */
export function watchOutgoing(onRequest: (request: OutgoingRequest) => void): void {
  const seen = new Map<string, number>()
  const report = (request: OutgoingRequest) => {
    seen.set(request.url.href, (seen.get(request.url.href) ?? 0) + 1)
    onRequest(request)
  }
  wrapFetch(report)
  wrapXhr(report)
  const beacon = navigator.sendBeacon.bind(navigator)
  navigator.sendBeacon = (url, data) => {
    report({ by: 'sendBeacon', method: 'POST', url: absolute(url), ...describe(data), status: Promise.resolve('') })
    return beacon(url, data)
  }
  globalThis.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      report({ by: 'WebSocket', method: 'GET', url: absolute(url), ...describe(null), status: Promise.resolve('') })
      super(url, protocols)
    }
  }
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.name.startsWith('data:') || entry.name.startsWith('blob:')) continue
      const left = seen.get(entry.name) ?? 0
      if (left > 0) seen.set(entry.name, left - 1)
      else onRequest(seenByBrowser(entry as PerformanceResourceTiming))
    }
  }).observe({ type: 'resource', buffered: true })
}

function wrapFetch(report: (request: OutgoingRequest) => void): void {
  const original = globalThis.fetch
  globalThis.fetch = (input, init) => {
    const request = input instanceof Request ? input : undefined
    const answer = original(input, init)
    report({
      by: 'fetch',
      method: init?.method ?? request?.method ?? 'GET',
      url: absolute(request?.url ?? String(input)),
      ...describe(init?.body),
      status: answer.then(
        ({ status }) => String(status),
        () => '–',
      ),
    })
    return answer
  }
}

function wrapXhr(report: (request: OutgoingRequest) => void): void {
  const { open, send } = XMLHttpRequest.prototype
  const targets = new WeakMap<XMLHttpRequest, { method: string; url: URL }>()
  XMLHttpRequest.prototype.open = function (method: string, url: string | URL, ...rest: unknown[]) {
    targets.set(this, { method, url: absolute(url) })
    Reflect.apply(open, this, [method, url, ...rest])
  }
  XMLHttpRequest.prototype.send = function (body) {
    const target = targets.get(this)
    const status = new Promise<string>((resolve) => this.addEventListener('loadend', () => resolve(`${this.status}`)))
    if (target) report({ by: 'XMLHttpRequest', ...target, ...describe(body), status })
    send.call(this, body)
  }
}

function seenByBrowser(entry: PerformanceResourceTiming): OutgoingRequest {
  return {
    by: 'browser',
    method: 'GET',
    url: new URL(entry.name),
    ...describe(null),
    status: Promise.resolve(entry.responseStatus ? String(entry.responseStatus) : ''),
  }
}

function absolute(url: string | URL): URL {
  return new URL(url, location.href)
}

function describe(body: unknown): Pick<OutgoingRequest, 'bytes' | 'header' | 'receipts'> {
  if (body instanceof Uint8Array) return { bytes: body.length, header: headerOf(body), receipts: [] }
  if (typeof body === 'string') {
    return { bytes: new TextEncoder().encode(body).length, header: undefined, receipts: receiptsOf(body) }
  }
  const bytes = body instanceof Blob ? body.size : body instanceof ArrayBuffer ? body.byteLength : 0
  return { bytes, header: undefined, receipts: [] }
}

function headerOf(body: Uint8Array): EnvelopeHeader | undefined {
  try {
    return decodeEnvelope(body).header
  } catch {
    return undefined
  }
}

function receiptsOf(text: string): readonly string[] {
  try {
    const { receipts } = JSON.parse(text) as { receipts?: unknown }
    return Array.isArray(receipts) ? receipts.filter((receipt) => typeof receipt === 'string') : []
  } catch {
    return []
  }
}
