import type { LivenessFailure } from '../../wire/liveness'
import { centroid } from '../vision/geometry'
import type { FaceObservation } from './observation'

/** Bounds of what one head before one camera can do; measured on clips in docs/liveness.md. */
const bounds = {
  /** Milliseconds without a face. */
  gap: 1500,
  /** Way of the face's centre in face extents: at once, and per second. */
  shift: [0.45, 4],
  /** Natural logarithm of the change of size, likewise. */
  scale: [0.25, 1.5],
  /** Degrees, likewise; a quick head turn reaches 300°/s. */
  angle: [22, 400],
  /** Milliseconds of one and the same picture. */
  frozen: 1500,
  /** A picture that comes back after this many milliseconds with others between ... */
  repeatAfter: 400,
  /** ... so many times. */
  repeats: 4,
} as const

/** Follows one face from frame to frame: no cut, no gap, no picture twice. */
export class Continuity {
  #last: FaceObservation | undefined
  #changed = 0
  #repeats = 0
  readonly #seen = new Map<number, number>()

  /** What is wrong with `next` after what was seen so far. */
  follow(next: FaceObservation): LivenessFailure | undefined {
    const failure = this.#pictures(next) ?? (this.#last && continuityFailure(this.#last, next))
    this.#last = next
    return failure
  }

  /** For a frame without a face. */
  lost(t: number): LivenessFailure | undefined {
    return this.#last && t - this.#last.t > bounds.gap ? 'face_lost' : undefined
  }

  /** Forgets the face, not the pictures: before a challenge has begun, anybody may step into the picture. */
  restart(): void {
    this.#last = undefined
  }

  #pictures({ t, fingerprint }: FaceObservation): LivenessFailure | undefined {
    if (fingerprint === this.#last?.fingerprint) return t - this.#changed > bounds.frozen ? 'frozen' : undefined
    this.#changed = t
    const before = this.#seen.get(fingerprint)
    this.#seen.set(fingerprint, t)
    if (before === undefined || t - before < bounds.repeatAfter) return undefined
    this.#repeats += 1
    return this.#repeats >= bounds.repeats ? 'repeated' : undefined
  }
}

function continuityFailure(last: FaceObservation, next: FaceObservation): LivenessFailure | undefined {
  const seconds = (next.t - last.t) / 1000
  if (seconds * 1000 > bounds.gap) return 'face_lost'
  const allowed = ([atOnce, perSecond]: readonly [number, number]) => atOnce + perSecond * seconds
  const [from, to] = [centroid(last.landmarks.slice(27, 48)), centroid(next.landmarks.slice(27, 48))]
  if (Math.hypot(to.x - from.x, to.y - from.y) / last.extent > allowed(bounds.shift)) return 'jump'
  if (Math.abs(Math.log(next.extent / last.extent)) > allowed(bounds.scale)) return 'jump'
  const turn = (['yaw', 'pitch', 'roll'] as const).map((axis) => Math.abs(next.pose[axis] - last.pose[axis]))
  return Math.max(...turn) > allowed(bounds.angle) ? 'too_fast' : undefined
}
