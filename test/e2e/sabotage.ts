import type { BrowserContext, Page, Route } from 'playwright-core'

/** A camera drawn by the page in place of the browser's own: the clip, in another shape and at another pace. */
export interface StagedCamera {
  readonly width: number
  readonly height: number
  /** Frames a second; 0: a first frame, and no other. */
  readonly rate: number
  readonly mirrored?: boolean
  /** Looked at for each frame. */
  readonly black?: boolean
}

/** What {@link installSabotage} reads inside the page. */
export interface Sabotage {
  camera?: StagedCamera | undefined
  /** Name of the `DOMException` with which the next cameras are refused. */
  refuseCamera?: string | undefined
  noWebGl?: boolean | undefined
  noSimd?: boolean | undefined
  /** IndexedDB takes the question and never answers, or has no room for another row. */
  storage?: 'hangs' | 'full' | undefined
  /** Seconds that the clock is ahead. */
  clockAhead: number
  /** How many times faster than they should the slow timers run: intervals from 1 s, waits from 10 s. */
  haste: number
}

declare global {
  var sabotage: Sabotage
}

/** Runs in the page before any of its scripts, and before the spies. Only its source reaches the page. */
export function installSabotage(): void {
  const sabotage: Sabotage = { clockAhead: 0, haste: 1 }
  globalThis.sabotage = sabotage

  const devices = navigator.mediaDevices
  const getUserMedia = devices.getUserMedia.bind(devices)
  devices.getUserMedia = async (constraints) => {
    const { camera, refuseCamera } = sabotage
    if (refuseCamera) throw new DOMException('sabotaged', refuseCamera)
    const stream = await getUserMedia(constraints)
    return camera ? redraw(stream, camera) : stream
  }

  async function redraw(stream: MediaStream, camera: StagedCamera): Promise<MediaStream> {
    const { width, height, rate, mirrored = false } = camera
    const source = Object.assign(document.createElement('video'), { muted: true, srcObject: stream })
    await source.play()
    const canvas = Object.assign(document.createElement('canvas'), { width, height })
    const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false })
    const drawn = canvas.captureStream(0)
    const [track] = drawn.getVideoTracks()
    if (!context || !track) throw new TypeError('no canvas track')
    const { videoWidth, videoHeight } = source
    // As much of the picture as fits, its middle in the middle.
    const scale = Math.max(width / videoWidth, height / videoHeight)
    const [w, h] = [videoWidth * scale, videoHeight * scale]
    const draw = () => {
      context.setTransform(mirrored ? -1 : 1, 0, 0, 1, mirrored ? width : 0, 0)
      // An untouched canvas gives no frame.
      if (sabotage.camera?.black) context.fillRect(0, 0, width, height)
      else context.drawImage(source, (width - w) / 2, (height - h) / 2, w, h)
      ;(track as CanvasCaptureMediaStreamTrack).requestFrame()
    }
    draw()
    const timer = rate > 0 ? setInterval(draw, 1000 / rate) : undefined
    const stop = track.stop.bind(track)
    track.stop = () => {
      clearInterval(timer)
      for (const own of stream.getTracks()) own.stop()
      stop()
    }
    return drawn
  }

  // On the page's own thread; in the worker the same is done by `noSimd` and `noWebGl`.
  const { validate } = WebAssembly
  WebAssembly.validate = (bytes) => !sabotage.noSimd && validate(bytes)

  const { getContext } = OffscreenCanvas.prototype
  OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...given: unknown[]) {
    if (sabotage.noWebGl && String(given[0]).startsWith('webgl')) return null
    return Reflect.apply(getContext, this, given)
  } as typeof getContext

  const now = Date.now.bind(Date)
  Date.now = () => now() + sabotage.clockAhead * 1000

  const interval = globalThis.setInterval.bind(globalThis)
  globalThis.setInterval = ((act: () => void, every = 0, ...rest: unknown[]) => {
    let ticks = 0
    if (every < 1000) return interval(act, every, ...rest)
    return interval(() => ++ticks % Math.max(1, Math.round(50 / sabotage.haste)) === 0 && act(), every / 50)
  }) as typeof setInterval
  const timeout = globalThis.setTimeout.bind(globalThis)
  globalThis.setTimeout = ((act: () => void, delay = 0, ...rest: unknown[]) =>
    timeout(act, delay < 10_000 ? delay : delay / sabotage.haste, ...rest)) as typeof setTimeout

  const { open } = IDBFactory.prototype
  IDBFactory.prototype.open = function (...given) {
    const request: IDBOpenDBRequest = Reflect.apply(open, this, given)
    if (sabotage.storage !== 'hangs') return request
    request.addEventListener('upgradeneeded', () => request.transaction?.abort())
    request.addEventListener('success', () => request.result.close())
    request.addEventListener = () => undefined
    return request
  }
  for (const name of ['add', 'put'] as const) {
    const write = IDBObjectStore.prototype[name]
    IDBObjectStore.prototype[name] = function (...given) {
      if (sabotage.storage === 'full') throw new DOMException('sabotaged', 'QuotaExceededError')
      return Reflect.apply(write, this, given)
    }
  }
}

