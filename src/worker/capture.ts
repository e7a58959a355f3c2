import { base64url } from 'jose'
import { FaceSealError } from '../wire/errors'
import type {
  CaptureProgress,
  CaptureReport,
  CaptureRequest,
  CaptureResult,
  FrameSource,
} from '../wire/worker-protocol'
import { type Collected, collectFrames } from './collect'
import type { Engine } from './engine'
import { openFrames } from './frames'
import type { Challenge } from './liveness/challenge'
import { spoofBucket } from './liveness/fusion'
import { injectionRisk } from './liveness/injection'
import { encryptLocal, matchesLocal, signStatement } from './local-match'
import { deviceProtector } from './protect'
import { sealTemplate } from './seal'
import { StageClock } from './stage-clock'
import { qualityBucket } from './vision/quality'
import { meanDirection } from './vision/vectors'

/**
 * One capture, top to bottom: frames → best good frames → one embedding → template → envelope, or local verdict.
 * Whatever happens, every frame is closed and every buffer that held pixels, an embedding or a template is overwritten.
 * Throws `options_invalid`, `template_missing`, `capture_timeout` (detail: the last hint), `identity_changed`, `liveness_failed`,
 * `camera_lost`, `camera_stalled`, `template_unreadable`, `options_expired`, and the reason of `signal`.
 */
export async function capture(
  engine: Engine,
  request: CaptureRequest,
  source: FrameSource,
  onProgress: (progress: CaptureProgress) => void,
  signal: AbortSignal,
  challenge?: Challenge,
): Promise<CaptureResult> {
  assertComplete(request)
  let progress: CaptureProgress = { hint: 'look_here', accepted: 0, needed: request.frames, seen: 0, timings: {} }
  const tell = (next: CaptureProgress) => {
    progress = next
    onProgress(next)
  }
  const timeout = new AbortController()
  const timer = setTimeout(
    () => timeout.abort(new FaceSealError('capture_timeout', { detail: progress.hint })),
    request.timeoutMs,
  )
  const reader = openFrames(source, AbortSignal.any([signal, timeout.signal]))
  const clock = new StageClock()
  try {
    tell(progress)
    const collected = await collectFrames(engine, reader, request.frames, clock, tell, challenge)
    const result = await deliver(engine, request, collected, clock, signal)
    tell({ ...progress, hint: 'done' })
    return result
  } finally {
    clearTimeout(timer)
    reader.close()
    engine.reader.wipe()
    await engine.detector.forget()
  }
}

/** Embeddings → template → what leaves the worker, or stays on the device. */
async function deliver(
  engine: Engine,
  { binding, keys, delivery, localTemplate, cameraRisk = 0 }: CaptureRequest,
  { frames, seen, accepted, different, stream, steps }: Collected,
  clock: StageClock,
  signal: AbortSignal,
): Promise<CaptureResult> {
  const { modelId, mean } = engine.embedder
  let embedding: Float32Array | undefined
  let template: Uint8Array<ArrayBuffer> | undefined
  clock.begin()
  try {
    signal.throwIfAborted()
    const protector = deviceProtector(keys.secret, saltOf(binding.subjectSalt))
    const mixed = meanDirection(frames.map((frame) => frame.embedding))
    embedding = mixed
    template = await clock.run('protect', () => protector.protect(mixed, mean, { ...binding, modelId }))
    if (delivery === 'sealed') {
      const spoofRisk = spoofBucket(frames.flatMap(({ liveness }) => (liveness === undefined ? [] : [liveness])))
      const grade = {
        quality: qualityOf(frames),
        spoofRisk,
        injectionRisk: injectionRisk({ accepted, different, stream, cameraRisk }),
        steps,
      }
      const sealing = sealTemplate(template, grade, binding, keys, modelId)
      const envelope = await clock.run('seal', () => sealing)
      return { kind: 'sealed', envelope, report: reportOf(seen, accepted, clock) }
    }
    if (binding.kind === 'enrol') {
      const stored = await encryptLocal(template, binding, keys, modelId)
      const statement = await signStatement(true, binding, keys, modelId)
      return { kind: 'local-enrolled', template: stored, statement, report: reportOf(seen, accepted, clock) }
    }
    if (!localTemplate) throw new FaceSealError('template_missing')
    const verified = await matchesLocal(template, localTemplate, binding, keys, modelId)
    const statement = await signStatement(verified, binding, keys, modelId)
    return { kind: 'local-verified', verified, statement, report: reportOf(seen, accepted, clock) }
  } finally {
    for (const frame of frames) frame.embedding.fill(0)
    embedding?.fill(0)
    template?.fill(0)
  }
}

function assertComplete({ binding, delivery, localTemplate, frames, timeoutMs }: CaptureRequest): void {
  if (!Number.isInteger(frames) || frames < 3 || frames > 5) throw invalid('frames')
  if (!(timeoutMs > 0)) throw invalid('timeoutMs')
  if (binding.bits !== 1024 && binding.bits !== 2048) throw invalid('bits')
  if (delivery === 'local' && binding.kind === 'verify' && !localTemplate) throw new FaceSealError('template_missing')
}

function saltOf(text: string): Uint8Array<ArrayBuffer> {
  const salt = Uint8Array.from(base64url.decode(text))
  if (salt.length !== 32) throw invalid('subjectSalt')
  return salt
}

function reportOf(seen: number, accepted: number, clock: StageClock): CaptureReport {
  clock.end()
  return { seen, accepted, timings: clock.medians(), asked: [] }
}

function qualityOf(frames: Collected['frames']): number {
  return qualityBucket(frames.reduce((sum, { score }) => sum + score, 0) / frames.length)
}

function invalid(detail: string): FaceSealError {
  return new FaceSealError('options_invalid', { detail })
}
