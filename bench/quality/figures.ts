import { type FaceMeasures, faceHint, faceScore, strengthHint } from '../../src/worker/vision/quality.ts'
import { centredCosine } from '../../src/worker/vision/vectors.ts'
import { percentile } from '../eval/metrics.ts'
import { type Rate, rateOf } from '../pad/figures.ts'
import { type Copy, type CopyKind, copyKinds } from './degrade.ts'
import type { PageExamined } from './page.ts'

export function groupBy<T>(list: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of list) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return groups
}

/** One copy of one picture, or one frame of a clip. */
export interface Look {
  readonly path: string
  readonly set: string
  readonly person: string
  readonly copy: Copy
  /** Milliseconds of the clip. */
  readonly t: number
  /** What the capture says before it looks at the face; then the face's own measures decide. */
  readonly early: string | undefined
  /** Detector's score, 0 without a face. */
  readonly detected: number
  /** Missing, like what follows, where no face was found. */
  readonly measures?: FaceMeasures
  readonly strength?: number
  readonly embedding?: Float32Array
  readonly template?: Uint32Array
}

export function lookOf(path: string, set: string, person: string, seen: PageExamined): Look {
  const { copy, early, t, detected, face } = seen
  const common = { path, set, person, copy, t, early, detected }
  if (!face) return common
  const { measures, strength } = face
  return { ...common, measures, ...(strength !== undefined && { strength }), embedding: floats(face.embedding) }
}

export function floats(base64: string): Float32Array {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  return new Float32Array(bytes.buffer)
}

export interface Clip {
  readonly path: string
  readonly frames: readonly Look[]
}

/** A copy that is compared with an undamaged picture of the same person. */
interface Trial {
  readonly look: Look
  readonly reference: Look
  /** Fraction of differing bits; 1 where no face was found. */
  readonly distance: number
}

type Hints = Readonly<Record<string, number>>

export interface ConditionFigures {
  readonly n: number
  readonly refused: Rate
  /** False non-matches at the threshold among all copies, no face counted as one, and among those that the gate lets pass. */
  readonly fnmrAll: Rate
  readonly fnmrAccepted: Rate
  /** False matches at the threshold against the undamaged pictures of everybody else, before and after the gate. */
  readonly fmrAll: number
  readonly fmrAccepted: number
  readonly hints: Hints
}

export function hintOf({ early, measures, strength }: Look): string | undefined {
  return early ?? (measures ? (faceHint(measures) ?? strengthHint(strength)) : 'no_face')
}

/** By kind of copy, and each kind's gentle and hard half. */
export function conditionsOf(looks: readonly Look[], threshold: number): Readonly<Record<string, ConditionFigures>> {
  const all = trialsOf(looks)
  const kinds = [...new Set(all.map(({ look }) => look.copy.kind))]
  const parts = kinds.flatMap((kind): [string, readonly Trial[]][] => {
    const own = all.filter(({ look }) => look.copy.kind === kind)
    if (kind === 'clean') return [[kind, own]]
    const half = (hard: boolean) => own.filter(({ look }) => look.copy.level >= 0.5 === hard)
    return [
      [kind, own],
      [`${kind}/gentle`, half(false)],
      [`${kind}/hard`, half(true)],
    ]
  })
  parts.push(['all', all])
  return Object.fromEntries(parts.map(([name, trials]) => [name, figuresOf(trials, all, threshold)]))
}

function figuresOf(trials: readonly Trial[], all: readonly Trial[], threshold: number): ConditionFigures {
  const accepted = trials.filter(({ look }) => hintOf(look) === undefined)
  const references = [...new Map(all.map(({ reference }) => [reference.path, reference])).values()]
  return {
    n: trials.length,
    refused: rateOf(trials.length - accepted.length, trials.length),
    fnmrAll: falseRejects(trials, threshold),
    fnmrAccepted: falseRejects(accepted, threshold),
    fmrAll: falseAccepts(trials, references, threshold),
    fmrAccepted: falseAccepts(accepted, references, threshold),
    hints: countHints(trials.map(({ look }) => look)),
  }
}

function falseRejects(trials: readonly Trial[], threshold: number): Rate {
  return rateOf(trials.filter(({ distance }) => distance > threshold).length, trials.length)
}

/** Within each set, for the same person may be in two. */
function falseAccepts(trials: readonly Trial[], references: readonly Look[], threshold: number): number {
  let passed = 0
  let compared = 0
  for (const { look } of trials) {
    for (const reference of references) {
      if (reference.set !== look.set || reference.person === look.person || !look.template) continue
      compared += 1
      if (distanceOf(look, reference) <= threshold) passed += 1
    }
  }
  return passed / compared
}

