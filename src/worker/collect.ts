import { FaceSealError } from '../wire/errors'
import type { CaptureProgress, HintCode } from '../wire/worker-protocol'
import { type Engine, readFace } from './engine'
import type { FrameReader } from './frames'
import { SteadyHint } from './hints'
import type { StageClock } from './stage-clock'
import type { DetectedFace } from './vision/detect'
import type { Picture } from './vision/picture'
import { faceHint, faceScore, frameHint, measureFace, measureFrame } from './vision/quality'
import { centredCosine } from './vision/vectors'

/** A frame that passed every gate. */
export interface GoodFrame {
  /** Unit length; wiped by whoever drops it. */
  readonly embedding: Float32Array
  /** 0..1, orders frames. */
  readonly score: number
  /** Probability of a live face, 0..1, where a net scored it. */
  readonly liveness: number | undefined
}

export interface Collected {
  /** The best frames, best first. */
  readonly frames: readonly GoodFrame[]
  readonly seen: number
  readonly accepted: number
}

/** Good frames are gathered this long past the first, so that the best are kept and not the first. */
const gatherMs = 900
/** ... but never more than this many times the number needed. */
const gatherFactor = 2
/** Centred cosine below which two frames of one capture are two people; the same person's are above 0.6. */
const samePerson = 0.35
/** One odd frame is dropped; this many in a row are another person. */
const strangers = 2
/** A second face counts when it is this large beside the first. */
const rivalShare = 0.45

/**
 * Looks at frames until `needed` good ones of one person are there, and returns the best of those seen.
 * Throws `identity_changed`, and what the reader throws; on a throw nothing of the frames is left.
 */
export async function collectFrames(
  engine: Engine,
  reader: FrameReader,
  needed: number,
  clock: StageClock,
  report: (progress: CaptureProgress) => void,
): Promise<Collected> {
  const good: GoodFrame[] = []
  const steady = new SteadyHint('look_here')
  let seen = 0
  let odd = 0
  let firstGood = 0
  const tell = (hint: HintCode, now: number) => {
    const accepted = Math.min(good.length, needed)
    report({ hint: steady.next(hint, now), accepted, needed, seen, timings: clock.last })
  }
  try {
    while (good.length < needed * gatherFactor) {
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
        frame.close()
        const look = await lookAt(engine, picture, clock)
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
        tell('hold_still', performance.now())
      } finally {
        frame.close()
        picture?.wipe()
        clock.end()
      }
      if (good.length >= needed && performance.now() - firstGood >= gatherMs) break
    }
    good.sort((a, b) => b.score - a.score)
    for (const spare of good.slice(needed)) spare.embedding.fill(0)
    return { frames: good.slice(0, needed), seen, accepted: good.length }
  } catch (error) {
    for (const { embedding } of good) embedding.fill(0)
    throw error
  }
}

/** One frame through every gate: what to change, or a good frame. */
async function lookAt(engine: Engine, picture: Picture, clock: StageClock): Promise<GoodFrame | HintCode> {
  const dull = clock.run('quality', () => frameHint(measureFrame(picture)))
  if (dull) return dull
  const faces = await clock.run('detect', () => engine.detector.detect(picture))
  const face = soleFace(faces)
  if (typeof face === 'string') return face
  const { points, pose } = clock.run('landmarks', () => readFace(engine, picture, face))
  const measures = clock.run('quality', () => measureFace(picture, face, points, pose))
  const hint = faceHint(measures)
  if (hint) return hint
  const liveness = clock.run('spoof', () => engine.spoof?.liveness(picture, face.box))
  const embedding = clock.run('embed', () => engine.embedder.embed(picture, points))
  return { embedding, score: faceScore(measures), liveness }
}

/** The one face of the frame; people far behind do not count. */
function soleFace(faces: readonly DetectedFace[]): DetectedFace | 'no_face' | 'several_faces' {
  const [largest, second] = [...faces].sort((a, b) => extent(b) - extent(a))
  if (!largest) return 'no_face'
  return second && extent(second) > rivalShare * extent(largest) ? 'several_faces' : largest
}

function extent({ box }: DetectedFace): number {
  return Math.max(box.width, box.height)
}
