// npx tsx bench/liveness/attacks.ts [--seconds N] [--frames FILE]
//
// The attack clips of test/e2e/attacks.ts against every challenge of two movements that the backend can draw, at several
// frame rates: each clip is played over and over, as Chromium's fake camera does, to the shipped worker's vision, and what
// was seen is put to the challenge. That pictures come back is not held against an attack: with another noise each time they
// would not. Nor is the identity check part of it. Prints how many challenges accept each attack, and the reasons of the others.
import { dirname, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { livenessSteps } from '../../src/wire/liveness.ts'
import { type AttackName, attackRecipes, prepareAttacks } from '../../test/e2e/attacks.ts'
import { rateOf } from '../pad/figures.ts'
import type { PadFrame } from '../pad/frame.ts'
import { challengePairs, framesAt, paces, playChallenge, usualPace } from './play.ts'
import { seenOf } from './seen.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '40' }, frames: { type: 'string' } },
})
const clips = await prepareAttacks()
const folder = dirname(clips.photo)
const seen = await seenOf({
  ...{ folder, paths: Object.values(clips).map((path) => relative(folder, path)) },
  ...{ seconds: Number(values.seconds), file: values.frames },
})

/** Every challenge with every two substitutes, for an attacker who presses rather than wait for a refusal. */
const pressing = challengePairs.flatMap((steps) => {
  const others = livenessSteps.filter((step) => !steps.includes(step))
  const offers = others.flatMap((first) => others.filter((step) => step !== first).map((then) => [first, then]))
  return offers.map((substitutes) => ({ steps, substitutes, stepTimeoutMs: 12_000, pressAfterMs: 7000 }))
})

for (const [path, frames] of seen) {
  const name = path.replace('.mjpeg', '') as AttackName
  const { kind } = attackRecipes[name]
  for (const pace of paces) {
    const sampled = framesAt(frames, pace)
    const played = kind === 'still' ? sampled : sampled.map(neverSeen)
    const results = challengePairs.map((steps) => ({
      steps,
      ...playChallenge(played, { steps, stepTimeoutMs: 12_000 }),
    }))
    const accepted = results.filter(({ passed }) => passed)
    const { rate, low, high } = rateOf(accepted.length, results.length)
    const bounds = [rate, low, high].map((value) => (100 * value).toFixed(1))
    process.stdout.write(`${name} (${kind}), ${pace} a second: ${accepted.length} of ${results.length} accepted, `)
    process.stdout.write(`${bounds[0]} % (${bounds[1]} – ${bounds[2]})\n`)
    const reasons = new Map<string, number>()
    for (const { outcome } of results) reasons.set(outcome, (reasons.get(outcome) ?? 0) + 1)
    if (pace === usualPace) process.stdout.write(`  ${[...reasons].map((reason) => reason.join(' ')).join(', ')}\n`)
    if (pace === usualPace) {
      const tries = pressing.map((request) => playChallenge(played, request))
      const through = tries.filter(({ passed }) => passed).length
      process.stdout.write(`  with "another movement" pressed twice: ${through} of ${tries.length} accepted\n`)
    }
    for (const { steps, at } of accepted)
      process.stdout.write(`  accepted: ${steps.join(' + ')} after ${at / 1000} s\n`)
  }
}

/** The same frame as a picture that was never there before. */
function neverSeen(frame: PadFrame, index: number): PadFrame {
  if (!frame.face) return frame
  const { face } = frame
  return { ...frame, face: { ...face, observation: { ...face.observation, fingerprint: index } } }
}
