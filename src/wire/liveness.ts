import canonicalize from 'canonicalize'
import { base64url } from 'jose'
import * as v from 'valibot'

/**
 * Movements that a challenge may ask for. Left and right are the person's own. In code order: a step's number in the
 * sealed claim is its place here, from 1.
 */
export const livenessSteps = [
  'turn_left',
  'turn_right',
  'look_up',
  'look_down',
  'blink',
  'open_mouth',
  'move_closer',
] as const
export const livenessStep = v.picklist(livenessSteps)
export type LivenessStep = v.InferOutput<typeof livenessStep>

/** At most this many steps fit into the claim. */
export const maxLivenessSteps = 4

const stepList = v.pipe(
  v.array(livenessStep),
  v.check((steps) => new Set(steps).size === steps.length, 'a step twice'),
)

/** What the backend asks for: signed with the rest of the options, so nobody between can make it easier. */
export const livenessOptions = v.pipe(
  v.strictObject({
    /** `passive`: frames are only looked at. `active`: the steps must be done first. */
    level: v.picklist(['passive', 'active']),
    /** In this order; random, chosen by the backend. Empty for `passive`. */
    steps: v.pipe(stepList, v.maxLength(maxLivenessSteps)),
    /** What a person who cannot do one of the steps may do in its place, in this order, without penalty (L04, L05). */
    substitutes: v.pipe(stepList, v.maxLength(livenessSteps.length)),
    /** Milliseconds for one step. */
    stepTimeoutMs: v.pipe(v.number(), v.integer(), v.minValue(3000), v.maxValue(60_000)),
  }),
  v.check(({ level, steps }) => (level === 'active') === steps.length > 0, 'steps are for active, and only for it'),
  v.check(({ steps, substitutes }) => !substitutes.some((step) => steps.includes(step)), 'a substitute that is asked'),
)
export type LivenessOptions = v.InferOutput<typeof livenessOptions>

/** What options without a word about it mean. */
export const passiveLiveness: LivenessOptions = { level: 'passive', steps: [], substitutes: [], stepTimeoutMs: 12_000 }

/**
 * What was asked, done and seen. Its hash stands in the envelope's header. It holds nothing that the backend does not
 * have from its own challenge and the sealed claim, so the backend computes it again and compares: no time, no angle,
 * nothing of the face.
 */
export interface LivenessTranscript {
  readonly v: 1
  /** The challenge: single use. */
  readonly nonce: string
  readonly level: LivenessOptions['level']
  /** Asked, in order. */
  readonly asked: readonly LivenessStep[]
  /** Done, in order; differs from `asked` where the person took a substitute. Empty for `passive`. */
  readonly done: readonly LivenessStep[]
  /** Buckets 0 none seen … 3 high, as in the claim. */
  readonly spoofRisk: number
  readonly injectionRisk: number
}

/** SHA-256 of the transcript's JCS (RFC 8785), base64url. */
export async function transcriptHash(transcript: LivenessTranscript): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalize(transcript))
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

/** Whether `done` answers the challenge: as many steps, each the one asked or the next unused substitute. */
export function answersChallenge({ steps, substitutes }: LivenessOptions, done: readonly LivenessStep[]): boolean {
  if (done.length !== steps.length) return false
  let used = 0
  return done.every((step, index) => {
    if (step === steps[index]) return true
    // A person may pass over several substitutes before one suits.
    const at = substitutes.indexOf(step, used)
    used = at + 1
    return at >= 0
  })
}

/** Why a challenge was refused. */
export const livenessFailures = [
  'no_neutral',
  'step_timeout',
  'wrong_movement',
  'face_lost',
  'jump',
  'too_fast',
  'flat',
  'frozen',
  'repeated',
  'no_substitute',
] as const
export type LivenessFailure = (typeof livenessFailures)[number]
