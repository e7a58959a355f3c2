import type { LivenessFailure, LivenessOptions, LivenessStep } from '../../wire/liveness'
import type { Landmarks } from '../vision/align'
import { Continuity } from './continuity'
import {
  atRest,
  extentOfMovement,
  eyesClosed,
  eyesOpen,
  eyesReadable,
  eyesShut,
  looksFlat,
  type Neutral,
} from './movements'
import type { FaceObservation } from './observation'

/** `rest`: look straight ahead. `step`: do what `step` names. */
export type ChallengePhase = 'rest' | 'step' | 'done' | 'failed'

export interface ChallengeState {
  readonly phase: ChallengePhase
  /** What is asked now, or comes next. */
  readonly step: LivenessStep | undefined
  /** Steps done, and to do. */
  readonly done: number
  readonly of: number
  /** 0..1 of the current movement. */
  readonly progress: number
  readonly failure: LivenessFailure | undefined
  /** The person goes another way than asked; once is forgiven. */
  readonly astray: boolean
}

/** Milliseconds and frames for which a face must be at rest before the first step, and for which a movement must hold. */
const restMs = 300
const restFrames = 4
const holdFrames = 2
/** Frames that look flat at full movement before it is called a plane. */
const flatFrames = 4
/** The eyes must be open again within this time. */
const blinkMs = 2000
const restlessDegrees = 6
/** A mouth that is open, or moves by so much, is not at rest: it would hide the movement that is asked next. */
const restingMouth = { open: 0.3, moves: 0.12 } as const
/** Degrees of pitch by which a rest may differ from the first, after a movement that is no nod. */
const restingNod = 13
/** Yaw at which a face counts as looking at the camera, before its own rest is known. */
const straightDegrees = 14
const wrong = { share: 1.2, frames: 3, forgiven: 1 } as const

/** Everything but the blink, which nobody can hold back. */
const deliberate = ['turn_left', 'turn_right', 'look_up', 'look_down', 'open_mouth', 'move_closer'] as const

/**
 * Leads one face through the steps, in their order: rest, movement, rest, …, and back to rest. Pure: time comes with the
 * observations. Once it failed it stays failed; the reason is `state.failure`.
 */
export class Challenge {
  readonly #options: LivenessOptions
  readonly #steps: LivenessStep[]
  readonly #substitutes: LivenessStep[]
  readonly #continuity = new Continuity()
  #phase: ChallengePhase = 'rest'
  #index = 0
  #failure: LivenessFailure | undefined
  #rest: Neutral | undefined
  #window: FaceObservation[] = []
  /** When the current step or rest began. */
  #since: number | undefined
  #held = 0
  #flat = 0
  #astray = 0
  #forgiven = 0
  #closedSince: number | undefined
  #closedFrames = 0
  #shut = false
  #progress = 0

  constructor(options: LivenessOptions) {
    this.#options = options
    this.#steps = [...options.steps]
    this.#substitutes = [...options.substitutes]
  }

  get state(): ChallengeState {
    return {
      phase: this.#phase,
      step: this.#steps[this.#index],
      done: this.#index,
      of: this.#steps.length,
      progress: this.#progress,
      failure: this.#failure,
      astray: this.#astray >= wrong.frames,
    }
  }

  /** Steps that were done, in order: as asked, or substitutes. */
  get done(): readonly LivenessStep[] {
    return this.#steps.slice(0, this.#index)
  }

