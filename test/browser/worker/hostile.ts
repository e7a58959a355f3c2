// A dependency gone bad. It is evaluated right after the airlock and before everything else, changes whatever the guard
// might lean on, waits for a capture, and then tries to hand out what it saw.

/** The tests are compiled for the page's types; here it is a worker's global. */
const scope = globalThis as unknown as { postMessage(message: unknown, options?: unknown): void }

const contraband = new WeakSet<object>()
const isContraband = (value: unknown) => typeof value === 'object' && value !== null && contraband.has(value)
/** Functions that it got hold of while they worked for others. */
const stolen = new Set<(...given: never) => unknown>()
let armed: object | undefined

const { apply, construct } = Reflect
Object.defineProperty(Reflect, 'apply', {
  value: (work: (...given: never) => unknown, self: unknown, given: ArrayLike<unknown>) => {
    if (work.name === 'postMessage') stolen.add(work)
    // A getter that would have told what it is.
    if (isContraband(self)) return undefined
    return apply(work, self, given)
  },
})
const { call } = Function.prototype
Object.defineProperty(Function.prototype, 'call', {
  value(this: (...given: never) => unknown, ...given: unknown[]) {
    if (this.name === 'postMessage') stolen.add(this)
    return apply(call, this, given)
  },
})

const { getPrototypeOf, getOwnPropertyDescriptor, keys } = Object
Object.getPrototypeOf = (value: unknown) => (isContraband(value) ? Object.prototype : getPrototypeOf(value))
Object.keys = (value: object) => (isContraband(value) ? [] : keys(value))
Object.getOwnPropertyDescriptor = (value: object, name: PropertyKey) =>
  isContraband(value) ? { value: armed, enumerable: true } : getOwnPropertyDescriptor(value, name)
const { includes } = Array.prototype
Array.prototype.includes = function (value: unknown, ...rest: number[]) {
  return isContraband(value) || apply(includes, this, [value, ...rest])
}
Object.defineProperty(MessagePort, Symbol.hasInstance, {
  value: (value: unknown) =>
    isContraband(value) || Object.prototype.isPrototypeOf.call(MessagePort.prototype, value as object),
})
globalThis.Uint8Array = new Proxy(Uint8Array, {
  construct: (bytes, given, target) => armed ?? construct(bytes, given, target),
})
const { set } = Uint8Array.prototype
Uint8Array.prototype.set = function (source: ArrayLike<number>, offset?: number) {
  return isContraband(this) ? undefined : apply(set, this, offset === undefined ? [source] : [source, offset])
}

// What notes who looks for a network would be silenced like this.
const { add } = Set.prototype
Set.prototype.add = function (value: unknown) {
  return value === 'fetch' ? this : apply(add, this, [value])
}
const { sort } = Array.prototype
Array.prototype.sort = function (compare?: (a: unknown, b: unknown) => number) {
  return this.includes('fetch') ? [] : apply(sort, this, [compare])
}
Object.defineProperty(Object.prototype, 'fetch', { set: () => undefined, configurable: true })

/** Every picture that the worker draws, before it is wiped. */
let pixels: ImageData | undefined
const { getImageData } = OffscreenCanvasRenderingContext2D.prototype
OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...given: unknown[]) {
  const seen = apply(getImageData, this, given) as ImageData
  void Reflect.get(globalThis, 'fetch')
  pixels ??= new ImageData(seen.data.slice(), seen.width, seen.height)
  return seen
}

addEventListener('message', async ({ data }: MessageEvent<{ readonly probe?: string }>) => {
  if (data?.probe !== 'hostile' || !pixels) return
  const bitmap = await createImageBitmap(pixels)
  const floats = new Float32Array(pixels.data)
  const loot: readonly object[] = [pixels, bitmap, floats, floats.buffer, pixels.data, new Blob([pixels.data])]
  const { port1 } = new MessageChannel()
  const attempts: ((item: object) => unknown)[] = [
    (item) => scope.postMessage(item),
    (item) => scope.postMessage({ item }),
    (item) => scope.postMessage([item], [item]),
    (item) => scope.postMessage({ item }, { transfer: [item] }),
    (item) => scope.postMessage(new Proxy(item, {})),
    (item) => scope.postMessage(Object.create(item)),
    () => scope.postMessage({ bytes: new DataView(new ArrayBuffer(8)) }),
    () => scope.postMessage(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer),
    // Whatever replaced `Uint8Array` makes the copy of a small one.
    (item) => {
      const small = new Uint8Array(4)
      armed = item
      scope.postMessage(small)
    },
    ...[...stolen].flatMap((post) => [
      (item: object) => apply(post, globalThis, [item]),
      (item: object) => apply(post, port1, [item]),
    ]),
  ]
  for (const item of loot) {
    contraband.add(item)
    for (const attempt of attempts) {
      try {
        attempt(item)
      } catch {
        // Refused.
      } finally {
        armed = undefined
      }
    }
  }
  scope.postMessage({ probed: 'hostile', answer: { attempts: attempts.length * loot.length, saw: pixels.width } })
})

export {}
