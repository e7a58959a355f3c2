// npx tsx bench/liveness/clips.ts --root DIR [--labels FILE.csv] [--rate N] [--frames FILE] [MORE CLIPS...]
//
// How often people who do what a challenge asks pass it, and how long it takes. Nobody in the clips was asked anything, so
// the challenge is driven from what they do: each line of the labels (file,from,to,steps; found by eye, not by the net) is
// a stretch in which a face rests for half a second and more and then does the steps. Then the false refusals for what
// never depends on the person: cuts, jumps, planes and frozen pictures in whole clips of one person each.
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { livenessStep, livenessSteps } from '../../src/wire/liveness.ts'
import { percentile } from '../eval/metrics.ts'
import { rateOf } from '../pad/figures.ts'
import type { PadFrame } from '../pad/page.ts'
import { lookAtFiles } from '../pad/run.ts'
import { playChallenge } from './play.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string' },
    labels: { type: 'string', default: 'bench/liveness/clips.csv' },
    rate: { type: 'string', default: '12.5' },
    /** What was seen is written there, or read from there when it exists. */
    frames: { type: 'string' },
  },
})
if (!values.root) {
  process.stderr.write(
    'npx tsx bench/liveness/clips.ts --root DIR [--labels FILE.csv] [--rate N] [--frames FILE] [MORE CLIPS...]\n',
  )
  process.exit(2)
}

const labels = (await readFile(values.labels, 'utf8'))
  .trim()
  .split(/\r?\n/)
  .slice(1)
  .map((line) => {
    const [file = '', from, to, steps = ''] = line.split(',')
    return { file, from: Number(from), to: Number(to), steps: v.parse(v.array(livenessStep), steps.split(' ')) }
  })
const clips = await seenOf([...new Set([...labels.map(({ file }) => file), ...positionals])])

const played = labels.map((label) => {
  const frames = (clips.get(label.file) ?? []).filter(({ t }) => t >= 1000 * label.from && t <= 1000 * label.to)
  return { ...label, ...playChallenge(frames, label.steps, 60_000) }
})
for (const { file, from, steps, passed, outcome, at } of played) {
  const end = passed ? `${(at / 1000 - from).toFixed(1)} s` : `REFUSED: ${outcome}`
  process.stdout.write(`${file.padEnd(28)} ${from.toFixed(1).padStart(5)} s  ${steps.join(' + ').padEnd(24)} ${end}\n`)
}
const passes = played.filter(({ passed }) => passed)
const { rate, low, high } = rateOf(passes.length, played.length)
const people = new Set(labels.map(({ file }) => file)).size
process.stdout.write(
  `\n${passes.length} of ${played.length} stretches of ${people} clips pass: ${percent(rate)} (${percent(low)} – ${percent(high)})\n`,
)
for (const count of [1, 2]) {
  const seconds = passes.filter(({ steps }) => steps.length === count).map(({ at, from }) => at / 1000 - from)
  const [middle, most] = [percentile(seconds, 0.5), Math.max(...seconds)].map((value) => value.toFixed(1))
  process.stdout.write(
    `${count} movement(s), first frame to done: median ${middle} s, at most ${most} s, n ${seconds.length}\n`,
  )
}

/** Refusals that no movement explains. */
const notTheirs = ['jump', 'too_fast', 'face_lost', 'flat', 'frozen', 'repeated']
for (const [file, frames] of clips) {
  const reasons = livenessSteps.map((step) => playChallenge(frames, [step], 60_000).outcome)
  const wrong = reasons.filter((reason) => notTheirs.includes(reason))
  process.stdout.write(
    `${file.padEnd(28)} ${frames.length} frames, ${wrong.length > 0 ? wrong.join(', ') : 'no refusal of that kind'}\n`,
  )
}

async function seenOf(files: readonly string[]): Promise<ReadonlyMap<string, readonly PadFrame[]>> {
  const known = values.frames && (await readFile(values.frames, 'utf8').catch(() => undefined))
  if (known) return new Map(Object.entries(JSON.parse(known) as Record<string, PadFrame[]>))
  const seen = await lookAtFiles({
    folder: resolve(values.root ?? ''),
    paths: files,
    sampling: { rate: Number(values.rate), seconds: 60 },
    report: (done, of) => process.stderr.write(`${done}/${of} clips\n`),
  })
  if (values.frames) await writeFile(values.frames, JSON.stringify(Object.fromEntries(seen)))
  return seen
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
