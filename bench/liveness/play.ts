import { type LivenessStep, livenessSteps } from '../../src/wire/liveness.ts'
import { Challenge } from '../../src/worker/liveness/challenge.ts'
import { type PadFrame, seenAt } from '../pad/frame.ts'

export interface Played {
  readonly passed: boolean
  /** `done`, the reason of the failure, or `unfinished` where the clip was over first. */
  readonly outcome: string
  /** Milliseconds of the clip. */
  readonly at: number
}

export interface Request {
  readonly steps: readonly LivenessStep[]
  /** What the backend offers in place of a movement; the product takes the next by itself where a blink cannot be read. */
  readonly substitutes?: readonly LivenessStep[]
  readonly stepTimeoutMs: number
  /** "Another movement" is pressed when a movement that was asked for so many milliseconds is not done; never by default. */
  readonly pressAfterMs?: number
}

/** What a challenge makes of frames that were looked at. */
export function playChallenge(
  frames: readonly PadFrame[],
  { steps, substitutes = [], stepTimeoutMs, pressAfterMs = Number.POSITIVE_INFINITY }: Request,
): Played {
  const options = { steps: [...steps], substitutes: [...substitutes], stepTimeoutMs }
  const challenge = new Challenge({ level: 'active', ...options })
  let asked: LivenessStep | undefined
  let since = 0
  let left = substitutes.length
  for (const { t, face } of frames) {
    const { phase, step, failure } = challenge.observe(t, face?.observation)
    if (phase === 'done') return { passed: true, outcome: 'done', at: t }
    if (phase === 'failed') return { passed: false, outcome: failure ?? phase, at: t }
    if (phase !== 'step' || step !== asked) since = t
    asked = phase === 'step' ? step : undefined
    if (t - since < pressAfterMs || left === 0) continue
    left -= 1
    challenge.substitute()
  }
  return { passed: false, outcome: 'unfinished', at: frames.at(-1)?.t ?? 0 }
}

/** Frames a second at which challenges are played: a cheap telephone up to a camera's own pace. */
export const paces = [8, 10, 12.5, 15, 25] as const
/** Where one pace alone is shown. */
export const usualPace = 12.5

/** What a device sees that looks `pace` times a second, first at `from` milliseconds: at each tick the newest frame. */
export function framesAt(frames: readonly PadFrame[], pace: number, from = frames[0]?.t ?? 0): readonly PadFrame[] {
  const ticks = Math.floor((((frames.at(-1)?.t ?? 0) - from) * pace) / 1000) + 1
  let at = 0
  return Array.from({ length: Math.max(0, ticks) }, (_, tick) => {
    const t = from + (1000 * tick) / pace
    while (at + 1 < frames.length && frames[at + 1]!.t <= t) at += 1
    return seenAt(frames[at]!, t)
  })
}

/** Every challenge of two movements that `drawLiveness` can draw: two different ones, a turn among them. */
export const challengePairs: readonly (readonly LivenessStep[])[] = livenessSteps
  .flatMap((first) => livenessSteps.filter((step) => step !== first).map((then) => [first, then]))
  .filter((pair) => pair.includes('turn_left') || pair.includes('turn_right'))
