import { FaceSealError } from '../wire/errors'
import { copyThatMayLeave } from './outgoing'

/**
 * The worker's first module: it runs before any library is evaluated and before any model or frame arrives. The page
 * hands over every byte the worker needs, so nothing here has to reach the network, a store or another thread.
 *
 * One thing cannot be taken away in JavaScript: `import()` is syntax. The bundle holds none (vite.worker.config.ts
 * fails otherwise), and the Content-Security-Policy of the worker's own response (`script-src 'wasm-unsafe-eval'`,
 * `connect-src 'none'`) closes it against injected code.
 */

/** Reaches a network, a store, another thread, a device, or loads by URL (`FontFace`, `importScripts`). */
const forbidden: readonly string[] = [
  'fetch',
  'fetchLater',
  'XMLHttpRequest',
  'XMLHttpRequestUpload',
  'XMLHttpRequestEventTarget',
  'WebSocket',
  'WebSocketStream',
  'EventSource',
  'WebTransport',
  'RTCPeerConnection',
  'RTCDataChannel',
  'RTCRtpScriptTransformer',
  'BroadcastChannel',
  'importScripts',
  'Worker',
  'SharedWorker',
  'ServiceWorkerContainer',
  'ServiceWorkerRegistration',
  'indexedDB',
  'caches',
  'cookieStore',
  'localStorage',
  'sessionStorage',
  'Notification',
  'FontFace',
  'FontFaceSet',
  'fonts',
  // Its message travels to the page as an error event.
  'reportError',
]

/** The same, by family, for what a browser may add: matched against every name of the global and its prototypes. */
const forbiddenFamilies =
  /^(WebSocket|WebTransport|XMLHttp|RTC|onrtc|IDB|Cache(Storage)?$|Cookie|webkit(Request|Resolve)|FileSystem|Storage|BackgroundFetch|Push|Sync|Periodic|NavigationPreload|HID|USB|Serial|Bluetooth|Lock|FontFace)/

/** Of the navigator, and what is behind it. `locks` are names that other tabs can see. */
const forbiddenOfNavigator: readonly string[] = [
  'sendBeacon',
  'serviceWorker',
  'storage',
  'storageBuckets',
  'locks',
  'hid',
  'usb',
  'serial',
  'bluetooth',
  'permissions',
  // A number that the system shows.
  'setAppBadge',
  'clearAppBadge',
]

const forbiddenOfUrl: readonly string[] = ['createObjectURL', 'revokeObjectURL']

/** As they are now, before any library could change them. */
const { apply } = Reflect
const { create, keys } = Object
const { isArray } = Array

/** Getters that stand where something was removed. */
const tombstones = new Set<unknown>()
/** Which of those names somebody has looked for since: without a prototype or a method, which a library could change. */
let asked = noNames()

/** Names that were there and are gone; reported to the page and shown in its panel. */
export const removedNames: readonly string[] = closeAirlock()

/** Throws `airlock_open` if any forbidden name can be reached again. */
export function assertAirlockClosed(): void {
  const open = [
    ...chainOf(globalThis).flatMap((holder) => reachable(holder, forbiddenOn(holder))),
    ...chainOf(navigator).flatMap((holder) => reachable(holder, forbiddenOfNavigator)),
    ...reachable(URL, forbiddenOfUrl),
  ]
  if (open.length > 0) throw new FaceSealError('airlock_open', { detail: [...new Set(open)].join(', ') })
}

/** Removed names that code in this worker looked for since the last call, as they came: a look is all that it got. */
export function takeAsked(): readonly string[] {
  const names = keys(asked)
  asked = noNames()
  return names
}

function noNames(): Record<string, true> {
  return create(null) as Record<string, true>
}

function closeAirlock(): readonly string[] {
  const removed = new Set<string>()
  for (const holder of chainOf(globalThis)) remove(holder, forbiddenOn(holder), removed)
  for (const holder of chainOf(navigator)) remove(holder, forbiddenOfNavigator, removed)
  remove(URL, forbiddenOfUrl, removed)
  guardOutgoing()
  return [...removed].sort()
}

/**
 * From the first capture on: an uncaught error's message would reach the page's `error` event unwalked. Before that no
 * frame was here, and the page should hear why a start failed.
 */
export function muteUncaughtErrors(): void {
  addEventListener('error', swallow)
  addEventListener('unhandledrejection', swallow)
}

function swallow(event: Event): void {
  event.preventDefault()
}

/** The object and its prototypes: most of these APIs live on `WorkerGlobalScope.prototype`, not on the global itself. */
function chainOf(start: object): readonly object[] {
  const chain: object[] = []
  for (let holder: unknown = start; holder instanceof Object && holder !== Object.prototype; ) {
    chain.push(holder)
    holder = Object.getPrototypeOf(holder)
  }
  return chain
}

function forbiddenOn(holder: object): readonly string[] {
  const byFamily = Object.getOwnPropertyNames(holder).filter((name) => forbiddenFamilies.test(name))
  return [...new Set([...forbidden, ...byFamily])]
}

function remove(holder: object, names: readonly string[], removed: Set<string>): void {
  for (const name of names) {
    if (Object.hasOwn(holder, name)) removed.add(name)
    else if (holder !== globalThis && holder !== navigator) continue
    // On the global and the navigator each name is nailed down even where it is missing, so that no library can define it later.
    try {
      const get = () => {
        asked[name] = true
      }
      Object.defineProperty(holder, name, { get, configurable: false, enumerable: false })
      tombstones.add(get)
    } catch {
      // Left to assertAirlockClosed, which reads the value instead of trusting this.
    }
  }
}

function reachable(holder: object, names: readonly string[]): readonly string[] {
  return names.filter((name) => {
    const property = Object.getOwnPropertyDescriptor(holder, name)
    return (
      property !== undefined &&
      (property.value !== undefined || !(property.get === undefined || tombstones.has(property.get)))
    )
  })
}

/** Every way of posting is wrapped, on the global and on the prototypes, and cannot be unwrapped. */
function guardOutgoing(): void {
  const holders = [...chainOf(globalThis), MessagePort.prototype].filter((holder) =>
    Object.hasOwn(holder, 'postMessage'),
  )
  for (const holder of holders) {
    const post: unknown = Object.getOwnPropertyDescriptor(holder, 'postMessage')?.value
    if (typeof post !== 'function') throw new FaceSealError('airlock_open', { detail: 'postMessage' })
    const guarded = function (this: unknown, message: unknown, options?: unknown): void {
      const transfer = transferOf(options)
      // Copies of both, for the caller could change its own between the check and the call.
      apply(post, this ?? globalThis, [copyThatMayLeave(message, transfer), transfer])
    }
    Object.defineProperty(holder, 'postMessage', { value: guarded, writable: false, configurable: false })
  }
}

/** A copy made without iterating, which a library could have changed. */
function transferOf(options: unknown): readonly unknown[] {
  const given: unknown = isArray(options) ? options : (options as { readonly transfer?: unknown } | undefined)?.transfer
  const list: unknown[] = []
  if (isArray(given)) for (let i = 0; i < given.length; i++) list[i] = given[i]
  return list
}