/** Code that a worker runs before its own, as a browser without something, or one that fails, would make it run. */
export const workerSabotage = {
  /** No module compiles. */
  noWasm: () => {
    const refuse = async () => {
      throw new WebAssembly.CompileError('sabotaged')
    }
    Object.assign(WebAssembly, { instantiate: refuse, compile: refuse })
  },
  /** As before 2021: no SIMD, so MediaPipe's module (the one of megabytes) does not compile either. */
  noSimd: () => {
    const { instantiate } = WebAssembly
    Object.assign(WebAssembly, {
      validate: () => false,
      instantiate: async (source: BufferSource, imports?: WebAssembly.Imports) => {
        if (source.byteLength > 4e6) throw new WebAssembly.CompileError('sabotaged')
        return await instantiate(source, imports)
      },
    })
  },
  noWebGl: () => {
    const { getContext } = OffscreenCanvas.prototype
    OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...given: unknown[]) {
      return String(given[0]).startsWith('webgl') ? null : Reflect.apply(getContext, this, given)
    } as typeof getContext
  },
  /** Fails when told: `hang`, `exhaust`, `lose-context`. */
  onCommand: () => {
    const contexts: WebGLRenderingContext[] = []
    const { getContext } = OffscreenCanvas.prototype
    OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...given: unknown[]) {
      const context = Reflect.apply(getContext, this, given)
      if (String(given[0]).startsWith('webgl') && context) contexts.push(context as unknown as WebGLRenderingContext)
      return context
    } as typeof getContext
    addEventListener('message', (event) => {
      if (typeof event.data !== 'string') return
      event.stopImmediatePropagation()
      while (event.data === 'hang');
      if (event.data === 'lose-context') {
        for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext()
      }
      if (event.data !== 'exhaust') return
      OffscreenCanvasRenderingContext2D.prototype.getImageData = () => {
        throw new RangeError('Array buffer allocation failed')
      }
    })
  },
} as const satisfies Readonly<Record<string, () => void>>

export const files = {
  net: '**/mobilefacenet-512*.bin',
  detector: '**/*.tflite',
  wasm: '**/vision_wasm*.wasm',
  otherWasm: '**/tfjs-backend-wasm-simd*.wasm',
  worker: '**/worker-*.js',
  capture: '**/capture-*.js',
} as const

/** Answers every request for `pattern` with what the server gives, changed. */
export function change(pattern: string, edit: (body: Buffer) => Buffer) {
  return (page: Page | BrowserContext) =>
    page.route(pattern, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: edit(await response.body()) })
    })
}

/** Answers every request for `pattern` in another way. */
export function answer(pattern: string, how: (route: Route) => Promise<unknown>) {
  return (page: Page) => page.route(pattern, (route) => how(route))
}

export function before(sabotage: keyof typeof workerSabotage) {
  return change(files.worker, (body) => Buffer.concat([Buffer.from(`(${workerSabotage[sabotage]})();\n`), body]))
}

export function flipOneBit(body: Buffer): Buffer {
  const copy = Buffer.from(body)
  copy[copy.length >> 1]! ^= 1
  return copy
}
