import { FaceSealError } from '../wire/errors'
import type { LivenessStep } from '../wire/liveness'
import type { CaptureProgress, HintCode } from '../wire/worker-protocol'
import type { Engine } from './engine'
import type { FrameReader } from './frames'
import { SteadyHint } from './hints'
import type { Challenge, ChallengeState } from './liveness/challenge'
import { livenessOf } from './liveness/fusion'
import { type StreamSigns, StreamWitness } from './liveness/injection'
import { observeFace } from './liveness/observation'
import type { StageClock } from './stage-clock'
import type { DetectedFace } from './vision/detect'
import type { Picture } from './vision/picture'
import { faceHint, faceScore, frameHint, measureFace, measureFrame, strengthHint } from './vision/quality'
import { readFace } from './vision/read-face'
import { centredCosine } from './vision/vectors'

/** A frame that passed every gate. */
export interface GoodFrame {
  /** Unit length; wiped by whoever drops it. */
  readonly embedding: Float32Array
  /** 0..1, orders frames. */
  readonly score: number
  /** How open the eyes are, see `irisContrast`; compared within one capture only. */
  readonly iris: number
  /** Probability of a live face, 0..1, where a net scored it. */
  readonly liveness: number | undefined
}

export interface Collected {
  /** The best frames, best first. */
  readonly frames: readonly GoodFrame[]
  readonly seen: number
  readonly accepted: number
  /** How many of the accepted differ from one another: a camera's noise makes all of them differ. */
  readonly different: number
  readonly stream: StreamSigns
  /** Movements done for the challenge, in order. */
  readonly steps: readonly LivenessStep[]
}

/** Good frames are gathered this long past the first, so that the best are kept and not the first. */
const gatherMs = 900
/** ... but never more than this many times the number needed. */
const gatherFactor = 2
/**
 * Centred cosine below which two frames of one capture are two people. At the lower end of what separates one person's
 * good frames from other people's (within 8 s docs/quality.md, within 60 s docs/liveness.md): heads that follow a challenge
 * move more.
 */
const samePerson = 0.4
/** Of the frames that are only to guide, each so many is read closely: no face may fail for how a glance sees it. */
const closeLook = 4
/** One odd frame is dropped; this many in a row are another person. */
const strangers = 2
/** With a challenge: good frames before each step and after the last, so that one person is seen throughout. */
const perRest = 2
/**
 * Detector's score below which a capture sees no face. BlazeFace gives Chromium's own test picture, a disc, up to 0.52 and
 * the recordings of the tests 0.69 and more.
 */
const surelyFace = 0.65
/** A blink takes a person's iris contrast to 0.12 … 0.55 of its usual value. */
const shutShare = 0.6
/** A second face counts when it is this large beside the first. */
const rivalShare = 0.45

/**
 * Looks at frames until `needed` good ones of one person are there and the challenge, if any, is done; returns the best
 * of those seen. Throws `identity_changed`, `liveness_failed` (detail: the reason), and what the reader throws; on a
 * throw nothing of the frames is left.
 */
export async function collectFrames(
  engine: Engine,
  reader: FrameReader,
  needed: number,
  clock: StageClock,
  report: (progress: CaptureProgress) => void,
  challenge?: Challenge,
): Promise<Collected> {
  const good: GoodFrame[] = []
  const steady = new SteadyHint('look_here')
  const witness = new StreamWitness()
  let seen = 0
  let odd = 0
  let firstGood = 0
  const tell = (hint: HintCode, now: number) => {
    const accepted = Math.min(good.length, needed)
    const shown = { hint: steady.next(hint, now), accepted, needed, seen, timings: clock.last }
    const { step, done, of, progress } = challenge?.state ?? {}
    report(
      step ? { ...shown, challenge: { step, done: done!, of: of!, progress: Math.round(10 * progress!) / 10 } } : shown,
    )
  }
  // Good frames of the current rest; each rest has to have its own.
  let rested = 0
  let steps = 0
  /** Frames since the last good one. */
  let guided = 0
  try {
    while (challenge || good.length < needed * gatherFactor) {
      const frame = await reader.take().catch((error: unknown) => {
        const ended = error instanceof FaceSealError && error.code === 'camera_lost'
        if (ended && good.length >= needed) return undefined
        throw error
      })
      if (!frame) break
      clock.begin()
      seen += 1
      let picture: Picture | undefined
      try {
        picture = clock.run('read', () => engine.reader.read(frame.image))
        witness.see('timestamp' in frame.image ? frame.image.timestamp : undefined, picture)
        frame.close()
        const look = await lookAt(engine, picture, clock, challenge, rested < perRest, guided % closeLook > 0)
        guided = typeof look === 'string' ? guided + 1 : 0
        if (challenge && challenge.state.done > steps) {
          steps = challenge.state.done
          rested = 0
        }
        if (typeof look === 'string') {
          tell(look, performance.now())
          continue
        }
        const first = good[0]
        if (first && centredCosine(first.embedding, look.embedding, engine.embedder.mean) < samePerson) {
          look.embedding.fill(0)
          odd += 1
          if (odd >= strangers) throw new FaceSealError('identity_changed')
          continue
        }
        odd = 0
        if (!first) firstGood = performance.now()
        good.push(look)
        rested += 1
        tell((challenge && ask(challenge.state)) ?? 'hold_still', performance.now())
      } finally {
        frame.close()
        picture?.wipe()
        clock.end()
      }
      if (challenge) {
        if (challenge.state.phase === 'done' && rested >= 1 && good.length >= needed) break
      } else if (good.length >= needed && performance.now() - firstGood >= gatherMs) break
    }
    const different = countDifferent(good)
    const worth = withOpenEyes(good)
    good.sort((a, b) => worth(b) - worth(a))
    for (const spare of good.slice(needed)) spare.embedding.fill(0)
    const [accepted, stream, done] = [good.length, witness.signs, challenge?.done ?? []]
    return { frames: good.slice(0, needed), seen, accepted, different, stream, steps: done }
  } catch (error) {
    for (const { embedding } of good) embedding.fill(0)
    throw error
  }
}

