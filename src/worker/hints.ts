import type { HintCode } from '../wire/worker-protocol'

/** A new hint must hold this long, so that nobody reads flicker. */
const settleMs = 250
const settleFrames = 2

/** Turns one hint a frame into a steady one: a change shows only after it has held for a while. */
export class SteadyHint {
  #shown: HintCode
  #candidate: HintCode
  #since = 0
  #frames = 0

  constructor(first: HintCode) {
    this.#shown = first
    this.#candidate = first
  }

  get shown(): HintCode {
    return this.#shown
  }

  /** `now` in milliseconds, not falling. Returns what to show. */
  next(hint: HintCode, now: number): HintCode {
    if (hint !== this.#candidate) {
      this.#candidate = hint
      this.#since = now
      this.#frames = 0
    }
    this.#frames += 1
    const settled = this.#frames >= settleFrames && now - this.#since >= settleMs
    // The first frame's hint need not wait: nothing stands there that it could flicker against.
    if (settled || this.#shown === 'look_here') this.#shown = hint
    return this.#shown
  }
}
