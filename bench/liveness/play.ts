import { type LivenessStep, livenessSteps } from '../../src/wire/liveness.ts'
import { Challenge } from '../../src/worker/liveness/challenge.ts'
import type { PadFrame } from '../pad/page.ts'

export interface Played {
  readonly passed: boolean
  /** `done`, the reason of the failure, or `unfinished` where the clip was over first. */
  readonly outcome: string
  /** Milliseconds of the clip. */
  readonly at: number
}

/** What a challenge makes of frames that were looked at; `from` milliseconds into the clip. */
export function playChallenge(
  frames: readonly PadFrame[],
  steps: readonly LivenessStep[],
  stepTimeoutMs: number,
  from = 0,
): Played {
  const challenge = new Challenge({ level: 'active', steps: [...steps], substitutes: [], stepTimeoutMs })
  for (const { t, face } of frames) {
    if (t < from) continue
    const { phase, failure } = challenge.observe(t, face?.observation)
    if (phase === 'done') return { passed: true, outcome: 'done', at: t }
    if (phase === 'failed') return { passed: false, outcome: failure ?? phase, at: t }
  }
  return { passed: false, outcome: 'unfinished', at: frames.at(-1)?.t ?? 0 }
}

/** Every challenge of two movements that `drawLiveness` can draw: two different ones, a turn among them. */
export const challengePairs: readonly (readonly LivenessStep[])[] = livenessSteps
  .flatMap((first) => livenessSteps.filter((step) => step !== first).map((then) => [first, then]))
  .filter((pair) => pair.includes('turn_left') || pair.includes('turn_right'))
