// The page of the worker's browser tests: starts the worker that is told, plays pictures to it as a camera would, and
// hands back what came out. Runs under the strict CSP, from a file, like any integrator's page.
import { proxy, transfer, transferHandlers, wrap } from 'comlink'
import type { EmbedderName } from '../../../src/wire/ceremony-options'
import { carryErrors } from '../../../src/wire/error-transfer'
import { FaceSealError } from '../../../src/wire/errors'
import type {
  CaptureBinding,
  CaptureReport,
  ComputeBackend,
  DetectorName,
  DeviceKeys,
  FrameSource,
  LocalTemplate,
  StartReport,
  WorkerApi,
} from '../../../src/wire/worker-protocol'
import { clipRate, picturesOf } from '../mjpeg'

export interface LabStart {
  readonly worker: string
  readonly files: readonly string[]
  readonly embedder?: EmbedderName
  readonly backend?: ComputeBackend
  readonly detector?: DetectorName
  /** One byte of this file is flipped on the way. */
  readonly tamper?: string
  /** A file under a name that is not pinned. */
  readonly smuggle?: string
}

export interface LabFailure {
  readonly code: string
  readonly detail: string | undefined
  readonly cause: string | undefined
}

/** What the camera shows, one after the other; the last one for ever unless `ends`. */
export interface LabCapture {
  readonly shots: readonly { readonly url: string; readonly times: number }[]
  /** A motion JPEG instead: played at its own pace, over and over, as Chromium's fake camera plays a file. */
  readonly clip?: string
  readonly ends?: boolean
  readonly source?: 'port' | 'stream'
  /** The camera never delivers anything. */
  readonly silent?: boolean
  readonly binding: CaptureBinding
  readonly delivery?: 'sealed' | 'local'
  /** Name under which a local template is kept, and looked up for a verification. */
  readonly template?: string
  readonly frames?: number
  readonly timeoutMs?: number
  readonly cancelAfterMs?: number
}

export interface LabOutcome {
  readonly failure?: LabFailure
  readonly kind?: string
  /** Base64. */
  readonly envelope?: string
  readonly statement?: string
  readonly verified?: boolean
  readonly report?: CaptureReport
  readonly hints: readonly string[]
  readonly bitmapsMade: number
}

declare global {
  interface Window {
    readonly lab: typeof lab
  }
}

carryErrors(transferHandlers)
const templates = new Map<string, LocalTemplate>()
let worker: Worker | undefined
let api: ReturnType<typeof wrap<WorkerApi>> | undefined
let keys: Promise<DeviceKeys> | undefined

export const lab = {
  start: async (input: LabStart): Promise<StartReport | LabFailure> => {
    worker?.terminate()
    worker = new Worker(input.worker, { type: 'module' })
    api = wrap<WorkerApi>(worker)
    const assets: Record<string, ArrayBuffer> = {}
    for (const file of input.files) assets[file] = await (await fetch(`/assets/${file}`)).arrayBuffer()
    if (input.tamper) {
      const bytes = new Uint8Array(assets[input.tamper]!)
      bytes[bytes.length >> 1]! ^= 1
    }
    if (input.smuggle) assets[input.smuggle] = new ArrayBuffer(8)
    const { embedder = 'mobilefacenet', backend, detector } = input
    const start = { assets, embedder, ...(backend && { backend }), ...(detector && { detector }) }
    return api.start(transfer(start, Object.values(assets))).catch(failureOf)
  },

  capture: async (input: LabCapture): Promise<LabOutcome> => {
    if (!api) throw new TypeError('not started')
    const hints: string[] = []
    const camera = await openCamera(input)
    const stored = input.template === undefined ? undefined : templates.get(input.template)
    keys ??= deviceKeys()
    const request = {
      binding: input.binding,
      keys: await keys,
      delivery: input.delivery ?? 'sealed',
      frames: input.frames ?? 3,
      timeoutMs: input.timeoutMs ?? 20_000,
      ...(stored && { localTemplate: stored }),
    }
    let done: () => void = () => undefined
    const told = new Promise<void>((resolve) => {
      done = resolve
    })
    const note = proxy(({ hint }: { readonly hint: string }) => {
      if (hints.at(-1) !== hint) hints.push(hint)
      if (hint === 'done') done()
    })
    if (input.cancelAfterMs !== undefined) setTimeout(() => void api?.cancel(), input.cancelAfterMs)
    const result = await api.capture(request, camera.source, note).catch(failureOf)
    camera.close()
    // Progress comes through a port of its own, whose last message may be later than the result.
    if (!('code' in result)) await Promise.race([told, new Promise((resolve) => setTimeout(resolve, 5000))])
    const counts = { hints, bitmapsMade: camera.made() }
    if ('code' in result) return { failure: result, ...counts }
    const { kind, report } = result
    if (kind === 'sealed') return { kind, envelope: btoa(String.fromCharCode(...result.envelope)), report, ...counts }
    if (kind === 'local-enrolled' && input.template) templates.set(input.template, result.template)
    const verdict = kind === 'local-verified' ? { verified: result.verified } : {}
    return { kind, statement: result.statement, ...verdict, report, ...counts }
  },

  /** Flips one bit of a kept local template. */
  spoilTemplate: (name: string): void => {
    templates.get(name)!.ciphertext[5]! ^= 4
  },

  memory: () => api!.memory(),

  /** Asks the probe worker (probe-worker.ts). */
  probe: (question: string, payload?: unknown): Promise<unknown> =>
    new Promise((resolve) => {
      const listen = ({ data }: MessageEvent<{ readonly probed?: string; readonly answer?: unknown }>) => {
        if (data.probed !== question) return
        worker?.removeEventListener('message', listen)
        resolve(data.answer)
      }
      worker?.addEventListener('message', listen)
      worker?.postMessage({ probe: question, payload })
    }),
}
Object.assign(window, { lab })

