// npx tsx bench/liveness/attacks.ts [--rate N] [--seconds N] [--frames FILE]
//
// The attack clips of test/e2e/attacks.ts against every challenge of two movements that the backend can draw: each clip is
// played over and over, as Chromium's fake camera does, to the shipped worker's vision, and what was seen is put to the
// challenge. That pictures come back is not held against an attack: with another noise each time they would not. Nor is the
// identity check part of it. Prints how many challenges accept each attack, and the reasons of the others.
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { attackRecipes, prepareAttacks } from '../../test/e2e/attacks.ts'
import { rateOf } from '../pad/figures.ts'
import type { PadFrame } from '../pad/page.ts'
import { lookAtFiles } from '../pad/run.ts'
import { challengePairs, playChallenge } from './play.ts'

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '12.5' },
    seconds: { type: 'string', default: '40' },
    /** What was seen is written there, or read from there when it exists. */
    frames: { type: 'string' },
  },
})
const clips = await prepareAttacks()
const known = values.frames && (await readFile(values.frames, 'utf8').catch(() => undefined))
const seen: ReadonlyMap<string, readonly PadFrame[]> = known
  ? new Map(Object.entries(JSON.parse(known) as Record<string, PadFrame[]>))
  : await lookAtFiles({
      folder: dirname(clips.photo),
      paths: Object.values(clips).map((path) => relative(dirname(clips.photo), path)),
      sampling: { rate: Number(values.rate), seconds: Number(values.seconds) },
      report: (done, all) => process.stderr.write(`${done}/${all} clips\n`),
    })
if (values.frames && !known) await writeFile(values.frames, JSON.stringify(Object.fromEntries(seen)))

for (const [path, frames] of seen) {
  const name = path.replace('.mjpeg', '') as keyof typeof attackRecipes
  const played = attackRecipes[name].kind === 'still' ? frames : frames.map(neverSeen)
  const results = challengePairs.map((steps) => ({ steps, ...playChallenge(played, steps, 12_000) }))
  const accepted = results.filter(({ passed }) => passed)
  const reasons = new Map<string, number>()
  for (const { outcome } of results) reasons.set(outcome, (reasons.get(outcome) ?? 0) + 1)
  const { rate, low, high } = rateOf(accepted.length, results.length)
  const bounds = [rate, low, high].map((value) => (100 * value).toFixed(1))
  process.stdout.write(`${name} (${attackRecipes[name].kind}): ${accepted.length} of ${results.length} accepted, `)
  process.stdout.write(
    `${bounds[0]} % (${bounds[1]} – ${bounds[2]})\n  ${[...reasons].map((r) => r.join(' ')).join(', ')}\n`,
  )
  for (const { steps, at } of accepted) process.stdout.write(`  accepted: ${steps.join(' + ')} after ${at / 1000} s\n`)
}

/** The same frame as a picture that was never there before. */
function neverSeen(frame: PadFrame, index: number): PadFrame {
  if (!frame.face) return frame
  const { face } = frame
  return { ...frame, face: { ...face, observation: { ...face.observation, fingerprint: index } } }
}