/** One frame through every gate: what to do or to change, or a good frame. */
async function lookAt(
  engine: Engine,
  picture: Picture,
  clock: StageClock,
  challenge: Challenge | undefined,
  wanted: boolean,
  guiding: boolean,
): Promise<GoodFrame | HintCode> {
  const now = performance.now()
  const dull = clock.run('quality', () => frameHint(measureFrame(picture)))
  // While there is something to change a glance tells what. A challenge's bounds were measured on closer looks.
  const wrong = dull ?? (guiding && !challenge ? await glanceAt(engine, picture, clock) : undefined)
  const face = wrong ?? soleFace(await clock.run('detect', () => engine.detector.detect(picture)))
  if (typeof face === 'string') {
    if (challenge) ask(challenge.observe(now, undefined))
    return face
  }
  const read = clock.run('landmarks', () => readFace(engine, picture, face))
  const { landmarks, points, pose } = read
  const state =
    challenge && clock.run('liveness', () => challenge.observe(now, observeFace(now, picture, landmarks, pose)))
  const asked = state && ask(state)
  const measures = clock.run('quality', () => measureFace(picture, face, read))
  const hint = faceHint(measures)
  // A movement may turn, cover or enlarge the face as it must; only while at rest is it asked to be good.
  if (state?.phase === 'step' && (hint || !wanted)) return asked!
  if (hint) return hint
  if (asked && !wanted) return asked
  const liveness = clock.run(
    'spoof',
    () => engine.spoof && livenessOf(engine.spoof.measure(picture, face.box, landmarks)),
  )
  const { embedding, strength } = clock.run('embed', () => engine.embedder.embed(picture, points))
  const weak = strengthHint(strength)
  if (weak) {
    embedding.fill(0)
    return weak
  }
  return { embedding, score: faceScore(measures, strength), iris: measures.iris, liveness }
}

/** What a glance finds to change: enough to guide by, never to embed. */
async function glanceAt(engine: Engine, picture: Picture, clock: StageClock): Promise<HintCode | undefined> {
  const face = soleFace(await clock.run('detect', () => engine.detector.detect(picture, 'glance')))
  if (typeof face === 'string') return face
  const glance = clock.run('landmarks', () => readFace(engine, picture, face, 'glance'))
  return clock.run('quality', () => faceHint(measureFace(picture, face, glance)))
}

/** What to say for a challenge. Throws `liveness_failed`. */
function ask({ phase, step, failure, astray, done, progress }: ChallengeState): HintCode | undefined {
  if (failure) throw new FaceSealError('liveness_failed', { detail: failure })
  if (phase === 'done') return undefined
  // Before the first movement there is nothing to come back from.
  if (phase === 'rest' || !step) return done === 0 && progress === 0 ? 'look_here' : 'face_forward'
  return astray ? 'other_movement' : step
}

/** The one face of the frame; people far behind do not count. */
export function soleFace(faces: readonly DetectedFace[]): DetectedFace | 'no_face' | 'several_faces' {
  const [largest, second] = [...faces].sort((a, b) => extent(b) - extent(a))
  if (!largest) return 'no_face'
  // Faces in a crowd are seen less surely than one alone, and two doubtful ones are no reason to look closer.
  if (second && extent(second) > rivalShare * extent(largest)) return 'several_faces'
  return largest.score < surelyFace ? 'no_face' : largest
}

function extent({ box }: DetectedFace): number {
  return Math.max(box.width, box.height)
}

/**
 * A frame's score, less where the eyes are less open than usual for this person: how open they look differs between
 * people by more than a blink changes it, so that no bound fits all.
 */
function withOpenEyes(frames: readonly GoodFrame[]): (frame: GoodFrame) => number {
  const sorted = frames.map(({ iris }) => iris).sort((a, b) => a - b)
  const usual = sorted[sorted.length >> 1] ?? 0
  return ({ score, iris }) => (iris < shutShare * usual ? score - 1 : score)
}

/** Compared in place: a copy, a string above all, could not be overwritten. */
function countDifferent(frames: readonly GoodFrame[]): number {
  const isNew = ({ embedding }: GoodFrame, place: number) =>
    !frames.slice(0, place).some((earlier) => earlier.embedding.every((value, index) => value === embedding[index]))
  return frames.filter(isNew).length
}
