// The whole path as an integrator's page has it: the built package, and a note of when each stage was reached.
import { type CeremonyProgress, enrol, FaceSealError, type PrefetchInit, prefetchModels, verify } from 'faceseal'

/** Milliseconds on the page's clock. */
export interface PathTimes {
  /** The click that gave the last consent. */
  readonly granted: number
  /** The first frame was looked at, and the person told what to do. */
  readonly guided: number
  /** The envelope was handed out. */
  readonly responded: number
  readonly outcome: string
  readonly detector: string
  /** Median milliseconds by stage in the worker. */
  readonly stages: Readonly<Record<string, number>>
  /** Page frames that were due between grant and response and did not come. */
  readonly droppedFrames: number
  readonly timeOrigin: number
}

declare global {
  interface Window {
    runPath(kind: 'enrol' | 'verify', profile: 'full' | 'lite', assetBase?: string): Promise<PathTimes>
    /** Bytes, or the code of what went wrong; `stopAfterMs`: the signal ends it then. */
    runPrefetch(init: PrefetchInit, stopAfterMs?: number): Promise<number | string>
  }
}

let clicked = 0
document.addEventListener(
  'click',
  ({ timeStamp }) => {
    clicked = timeStamp
  },
  true,
)

window.runPath = async (kind, profile, assetBase) => {
  const seen = { granted: 0, guided: 0, responded: 0, detector: '', stages: {} as Readonly<Record<string, number>> }
  const onProgress = (progress: CeremonyProgress) => {
    if (progress.stage === 'models') seen.granted ||= clicked
    if (progress.stage === 'camera') seen.detector = progress.report.detector
    if (progress.stage === 'capture' && progress.seen > 0) seen.guided ||= performance.now()
    if (progress.stage === 'captured') {
      seen.responded = performance.now()
      seen.stages = progress.report.timings
    }
  }
  const frames = countFrames(() => seen.granted > 0 && seen.responded === 0)
  const mount = document.querySelector('#mount')!
  const init = { baseUrl: '/face', mount, locale: 'en', onProgress, profile, assetBase } as const
  const outcome = await (kind === 'enrol' ? enrol(init) : verify(init)).then(
    (done) => (done.kind === 'verified' ? `verified ${done.verified}` : done.kind),
    (error: unknown) => (error instanceof FaceSealError ? error.code : String(error)),
  )
  return { ...seen, outcome, droppedFrames: frames.stop(), timeOrigin: performance.timeOrigin }
}

window.runPrefetch = async (init, stopAfterMs) => {
  const signal = stopAfterMs === undefined ? undefined : AbortSignal.timeout(stopAfterMs)
  return await prefetchModels({ ...init, signal }).then(
    ({ bytes }) => bytes,
    (error: unknown) => (error instanceof FaceSealError ? error.code : String(error)),
  )
}

/** 60 a second are due. */
function countFrames(counts: () => boolean): { stop(): number } {
  let dropped = 0
  let last = performance.now()
  let handle = requestAnimationFrame(function next(now) {
    if (counts()) dropped += Math.max(0, Math.round(((now - last) * 60) / 1000) - 1)
    last = now
    handle = requestAnimationFrame(next)
  })
  return {
    stop: () => {
      cancelAnimationFrame(handle)
      return dropped
    },
  }
}