interface Camera {
  readonly source: FrameSource
  made(): number
  close(): void
}

async function openCamera(input: LabCapture): Promise<Camera> {
  const show = input.clip === undefined ? await showShots(input) : await playClip(input.clip)
  let made = 0
  const next = async (): Promise<ImageBitmap | null> => {
    if (input.silent) return new Promise(() => undefined)
    const blob = show(made)
    made += 1
    return blob ? createImageBitmap(blob) : null
  }
  if (input.source === 'stream') {
    const readable = new ReadableStream<VideoFrame>({
      pull: async (controller) => {
        const bitmap = await next()
        if (!bitmap) return controller.close()
        await new Promise((resolve) => setTimeout(resolve, 30))
        controller.enqueue(new VideoFrame(bitmap, { timestamp: made * 33_000 }))
        bitmap.close()
      },
    })
    const source = transfer<FrameSource>({ kind: 'stream', readable }, [readable as unknown as Transferable])
    return { source, made: () => made, close: () => undefined }
  }
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = async () => {
    const bitmap = await next()
    if (bitmap) port1.postMessage(bitmap, [bitmap])
    else port1.postMessage(null)
  }
  const source = transfer<FrameSource>({ kind: 'port', port: port2 }, [port2])
  return { source, made: () => made, close: () => port1.close() }
}

/** The picture to show next, by how many were shown. */
type Show = (shown: number) => Blob | undefined

async function showShots({ shots, ends }: LabCapture): Promise<Show> {
  const blobs = await Promise.all(shots.map(async ({ url }) => (await fetch(url)).blob()))
  const order = shots.flatMap(({ times }, index) => Array.from({ length: times }, () => blobs[index]!))
  return (shown) => order[shown] ?? (ends ? undefined : order.at(-1))
}

/** Kept: pictures made anew for each capture would be most of what many captures take of the renderer's memory. */
const clips = new Map<string, Promise<readonly Blob[]>>()

async function playClip(url: string): Promise<Show> {
  const opened = clips.get(url) ?? fetch(url).then(async (response) => picturesOf(await response.bytes()))
  clips.set(url, opened)
  const pictures = await opened
  let started: number | undefined
  return () => {
    const now = performance.now()
    started ??= now
    return pictures[Math.floor(((now - started) / 1000) * clipRate) % pictures.length]
  }
}

async function deviceKeys(): Promise<DeviceKeys> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  return {
    secret: await crypto.subtle.importKey('raw', new Uint8Array(32).fill(3), 'HKDF', false, ['deriveBits']),
    signing: pair.privateKey,
    signingPublic: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
    thumbprint: `${'D'.repeat(42)}E`,
    storage: await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
  }
}

function failureOf(error: unknown): LabFailure {
  if (!(error instanceof FaceSealError)) return { code: 'not a FaceSealError', detail: String(error), cause: undefined }
  return {
    code: error.code,
    detail: error.detail,
    cause: error.cause instanceof Error ? error.cause.message : undefined,
  }
}