  /**
   * The person cannot do the current step: the next substitute takes its place, with its full time. Of no effect once
   * the step's movement is done: on the way back there is nothing to replace.
   */
  substitute(): void {
    const back = this.#phase === 'rest' && !this.#mayBegin
    if (back || this.#phase === 'done' || this.#phase === 'failed') return
    if (!this.#takeSubstitute()) this.#fail('no_substitute')
  }

  #takeSubstitute(): boolean {
    const next = this.#substitutes.shift()
    if (next === undefined) return false
    if (this.#isInVain(next) && this.#takeSubstitute()) return true
    this.#steps[this.#index] = next
    this.#since = undefined
    this.#resetMovement()
    return true
  }

  /** One frame; `face` is missing where none was found. `t` in milliseconds, not falling. */
  observe(t: number, face: FaceObservation | undefined): ChallengeState {
    if (this.#phase === 'done' || this.#phase === 'failed') return this.state
    this.#since ??= t
    const failure = face ? this.#continuity.follow(face) : this.#continuity.lost(t)
    if (failure && !(this.#mayBegin && recoverable(failure))) this.#fail(failure)
    else if (failure || !face) this.#beginAgain(failure)
    else if (!this.#rest) this.#settle(face)
    else if (this.#phase === 'rest') this.#return(face, this.#rest)
    else this.#follow(face, this.#rest)
    const limit = this.#options.stepTimeoutMs * (this.#mayBegin ? 2 : 1)
    if (this.#live && t - this.#since > limit) this.#expire()
    return this.state
  }

  /**
   * Narrow eyes and glasses can hide a blink, which nobody can help: it is not held against them as long as there is
   * something else to ask (L04). Every other movement is seen of anybody.
   */
  #expire(): void {
    if (this.#phase === 'rest') this.#fail('no_neutral')
    else if (this.#steps[this.#index] !== 'blink' || !this.#takeSubstitute()) this.#fail('step_timeout')
  }

  get #mayBegin(): boolean {
    return this.#rest === undefined
  }

  get #live(): boolean {
    return this.#phase === 'rest' || this.#phase === 'step'
  }

  #beginAgain(failure: LivenessFailure | undefined): void {
    if (this.#mayBegin) this.#window = []
    if (failure) this.#continuity.restart()
  }

  /** Waits for a face that looks ahead and holds still; its means are what every movement is measured against. */
  #settle(face: FaceObservation): void {
    const slowest = this.#window.length + 1 - restFrames
    // A slow device may take longer than that for so few frames.
    this.#window = [...this.#window, face].filter(({ t }, index) => face.t - t <= 2 * restMs || index >= slowest)
    const first = this.#window[0]!
    const spread = (of: (o: FaceObservation) => number) =>
      Math.max(...this.#window.map(of)) - Math.min(...this.#window.map(of))
    const still = Math.max(
      spread(({ pose }) => pose.yaw),
      spread(({ pose }) => pose.pitch),
    )
    const quiet = face.mouth < restingMouth.open && spread(({ mouth }) => mouth) < restingMouth.moves
    const straight = Math.abs(face.pose.yaw) < straightDegrees
    if (!straight || !quiet || still > restlessDegrees) {
      this.#window = this.#window.slice(straight ? 1 : this.#window.length)
      return
    }
    if (this.#window.length < restFrames || face.t - first.t < restMs) return
    this.#rest = neutralOf(this.#window)
    this.#window = []
    this.#begin(face.t)
  }

  #begin(t: number): void {
    this.#phase = 'step'
    if (this.#isInVain(this.#steps[this.#index])) this.#takeSubstitute()
    this.#since = t
    this.#resetMovement()
  }

  /** Nobody is asked to blink of whose eyes it could not be seen, as long as there is something else to ask (L04). */
  #isInVain(step: LivenessStep | undefined): boolean {
    return step === 'blink' && this.#rest !== undefined && !eyesReadable(this.#rest)
  }

  #resetMovement(): void {
    this.#held = 0
    this.#flat = 0
    this.#astray = 0
    this.#progress = 0
    this.#closedSince = undefined
    this.#closedFrames = 0
    this.#shut = false
  }

  #follow(face: FaceObservation, rest: Neutral): void {
    const step = this.#steps[this.#index]!
    const reached = step === 'blink' ? this.#followBlink(face, rest) : this.#followMovement(step, face, rest)
    if (reached) {
      this.#phase = 'rest'
      this.#since = face.t
      this.#resetMovement()
      this.#progress = 1
    } else if (this.#live) this.#watchAstray(step, face, rest)
  }

  #followMovement(step: Exclude<LivenessStep, 'blink'>, face: FaceObservation, rest: Neutral): boolean {
    const share = extentOfMovement(step, face, rest)
    this.#progress = Math.min(1, Math.max(0, share))
    if (share < 1) {
      this.#held = 0
      return false
    }
    if (looksFlat(step, face, rest)) {
      this.#flat += 1
      if (this.#flat >= flatFrames) this.#fail('flat')
      return false
    }
    this.#held += 1
    return this.#held >= holdFrames
  }

  /**
   * Closed with the head still, then open again: in two frames or more, or in one in which they are quite shut. Lids are
   * down for a tenth of a second, which is one frame of a slow device.
   */
  #followBlink(face: FaceObservation, rest: Neutral): boolean {
    if (eyesClosed(face, rest) && atRest(face, rest)) {
      this.#closedSince ??= face.t
      this.#closedFrames += 1
      this.#shut ||= eyesShut(face, rest)
      this.#progress = 0.6
      return false
    }
    const since = this.#closedSince
    if (since === undefined) return false
    if (!atRest(face, rest) || face.t - since > blinkMs) {
      this.#resetMovement()
      return false
    }
    if (!eyesOpen(face, rest)) return false
    if (this.#shut || this.#closedFrames >= holdFrames) return true
    this.#resetMovement()
    return false
  }

  /**
   * A recording does its own movements in its own order. One is forgiven, for left and right are easily mixed up, and so
   * is what was asked before: people do it again to be sure.
   */
  #watchAstray(asked: LivenessStep, face: FaceObservation, rest: Neutral): void {
    const own = asked === 'blink' ? 0 : extentOfMovement(asked, face, rest)
    const other = deliberate.some(
      (step) =>
        step !== asked && !this.done.includes(step) && extentOfMovement(step, face, rest) >= wrong.share && own < 0.5,
    )
    this.#astray = other ? this.#astray + 1 : 0
    if (this.#astray !== wrong.frames) return
    this.#forgiven += 1
    if (this.#forgiven > wrong.forgiven) this.#fail('wrong_movement')
  }

  /** Between steps and at the end the face comes back to rest. */
  #return(face: FaceObservation, rest: Neutral): void {
    const step = this.#steps[this.#index]
    const nod = step === 'look_up' || step === 'look_down' ? undefined : restingNod
    this.#held = atRest(face, rest, nod) ? this.#held + 1 : 0
    if (this.#held < holdFrames) return
    if (step === 'move_closer') this.#rest = { ...rest, extent: face.extent }
    this.#index += 1
    if (this.#index < this.#steps.length) this.#begin(face.t)
    else {
      this.#phase = 'done'
      this.#progress = 1
      this.#forget()
    }
  }

  #fail(reason: LivenessFailure): void {
    this.#phase = 'failed'
    this.#failure = reason
    this.#forget()
  }

  /** Landmarks are of the face: not kept longer than needed. */
  #forget(): void {
    this.#rest = undefined
    this.#window = []
    this.#continuity.restart()
  }
}

/** Before the challenge has begun, people may come, go and move as they like. */
function recoverable(failure: LivenessFailure): boolean {
  return failure === 'face_lost' || failure === 'jump' || failure === 'too_fast'
}

function neutralOf(faces: readonly FaceObservation[]): Neutral {
  const mean = (of: (face: FaceObservation) => number) => faces.reduce((sum, face) => sum + of(face), 0) / faces.length
  const sorted = faces.map(({ iris }) => iris).sort((a, b) => a - b)
  const landmarks: Landmarks = faces[0]!.landmarks.map((_, index) => ({
    x: mean((face) => face.landmarks[index]!.x),
    y: mean((face) => face.landmarks[index]!.y),
  }))
  return {
    yaw: mean(({ pose }) => pose.yaw),
    pitch: mean(({ pose }) => pose.pitch),
    // The median: a blink while at rest must not lower it.
    iris: sorted[sorted.length >> 1]!,
    mouth: mean(({ mouth }) => mouth),
    extent: mean(({ extent }) => extent),
    landmarks,
  }
}