function countHints(looks: readonly Look[]): Hints {
  const counts: Record<string, number> = {}
  for (const look of looks) {
    const hint = hintOf(look)
    if (hint) counts[hint] = (counts[hint] ?? 0) + 1
  }
  return counts
}

/** Every person's copies against the person's other picture. */
function trialsOf(looks: readonly Look[]): readonly Trial[] {
  const byPerson = groupBy(looks, ({ set, person }) => `${set}/${person}`)
  return [...byPerson.values()].flatMap((own) => {
    const copied = own.find(({ copy }) => copy.kind !== 'clean')?.path
    const reference = own.find(({ path, template }) => path !== copied && template)
    if (!copied || !reference) return []
    return own
      .filter(({ path }) => path === copied)
      .map((look) => ({ look, reference, distance: distanceOf(look, reference) }))
  })
}

function distanceOf({ template: a }: Look, { template: b }: Look): number {
  if (!a || !b) return 1
  let bits = 0
  for (let index = 0; index < a.length; index++) {
    let word = a[index]! ^ b[index]!
    word -= (word >>> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
    bits += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return bits / (32 * a.length)
}

/** Error against reject: the worst are taken away first, by the gate and then by the quality score. */
export function rejectCurve(looks: readonly Look[], threshold: number) {
  const trials = [...trialsOf(looks)].sort((a, b) => worth(b.look) - worth(a.look))
  const share = (kept: number) => 1 - kept / trials.length
  const curve = Array.from({ length: 20 }, (_, step) => {
    const kept = Math.round(trials.length * (1 - step / 20))
    return [share(kept), falseRejects(trials.slice(0, kept), threshold).rate] as const
  })
  const accepted = trials.filter(({ look }) => hintOf(look) === undefined)
  return {
    n: trials.length,
    curve,
    gate: { rejectedShare: share(accepted.length), fnmr: falseRejects(accepted, threshold) },
  }
}

/** Score of an accepted frame; below zero what the gate refuses, lowest what has no face. */
function worth(look: Look): number {
  if (!look.measures) return -2
  return hintOf(look) === undefined
    ? faceScore(look.measures, look.strength)
    : faceScore(look.measures, look.strength) - 1
}

type Measured = Required<Pick<Look, 'measures' | 'strength'>>

/** What a measure is, and which copies it has to find. `sign` 1: low is bad. */
interface Watched {
  readonly of: (face: Measured) => number
  readonly sign: 1 | -1
  readonly kinds: readonly CopyKind[]
}

const lessOf = ([a, b]: FaceMeasures['cover']['eyes'], what: 'spread' | 'thin') => Math.min(a[what], b[what])
const eyeCovers = ['one_eye', 'hand', 'sunglasses'] as const
/** Copies in which the face is as it was, more or less: pose is measured on them. */
const faithful = ['clean', 'jpeg', 'side_light', 'rolled'] as const

const watched: Readonly<Record<string, Watched>> = {
  luma: { of: ({ measures }) => measures.luma, sign: 1, kinds: ['dark'] },
  lumaHigh: { of: ({ measures }) => measures.luma, sign: -1, kinds: ['bright'] },
  glare: { of: ({ measures }) => measures.glare, sign: -1, kinds: ['bright'] },
  contrast: { of: ({ measures }) => measures.contrast, sign: 1, kinds: ['low_contrast', 'dark'] },
  sharpness: { of: ({ measures }) => measures.sharpness, sign: 1, kinds: ['blur', 'low_resolution'] },
  across: { of: ({ measures }) => measures.across, sign: 1, kinds: ['motion', 'blur', 'low_resolution'] },
  noise: { of: ({ measures }) => measures.sharpness, sign: -1, kinds: ['noise'] },
  extent: { of: ({ measures }) => measures.extent, sign: 1, kinds: ['small'] },
  offCentre: { of: ({ measures }) => measures.offCentre, sign: -1, kinds: ['off_centre'] },
  roll: { of: ({ measures }) => Math.abs(measures.pose.roll), sign: -1, kinds: ['rolled'] },
  yaw: { of: ({ measures }) => Math.abs(measures.pose.yaw), sign: -1, kinds: faithful },
  pitch: { of: ({ measures }) => Math.abs(measures.pose.pitch - 9.8), sign: -1, kinds: faithful },
  mouthSpread: { of: ({ measures }) => measures.cover.mouth.spread, sign: 1, kinds: ['mask', 'hand'] },
  mouthThin: { of: ({ measures }) => measures.cover.mouth.thin, sign: 1, kinds: ['mask', 'hand'] },
  mouthProfile: { of: ({ measures }) => measures.cover.mouth.profile, sign: 1, kinds: ['mask', 'hand'] },
  eyeSpread: { of: ({ measures }) => lessOf(measures.cover.eyes, 'spread'), sign: 1, kinds: eyeCovers },
  eyeThin: { of: ({ measures }) => lessOf(measures.cover.eyes, 'thin'), sign: 1, kinds: eyeCovers },
  iris: { of: ({ measures }) => measures.iris, sign: 1, kinds: ['clean', 'sunglasses', 'one_eye'] },
  strength: { of: ({ strength }) => strength, sign: 1, kinds: copyKinds },
}

/** Of what a bound lets pass, at most this share may be rejected by mistake. */
const target = 0.1
const tenth = 10

/** Per measure: the loosest bound that keeps the target on one half of the people, and what it does on the other half. */
export function boundsOf(looks: readonly Look[], threshold: number) {
  const all = trialsOf(looks)
  // A pair that fails undamaged says nothing about damage.
  const sound = new Set(
    all.flatMap(({ look, distance }) => (look.copy.kind === 'clean' && distance <= threshold ? [look.path] : [])),
  )
  const trials = all.filter(({ look }) => faceOf(look) && sound.has(look.path))
  const people = [...new Set(trials.map(({ look }) => `${look.set}/${look.person}`))]
  const calibration = new Set(people.filter((_, index) => index % 2 === 0))
  const half = (first: boolean) => trials.filter(({ look }) => calibration.has(`${look.set}/${look.person}`) === first)
  return Object.fromEntries(
    Object.entries(watched).map(([name, { of, sign, kinds }]) => {
      const mine = (list: readonly Trial[]) => list.filter(({ look }) => kinds.includes(look.copy.kind))
      const value = ({ look }: Trial) => sign * of(faceOf(look)!)
      const learned = [...mine(half(true))].sort((a, b) => value(b) - value(a))
      const kept = longest(learned, threshold)
      const bound = kept < learned.length ? value(learned[kept - 1]!) : Number.NEGATIVE_INFINITY
      const tested = mine(half(false))
      const passing = tested.filter((trial) => value(trial) >= bound)
      const cleanOnes = trials.filter(({ look }) => look.copy.kind === 'clean')
      return [
        name,
        {
          kinds,
          target,
          bound: Number.isFinite(bound) ? sign * bound : null,
          calibrated: learned.length,
          reported: {
            n: tested.length,
            refused: rateOf(tested.length - passing.length, tested.length),
            fnmrAll: falseRejects(tested, threshold),
            fnmrPassing: falseRejects(passing, threshold),
            cleanRefused: rateOf(cleanOnes.filter((trial) => value(trial) < bound).length, cleanOnes.length),
          },
          tenths: tenthsOf(
            [...mine(trials)].sort((a, b) => value(a) - value(b)),
            ({ look }) => of(faceOf(look)!),
            threshold,
          ),
        },
      ]
    }),
  )
}

function faceOf({ measures, strength }: Look): Measured | undefined {
  return measures && strength !== undefined ? { measures, strength } : undefined
}

/** How many of the best may stay. */
function longest(sorted: readonly Trial[], threshold: number): number {
  let wrong = 0
  let best = 1
  sorted.forEach(({ distance }, index) => {
    if (distance > threshold) wrong += 1
    if (wrong <= target * (index + 1)) best = index + 1
  })
  return best
}

/** The relation of a measure to the error: worst tenth first, with its range and its false rejects. */
function tenthsOf(sorted: readonly Trial[], of: (trial: Trial) => number, threshold: number) {
  return Array.from({ length: tenth }, (_, index) => {
    const part = sorted.slice(
      Math.floor((index * sorted.length) / tenth),
      Math.floor(((index + 1) * sorted.length) / tenth),
    )
    const values = part.map(of)
    return {
      from: Math.min(...values),
      to: Math.max(...values),
      fnmr: falseRejects(part, threshold).rate,
      distance: part.reduce((sum, { distance }) => sum + distance, 0) / part.length,
    }
  })
}

/** Refusals of undamaged pictures and of every kind of copy, by group. */
export function refusals(looks: readonly Look[], groupsOf: (look: Look) => readonly string[]) {
  const groups = [...new Set(looks.flatMap(groupsOf))].sort()
  return Object.fromEntries(
    groups.map((group) => {
      const own = looks.filter((look) => groupsOf(look).includes(group))
      const part = (clean: boolean) => own.filter(({ copy }) => (copy.kind === 'clean') === clean)
      const figures = (list: readonly Look[]) => ({
        n: list.length,
        refused: rateOf(list.filter((look) => hintOf(look) !== undefined).length, list.length),
        hints: countHints(list),
      })
      const light = part(false).filter(({ copy }) =>
        ['dark', 'bright', 'side_light', 'low_contrast'].includes(copy.kind),
      )
      const luma = part(true).flatMap(({ measures }) => (measures ? [measures.luma] : []))
      return [
        group,
        {
          medianLuma: percentile(luma, 0.5),
          clean: figures(part(true)),
          copies: figures(part(false)),
          light: figures(light),
        },
      ]
    }),
  )
}

/** Failure to acquire: pictures that were cleanly taken, and clips that never give three good frames. */
export function captureFigures(sets: Readonly<Record<string, readonly Look[]>>, clips: readonly Clip[]) {
  const stills = Object.entries(sets).map(([name, looks]) => {
    const taken = looks.filter(({ copy }) => copy.kind === 'clean')
    const refused = taken.filter((look) => hintOf(look) !== undefined)
    return [name, { refused: rateOf(refused.length, taken.length), hints: countHints(taken) }] as const
  })
  const frames = clips.map(({ path, frames }) => {
    const refused = frames.filter((look) => hintOf(look) !== undefined)
    return [path, { refused: rateOf(refused.length, frames.length), hints: countHints(frames) }] as const
  })
  const failed = clips.filter(({ frames }) => frames.filter((look) => hintOf(look) === undefined).length < 3)
  return {
    stills: Object.fromEntries(stills),
    clips: Object.fromEntries(frames),
    clipsWithoutCapture: { ...rateOf(failed.length, clips.length), paths: failed.map(({ path }) => path) },
  }
}

/** Openness of the eyes in a clip: its lowest frames beside its middle. */
export function eyesOf(clips: readonly Clip[]) {
  return Object.fromEntries(
    clips.map(({ path, frames }) => {
      const open = frames.flatMap(({ measures }) => (measures ? [measures.iris] : []))
      const at = (share: number) => percentile(open, share)
      return [path, { n: open.length, least: at(0), p5: at(0.05), median: at(0.5) }]
    }),
  )
}

/** How surely the detector sees faces that are there: `surelyFace` of a capture lies below. */
export function detectorScores(sets: Readonly<Record<string, readonly Look[]>>) {
  return Object.fromEntries(
    Object.entries(sets).map(([name, looks]) => {
      const scores = looks.filter(({ copy }) => copy.kind === 'clean').map(({ detected }) => detected)
      return [name, Object.fromEntries([0, 0.01, 0.05, 0.5].map((share) => [share, percentile(scores, share)]))]
    }),
  )
}

/** Clips of one person each, where nobody else is in the picture; the man of two of them is one. */
const ofSeveral = ['intel_headpose_two_people', 'intel_walking_small_faces', 'stage_cuts_no_face_gaps']

/**
 * Centred cosines of good frames: with the capture's first good frame, as it compares them, and with other people's.
 * `span`: milliseconds between the two frames, more than the first and at most the second.
 */
export function personFigures(
  clips: readonly Clip[],
  mean: Float32Array,
  [least, most]: readonly [number, number] = [0, 8000],
) {
  const good = clips
    .filter(({ path }) => !ofSeveral.some((name) => path.includes(name)))
    .map(({ path, frames }) => ({
      person: path.replace(/_(long|short)\.mp4$/, ''),
      frames: frames.filter((look) => hintOf(look) === undefined),
    }))
  const cosine = (a: Look, b: Look) => centredCosine(a.embedding!, b.embedding!, mean)
  // A capture may begin at any frame and lasts some seconds.
  const same = good.flatMap(({ frames }) =>
    frames.flatMap((first) =>
      frames.filter(({ t }) => t > first.t + least && t <= first.t + most).map((later) => cosine(first, later)),
    ),
  )
  const others = good.flatMap((a, i) =>
    good.slice(i + 1).flatMap((b) => {
      if (a.person === b.person) return []
      return a.frames.flatMap((x) => b.frames.map((y) => cosine(x, y)))
    }),
  )
  const shares = (list: readonly number[]) =>
    Object.fromEntries(
      [0, 0.001, 0.01, 0.05, 0.5, 0.95, 0.99, 0.999, 1].map((share) => [share, percentile(list, share)]),
    )
  const below = (bound: number) => ({
    bound,
    samePersonBelow: rateOf(same.filter((value) => value < bound).length, same.length),
    othersAbove: rateOf(others.filter((value) => value >= bound).length, others.length),
  })
  return {
    clips: good.filter(({ frames }) => frames.length > 0).length,
    people: new Set(good.filter(({ frames }) => frames.length > 0).map(({ person }) => person)).size,
    same: { n: same.length, percentiles: shares(same) },
    others: { n: others.length, percentiles: shares(others) },
    bounds: [0.25, 0.3, 0.35, 0.4, 0.45, 0.5].map(below),
  }
}
