import type { LookedAt } from './worker'

/** One frame: `t` in milliseconds of the clip; `face` missing where none was found. */
export interface PadFrame {
  readonly t: number
  readonly face?: LookedAt
}

/** The same picture at another time. */
export function seenAt({ face }: PadFrame, t: number): PadFrame {
  return face ? { t, face: { ...face, observation: { ...face.observation, t } } } : { t }
}
