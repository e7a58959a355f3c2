// The shipped worker's entry, and a listener beside it that tries what the airlock forbids. Served by tests only.
import '../../../src/worker/main'
import { deriveToken, protectWithToken } from '../../../src/worker/protect'

/** The tests are compiled for the page's types; here it is a worker's global. */
const scope = globalThis as unknown as { postMessage(message: unknown, options?: unknown): void }

type Probe = (payload: unknown) => unknown

/** Whatever can be seen of these names, on the global, by its prototypes, or through an accessor. */
const globals: Probe = (payload) => {
  const names = payload as readonly string[]
  return names.filter((name) => Reflect.get(globalThis, name) !== undefined)
}

const navigatorNames: Probe = (payload) =>
  (payload as readonly string[]).filter((name) => Reflect.get(navigator, name) !== undefined)

/** Tries to bring each name back, in every way that JavaScript has; gives those that came back. */
const putBack: Probe = (payload) =>
  (payload as readonly string[]).filter((name) => {
    const attempts = [
      () => Reflect.set(globalThis, name, () => 'back'),
      () => Reflect.defineProperty(globalThis, name, { value: () => 'back', configurable: true }),
      () => Reflect.deleteProperty(globalThis, name),
    ]
    return attempts.some((attempt) => attempt() || Reflect.get(globalThis, name) !== undefined)
  })

/** Names of functions and interfaces that are left, for a look at what a browser added. */
const left: Probe = () => {
  const names = new Set<string>()
  for (let holder: object | null = globalThis; holder; holder = Object.getPrototypeOf(holder)) {
    for (const name of Object.getOwnPropertyNames(holder))
      if (Reflect.get(globalThis, name) !== undefined) names.add(name)
  }
  const suspicious = /socket|fetch|http|RTC|IDB|cache|storage|beacon|[Ww]orker|broadcast|transport/i
  return [...names].filter((name) => suspicious.test(name) && !name.startsWith('Abort')).sort()
}

/** Which of these could be posted, by which door. Nothing may come out. */
const postings: Probe = async () => {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt'])
  const pixels = new ImageData(2, 2)
  const canvas = new OffscreenCanvas(2, 2)
  canvas.getContext('2d')
  const bitmap = await createImageBitmap(pixels)
  const contraband: Record<string, [unknown, Transferable[]]> = {
    bitmap: [bitmap, []],
    transferredBitmap: [bitmap, [bitmap]],
    pixels: [pixels, []],
    frame: [new VideoFrame(canvas, { timestamp: 0 }), []],
    key: [key, []],
    floats: [new Float32Array(4), []],
    buffer: [new ArrayBuffer(4), []],
    bytes: [new Uint8Array(2000), []],
    blob: [new Blob(['x']), []],
    stream: [1, [new ReadableStream() as unknown as Transferable]],
  }
  const { port1 } = new MessageChannel()
  const doors: Record<string, (message: unknown, transfer: Transferable[]) => void> = {
    self: (message, transfer) => scope.postMessage(message, transfer),
    options: (message, transfer) => scope.postMessage(message, { transfer }),
    port: (message, transfer) => port1.postMessage(message, { transfer }),
    borrowed: (message, transfer) => Reflect.apply(MessagePort.prototype.postMessage, port1, [message, transfer]),
    prototype: (message, transfer) => {
      const holder = Object.getPrototypeOf(globalThis) as Partial<typeof scope>
      if (!holder.postMessage) throw new TypeError('no such door')
      holder.postMessage.call(globalThis, message, transfer)
    },
  }
  const leaked: string[] = []
  for (const [what, [message, transfer]] of Object.entries(contraband)) {
    for (const [door, post] of Object.entries(doors)) {
      try {
        post({ value: message }, transfer)
        leaked.push(`${what} by ${door}`)
      } catch {
        // Refused.
      }
    }
  }
  return leaked
}

/** Runs the known answers here; gives the names of those that differ. */
const vectors: Probe = async (payload) => {
  const list = payload as readonly (Readonly<Record<string, string>> & {
    readonly context: { tenant: string; origin: string; purpose: string; modelId: string; bits: number }
  })[]
  const wrong: string[] = []
  for (const vector of list) {
    const secret = await crypto.subtle.importKey('raw', unhex(vector.secret!), 'HKDF', false, ['deriveBits'])
    const token = await deriveToken(secret, unhex(vector.salt!), vector.context)
    const [embedding, mean] = [floats(vector.embedding!), floats(vector.mean!)]
    const template = await protectWithToken(embedding, mean, token, vector.context.bits)
    if (hex(token) !== vector.token || hex(template) !== vector.template) wrong.push(vector.name!)
  }
  return { checked: list.length, wrong }
}

/** An error that nobody catches: its text must not reach the page once a capture has begun. */
const throwLater: Probe = () => {
  setTimeout(() => {
    throw new Error('canary-in-an-error')
  })
  return 'thrown'
}

const probes: Readonly<Record<string, Probe>> = {
  globals,
  navigatorNames,
  putBack,
  left,
  postings,
  vectors,
  throwLater,
}

addEventListener('message', async ({ data }: MessageEvent<{ readonly probe?: string; readonly payload?: unknown }>) => {
  const question = data?.probe
  if (question === undefined) return
  let answer: unknown
  try {
    answer = await probes[question]?.(data.payload)
  } catch (error) {
    answer = String(error)
  }
  scope.postMessage({ probed: question, answer })
})

function unhex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer)
}
