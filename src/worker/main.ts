// First, before any library is evaluated: it takes the network away.
import './airlock'
import { memory } from '@tensorflow/tfjs-core'
import { expose, releaseProxy, transferHandlers } from 'comlink'
import { carryErrors } from '../wire/error-transfer'
import { FaceSealError } from '../wire/errors'
import type { CaptureProgress, StartReport, WorkerApi } from '../wire/worker-protocol'
import { assertAirlockClosed, muteUncaughtErrors, removedNames, takeAsked } from './airlock'
import { capture } from './capture'
import { type Engine, startEngine } from './engine'
import { framesHeld } from './frames'
import { Challenge } from './liveness/challenge'

let engine: Engine | undefined
let running: AbortController | undefined
let challenge: Challenge | undefined

const api: WorkerApi = {
  start: async (input): Promise<StartReport> => {
    assertAirlockClosed()
    if (engine) throw new FaceSealError('already_running')
    const started = await startEngine(input)
    // Again, for the libraries have been evaluated and started since.
    assertAirlockClosed()
    engine = started.engine
    // Libraries look for what their platform has while they start; later nobody has a reason to.
    takeAsked()
    return { ...started.report, removed: removedNames }
  },
  capture: async (request, source, onProgress) => {
    if (!engine) throw new FaceSealError('worker_start', { detail: 'capture before start' })
    if (running) throw new FaceSealError('already_running')
    muteUncaughtErrors()
    assertAirlockClosed()
    running = new AbortController()
    const { liveness } = request.binding
    challenge = liveness?.level === 'active' ? new Challenge(liveness) : undefined
    try {
      const result = await capture(engine, request, source, quietly(onProgress), running.signal, challenge)
      return { ...result, report: { ...result.report, asked: takeAsked() } }
    } catch (error) {
      throw withoutCause(error)
    } finally {
      running = undefined
      challenge = undefined
      release(onProgress)
    }
  },
  otherMovement: async () => challenge?.substitute(),
  cancel: async () => running?.abort(new FaceSealError('aborted')),
  memory: async () => {
    const { numTensors, numBytes } = memory()
    return { tensors: numTensors, bytes: numBytes, frames: framesHeld() }
  },
}

carryErrors(transferHandlers)
expose(api)

/** What a library says in an error is not ours to let out, once there were frames: our own code and detail are. */
function withoutCause(error: unknown): FaceSealError {
  if (!(error instanceof FaceSealError)) return new FaceSealError('worker_lost', { detail: 'unexpected error' })
  return new FaceSealError(error.code, error.detail === undefined ? {} : { detail: error.detail })
}

/** Progress is posted and forgotten: a page that fails to show a hint must not end the capture. */
function quietly(onProgress: (progress: CaptureProgress) => unknown): (progress: CaptureProgress) => void {
  return (progress) => {
    Promise.resolve(onProgress(progress)).catch(() => undefined)
  }
}

function release(onProgress: object): void {
  const proxy = onProgress as { readonly [releaseProxy]?: () => void }
  proxy[releaseProxy]?.()
}
