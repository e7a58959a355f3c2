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
  /** Ends the thread at once. Safe to call again. */
  stop(): void
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
        thread.call<CaptureResult>(
          async (api) => await api.capture(request, transfer(frames.source, [...frames.transfer]), proxy(onProgress)),
        ),
      stop: () => thread.end(new FaceSealError('aborted', { detail: 'the worker was stopped' })),
    }
  } catch (error) {
    thread.end(error)
    throw error
  }
}

/** The default is one expression, because that is what bundlers recognise as a worker's entry. */
function construct(workerUrl: string | undefined): Worker {
  try {
    return workerUrl === undefined
      ? new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
      : new Worker(workerUrl, { type: 'module' })
  } catch (cause) {
    throw new FaceSealError('worker_start', { detail: 'the address is refused', cause })
  }
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

  const end = (reason: unknown) => {
    if (ended.signal.aborted) return
    clearInterval(timer)
    worker.terminate()
    api[releaseProxy]()
    ended.abort(reason)
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

  return {
    end,
    started: () => {
      startCode = 'worker_lost'
    },
    call: <T>(use: (api: Remote<WorkerApi>) => Promise<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        if (ended.signal.aborted) return reject(ended.signal.reason)
        ended.signal.addEventListener('abort', () => reject(ended.signal.reason), { once: true })
        use(api).then(resolve, reject)
      }),
  }
}
