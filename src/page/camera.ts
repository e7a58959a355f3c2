import { FaceSealError } from '../wire/errors'
import type { FrameSource } from '../wire/worker-protocol'
import { cameraFacts, cameraRisk } from './capture/camera-signals'
import { useGrant } from './consent/gate'
import type { ConsentGrant } from './consent/grant'
import { pullFrames } from './pull-frames'

/** Milliseconds without a new frame until the camera counts as stalled. */
const stallAfter = 6000

export interface CameraOptions {
  readonly purpose: string
  readonly tenant: string
  /** As in `MediaDeviceInfo.deviceId`; without it, the camera that faces the person. */
  readonly deviceId?: string | undefined
  readonly signal: AbortSignal
}

/** A running camera. Whatever ends it, its light goes off first. */
export interface Camera {
  /** The live picture for the person to see, muted and not yet in the document. */
  readonly video: HTMLVideoElement
  /** Aborted with `camera_lost`, `camera_revoked`, `camera_stalled`, `page_hidden` or the reason of the caller's signal once the camera is gone. */
  readonly gone: AbortSignal
  /** Signs that it is software, 0..3; its name goes no further. */
  risk(): Promise<number>
  /** Frames for the worker, and what must be transferred with them. Call once. */
  frames(): { readonly source: FrameSource; readonly transfer: readonly Transferable[] }
  /** Ends every track. Safe to call again. */
  stop(): void
}

/** Not yet in TypeScript's library: https://w3c.github.io/mediacapture-transform/ */
interface TrackProcessor {
  readonly readable: ReadableStream
}
type TrackProcessorConstructor = new (init: { track: MediaStreamTrack; maxBufferSize: number }) => TrackProcessor

/**
 * Opens the camera for one capture; needs the process grant (L01). The track ends when the signal fires, the grant is
 * withdrawn (L10), the page is hidden or left, the device goes, or no frame comes.
 * Throws `consent_…`, `camera_denied`, `camera_dismissed`, `camera_not_found`, `camera_busy`, `browser_unsupported`, `aborted`.
 */
export async function openCamera(grant: ConsentGrant<'process'>, options: CameraOptions): Promise<Camera> {
  const { purpose, tenant, deviceId } = options
  useGrant(grant, 'process', { purpose, tenant })
  const signal = AbortSignal.any([options.signal, grant.signal])
  signal.throwIfAborted()
  const stream = await requestStream(deviceId, signal)
  const [track] = stream.getVideoTracks()
  if (!track) throw new FaceSealError('camera_not_found', { detail: 'the stream has no video track' })
  return run(stream, track, signal)
}

/** The permission prompt cannot be closed from here: a stream that comes after the abort is ended at once. */
async function requestStream(deviceId: string | undefined, signal: AbortSignal): Promise<MediaStream> {
  // Absent on plain http and in browsers without the API, whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined
  if (!devices) throw new FaceSealError('browser_unsupported', { detail: 'mediaDevices' })
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  const opened = devices.getUserMedia({
    audio: false,
    video: {
      ...(deviceId ? { deviceId: { exact: deviceId } } : { facingMode: 'user' }),
      width: { ideal: 640 },
      height: { ideal: 480 },
      frameRate: { ideal: 30 },
    },
  })
  opened.then(
    (stream) => signal.aborted && stopTracks(stream),
    () => undefined,
  )
  try {
    return await Promise.race([opened, aborted])
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    throw await cameraError(cause)
  }
}

/** https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia, the list of rejections. */
async function cameraError(cause: unknown): Promise<FaceSealError> {
  const name = cause instanceof Error || cause instanceof DOMException ? cause.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') {
    // The rejection is the same whether the person said no or only closed the question; what is left tells them apart.
    const code = (await cameraPermission()) === 'prompt' ? 'camera_dismissed' : 'camera_denied'
    return new FaceSealError(code, { cause })
  }
  if (name === 'NotReadableError' || name === 'AbortError') return new FaceSealError('camera_busy', { cause })
  return new FaceSealError('camera_not_found', { detail: name, cause })
}

/** `unknown` where the browser does not tell. */
async function cameraPermission(): Promise<PermissionState | 'unknown'> {
  try {
    return (await navigator.permissions.query({ name: 'camera' })).state
  } catch {
    return 'unknown'
  }
}

function run(stream: MediaStream, track: MediaStreamTrack, signal: AbortSignal): Camera {
  const ended = new AbortController()
  const stop = (reason: unknown) => {
    if (ended.signal.aborted) return
    stopTracks(stream)
    video.srcObject = null
    ended.abort(reason)
  }
  // The light is off already; why it went tells the person what to do.
  const stopAfterTrack = async () => {
    const permission = await cameraPermission()
    const revoked = permission === 'denied' || permission === 'prompt'
    stop(revoked ? new FaceSealError('camera_revoked') : lost('the track ended'))
  }
  const video = previewOf(stream, ended.signal, () => stop(new FaceSealError('camera_stalled')))
  const once = { once: true, signal: ended.signal }
  signal.addEventListener('abort', () => stop(signal.reason), once)
  track.addEventListener('ended', () => void stopAfterTrack(), once)
  window.addEventListener('pagehide', () => stop(lost('the page was left')), once)
  document.addEventListener(
    'visibilitychange',
    // Nobody watches a hidden page: the light goes off, and the person starts again when back.
    () => document.visibilityState === 'hidden' && stop(new FaceSealError('page_hidden')),
    { signal: ended.signal },
  )
  // Either may have happened while the permission prompt was open, before anyone listened.
  if (signal.aborted) stop(signal.reason)
  else if (document.visibilityState === 'hidden') stop(new FaceSealError('page_hidden'))
  return {
    video,
    gone: ended.signal,
    risk: async () => cameraRisk(await cameraFacts(track)),
    frames: () => framesOf(track, video, ended.signal),
    stop: () => stop(new FaceSealError('aborted', { detail: 'the camera was stopped' })),
  }
}

function framesOf(track: MediaStreamTrack, video: HTMLVideoElement, signal: AbortSignal) {
  const Processor = (globalThis as { MediaStreamTrackProcessor?: TrackProcessorConstructor }).MediaStreamTrackProcessor
  if (!Processor) {
    const port = pullFrames(video, signal)
    return { source: { kind: 'port', port } as const, transfer: [port] }
  }
  const { readable } = new Processor({ track, maxBufferSize: 1 })
  return { source: { kind: 'stream', readable } as const, transfer: [readable] }
}

/** The preview, which also tells that frames still come, wherever the worker takes its own from. */
function previewOf(stream: MediaStream, signal: AbortSignal, onStall: () => void): HTMLVideoElement {
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.autoplay = true
  video.srcObject = stream
  let timer = setTimeout(onStall, stallAfter)
  const beat = () => {
    if (signal.aborted) return
    clearTimeout(timer)
    timer = setTimeout(onStall, stallAfter)
    video.requestVideoFrameCallback(beat)
  }
  video.requestVideoFrameCallback(beat)
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  // A play that is interrupted by the camera's end is no error of its own.
  video.play().catch(() => undefined)
  return video
}

function lost(detail: string): FaceSealError {
  return new FaceSealError('camera_lost', { detail })
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}
