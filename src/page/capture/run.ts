import type { PolicyConfiguration } from '../../policy/schema'
import type { CeremonyOptionsJSON } from '../../wire/ceremony-options'
import { FaceSealError } from '../../wire/errors'
import type { CaptureProgress, CaptureRequest, CaptureResult } from '../../wire/worker-protocol'
import { loadAssets, usableDetectors } from '../assets'
import { startWorker } from '../bridge'
import { type Camera, openCamera } from '../camera'
import type { CeremonyInit } from '../ceremony-types'
import type { ConsentGrant } from '../consent/grant'
import type { CaptureView } from './view'

export interface CaptureSession {
  readonly init: CeremonyInit
  readonly options: CeremonyOptionsJSON
  readonly policy: PolicyConfiguration
  readonly grant: ConsentGrant<'process'>
  readonly request: CaptureRequest
  readonly view: CaptureView
  readonly signal: AbortSignal
}

/**
 * Models, worker, camera, capture: one try. Whatever happens, the camera is off and the worker gone when this settles.
 * Throws what {@link loadAssets}, {@link startWorker} and {@link openCamera} throw, and `capture_timeout`,
 * `identity_changed`, `template_unreadable`.
 */
export async function captureOnce(session: CaptureSession): Promise<CaptureResult> {
  const { init, options, grant, request, view, signal } = session
  const bound = { purpose: options.purpose, tenant: options.tenant, signal }
  const assets = await loadAssets(grant, {
    ...bound,
    embedder: options.embedder,
    detectors: usableDetectors(init.profile),
    assetBase: init.assetBase,
    onProgress: (progress) => {
      view.loading(progress)
      init.onProgress?.({ stage: 'models', ...progress })
    },
  })
  view.opening('worker')
  init.onProgress?.({ stage: 'worker' })
  const start = { assets, embedder: options.embedder }
  const worker = await startWorker(grant, { ...bound, start, workerUrl: init.workerUrl })
  try {
    view.opening('camera')
    init.onProgress?.({ stage: 'camera', report: worker.report })
    const camera = await openCamera(grant, { ...bound, deviceId: view.deviceId })
    try {
      view.capturing(camera.video)
      const { onProgress, spent } = watchFrames(session)
      view.onOtherMovement(() => worker.otherMovement())
      const seen = { ...request, cameraRisk: await camera.risk() }
      // The light may have gone off meanwhile; why it did is what the person should read, not that no frame comes.
      camera.gone.throwIfAborted()
      return await unlessGone(camera, spent, worker.capture(seen, camera.frames(), onProgress))
    } finally {
      camera.stop()
    }
  } finally {
    await worker.stop()
  }
}

/** L03: the notice says how many frames are looked at most, so no more are. */
function watchFrames({ init, policy, view }: CaptureSession) {
  const spent = new AbortController()
  const onProgress = (progress: CaptureProgress) => {
    view.hint(progress)
    init.onProgress?.({ stage: 'capture', ...progress })
    if (progress.seen >= policy.collected.maxFrames && progress.hint !== 'done') {
      spent.abort(new FaceSealError('capture_timeout', { detail: `${progress.seen} frames` }))
    }
  }
  return { onProgress, spent: spent.signal }
}

function unlessGone(camera: Camera, spent: AbortSignal, capture: Promise<CaptureResult>): Promise<CaptureResult> {
  return new Promise((resolve, reject) => {
    const ended = AbortSignal.any([camera.gone, spent])
    ended.addEventListener('abort', () => reject(ended.reason), { once: true })
    if (ended.aborted) reject(ended.reason)
    capture.then(resolve, reject)
  })
}
