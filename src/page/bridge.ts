import { proxy, type Remote, releaseProxy, transfer, transferHandlers, wrap } from 'comlink'
import { carryErrors } from '../wire/error-transfer'
import { FaceSealError } from '../wire/errors'
import type {
  CaptureProgress,
  CaptureRequest,
  CaptureResult,
  FrameSource,
  StartReport,
  WorkerApi,
  WorkerStart,
} from '../wire/worker-protocol'
import { useGrant } from './consent/gate'
import type { ConsentGrant } from './consent/grant'

/** Milliseconds that a capture gets to close its frames and overwrite its buffers before its thread ends. */
const wipeTime = 500

/** The worker is asked for a sign of life every so many milliseconds, and given up after so many without an answer. */
const pulse = { every: 2000, patience: 10 } as const

export interface WorkerOptions {
  readonly purpose: string
  readonly tenant: string
  /** Models as {@link loadAssets} checked them: moved into the worker, so that the page keeps no copy. */
  readonly start: WorkerStart
  /** Another address of worker.js, on an origin that `worker-src` allows. */
  readonly workerUrl?: string | undefined
  readonly signal: AbortSignal
}

/** One worker, started and tested. It ends with the first failure, abort or withdrawal; every open call rejects. */
export interface WorkerBridge {
  readonly report: StartReport
  /**
   * One capture. Throws what the worker throws, with its code, or `worker_lost`, or the reason of the signal.
   */
  capture(
    request: CaptureRequest,
    frames: { readonly source: FrameSource; readonly transfer: readonly Transferable[] },
    onProgress: (progress: CaptureProgress) => void,
  ): Promise<CaptureResult>
  /** The person cannot do the movement that is asked; the next substitute takes its place. */
  otherMovement(): void
  /** Ends the thread; a capture in progress closes its frames first (L15), for half a second at most. */
  stop(): Promise<void>
}

/**
 * Starts the worker and waits for its self-test; needs the process grant (L01).
 * Throws `consent_…`, `worker_start`, `worker_lost`, `model_integrity`, `self_test_failed`, `airlock_open`, `aborted`.
 */
export async function startWorker(grant: ConsentGrant<'process'>, options: WorkerOptions): Promise<WorkerBridge> {
  useGrant(grant, 'process', { purpose: options.purpose, tenant: options.tenant })
  const signal = AbortSignal.any([options.signal, grant.signal])
  signal.throwIfAborted()
  const thread = watch(construct(options.workerUrl), signal)
  try {
    const assets = Object.values(options.start.assets)
    const report = await thread.call((api) => api.start(transfer(options.start, assets)))
    thread.started()
    return {
      report,
      capture: (request, frames, onProgress) =>
        thread.capture(
          async (api) => await api.capture(request, transfer(frames.source, [...frames.transfer]), proxy(onProgress)),
        ),
      // Where the worker is gone, the capture itself says so.
      otherMovement: () => void thread.call((api) => api.otherMovement()).catch(() => undefined),
      stop: () => {
        thread.end(new FaceSealError('aborted', { detail: 'the worker was stopped' }))
        return thread.gone
      },
    }
  } catch (error) {
    thread.end(error)
    await thread.gone
    throw error
  }
}

/**
 * A file to copy, like the models: a bundler that finds `new Worker(new URL(…))` compiles the worker anew, with a start
 * of its own that would run before the airlock (webpack, Turbopack) or fails on paths that are never taken.
 */
const ownWorker = new URL('./worker.js', import.meta.url)

function construct(workerUrl: string | URL = ownWorker): Worker {
  try {
    return new Worker(trusted(workerUrl), { type: 'module' })
  } catch (cause) {
    throw new FaceSealError('worker_start', { detail: 'the address is refused', cause })
  }
}

/** Not yet in TypeScript's library: https://w3c.github.io/trusted-types/ */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}
let policy: ReturnType<TrustedTypes['createPolicy']> | undefined

/** Where the page asks for `require-trusted-types-for 'script'`, the address of the worker as one that may be run. */
function trusted(url: string | URL): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  try {
    policy ??= trustedTypes?.createPolicy('faceseal', { createScriptURL: ofThisOrigin })
  } catch {
    // The page names its policies and not this one: whether it also requires one, the constructor says.
  }
  return policy ? policy.createScriptURL(`${url}`) : `${url}`
}

/** Never a worker from elsewhere through this policy's name; a `blob:` address has its maker's origin, `data:` has none. */
function ofThisOrigin(address: string): string {
  if (new URL(address, document.baseURI).origin !== location.origin)
    throw new TypeError(`not of this origin: ${address}`)
  return address
}

/** Comlink's handlers are one map for the whole page, so this happens once. */
let carriesErrors = false

/** Joins the thread's life to its calls: Comlink alone would wait for ever on a dead one. */
function watch(worker: Worker, signal: AbortSignal) {
  if (!carriesErrors) carryErrors(transferHandlers)
  carriesErrors = true
  const api: Remote<WorkerApi> = wrap<WorkerApi>(worker)
  const ended = new AbortController()
  let startCode: 'worker_start' | 'worker_lost' = 'worker_start'
  let unanswered = 0

  let capturing: Promise<unknown> | undefined
  let terminated: () => void = () => undefined
  const gone = new Promise<void>((resolve) => {
    terminated = resolve
  })
  const terminate = () => {
    worker.terminate()
    api[releaseProxy]()
    terminated()
  }
  const end = (reason: unknown) => {
    if (ended.signal.aborted) return
    clearInterval(timer)
    const silent = reason instanceof FaceSealError && reason.code === 'worker_lost'
    ended.abort(reason)
    if (!capturing || silent) return terminate()
    const patience = new Promise((resolve) => setTimeout(resolve, wipeTime))
    Promise.race([Promise.allSettled([api.cancel(), capturing]), patience]).then(terminate)
  }
  const answered = () => {
    unanswered = 0
  }
  // Questions are counted, not time: after a device has slept, time says nothing.
  const timer = setInterval(() => {
    if (unanswered === pulse.patience) return end(new FaceSealError('worker_lost', { detail: 'no sign of life' }))
    unanswered += 1
    // A worker that answers with an error still answers.
    api.memory().then(answered, answered)
  }, pulse.every)
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    end(new FaceSealError(startCode, { detail: event.message || 'the script did not load' }))
  })
  worker.addEventListener('messageerror', () => {
    end(new FaceSealError('worker_lost', { detail: 'a message could not be read' }))
  })
  signal.addEventListener('abort', () => end(signal.reason), { once: true, signal: ended.signal })

  const call = <T>(use: (api: Remote<WorkerApi>) => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (ended.signal.aborted) return reject(ended.signal.reason)
      ended.signal.addEventListener('abort', () => reject(ended.signal.reason), { once: true })
      use(api).then(resolve, reject)
    })
  return {
    end,
    gone,
    started: () => {
      startCode = 'worker_lost'
    },
    call,
    capture: (use: (api: Remote<WorkerApi>) => Promise<CaptureResult>): Promise<CaptureResult> =>
      call((remote) => {
        const result = use(remote)
        const settled = () => {
          capturing = undefined
        }
        capturing = result.then(settled, settled)
        return result
      }),
  }
}
