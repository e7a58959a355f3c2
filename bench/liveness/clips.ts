// npx tsx bench/liveness/clips.ts --root DIR [--labels FILE.csv] [--frames FILE] [MORE CLIPS...]
//
// How often people who do what a challenge asks pass it, and how long it takes, at several frame rates. Nobody in the clips
// was asked anything, so the challenge is driven from what they do: each line of the labels (file,from,to,steps,instead;
// found by eye, not by the net) is a stretch in which a face rests for half a second and more and then does the steps.
// `instead`: what the backend offers in place of a movement; the product takes it by itself where a blink cannot be read.
// Then the false refusals for what never depends on the person: cuts, jumps, planes and frozen pictures in whole clips of
// one person each. Then how often a clip passes that follows nothing: every start in every clip, at two seconds' distance.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { type LivenessStep, livenessStep, livenessSteps } from '../../src/wire/liveness.ts'
import { percentile } from '../eval/metrics.ts'
import { rateOf } from '../pad/figures.ts'
import { challengePairs, framesAt, paces, playChallenge, usualPace } from './play.ts'
import { seenOf } from './seen.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string' },
    labels: { type: 'string', default: 'bench/liveness/clips.csv' },
    frames: { type: 'string' },
  },
})
if (!values.root) {
  process.stderr.write(
    'npx tsx bench/liveness/clips.ts --root DIR [--labels FILE.csv] [--frames FILE] [MORE CLIPS...]\n',
  )
  process.exit(2)
}

const stepList = v.array(livenessStep)
const labels = (await readFile(values.labels, 'utf8'))
  .trim()
  .split(/\r?\n/)
  .slice(1)
  .map((line) => {
    const [file = '', from, to, steps = '', instead = ''] = line.split(',')
    const [asked, substitutes] = [steps, instead].map((names) => v.parse(stepList, names.split(' ').filter(Boolean)))
    return { file, from: Number(from), to: Number(to), steps: asked!, substitutes: substitutes! }
  })
const clips = await seenOf({
  ...{ folder: resolve(values.root), seconds: 60, file: values.frames },
  paths: [...new Set([...labels.map(({ file }) => file), ...positionals])],
})

/** Milliseconds between two first looks of one device at one stretch. */
const offset = 40

for (const pace of paces) {
  const played = labels.flatMap((label) => {
    const { file, from, to } = label
    const frames = (clips.get(file) ?? []).filter(({ t }) => t >= 1000 * from && t <= 1000 * to)
    const looks = Math.max(1, Math.round(1000 / pace / offset))
    return Array.from({ length: looks }, (_, look) => {
      const seen = framesAt(frames, pace, 1000 * from + offset * look)
      return { ...label, looks, ...playChallenge(seen, { ...label, stepTimeoutMs: 60_000 }) }
    })
  })
  const refused = played.filter(({ passed }) => !passed)
  // One stretch looked at from several moments is still one stretch.
  const passed = played.reduce((sum, stretch) => sum + (stretch.passed ? 1 / stretch.looks : 0), 0)
  process.stdout.write(`\n${pace} frames a second: ${passed.toFixed(1)} of ${labels.length} stretches pass\n`)
  for (const { file, from, steps, outcome } of refused) {
    process.stdout.write(`  ${file.padEnd(26)} ${from.toFixed(1).padStart(5)} s  ${steps.join(' + ')}: ${outcome}\n`)
  }
  if (pace === usualPace) {
    const { rate, low, high } = rateOf(labels.length - Math.round(passed), labels.length)
    process.stdout.write(`  refused ${percent(rate)} (${percent(low)} – ${percent(high)})\n`)
    for (const count of [1, 2]) {
      const done = played.filter(({ passed: through, steps }) => through && steps.length === count)
      const seconds = done.map(({ at, from }) => at / 1000 - from)
      const [middle, most] = [percentile(seconds, 0.5), Math.max(...seconds)].map((value) => value.toFixed(1))
      process.stdout.write(`  ${count} movement(s), first frame to done: median ${middle} s, at most ${most} s\n`)
    }
  }
}

/** Refusals that no movement explains. */
const notTheirs = ['jump', 'too_fast', 'face_lost', 'flat', 'frozen', 'repeated']
process.stdout.write('\n')
for (const [file, frames] of clips) {
  const seen = framesAt(frames, usualPace)
  const reasons = livenessSteps.map((step) => playChallenge(seen, { steps: [step], stepTimeoutMs: 60_000 }).outcome)
  const wrong = reasons.filter((reason) => notTheirs.includes(reason))
  process.stdout.write(
    `${file.padEnd(28)} ${frames.length} frames, ${wrong.length > 0 ? wrong.join(', ') : 'no refusal of that kind'}\n`,
  )
}

process.stdout.write('\npassed by chance, of all starts:\n')
const labelled = new Set(labels.map(({ file }) => file))
const parts = [
  { name: 'clips with labels', files: [...clips.keys()].filter((file) => labelled.has(file)) },
  { name: 'all others', files: [...clips.keys()].filter((file) => !labelled.has(file)) },
]
for (const pace of paces) {
  for (const { name, files } of parts) {
    const starts = files.flatMap((file) => {
      const frames = clips.get(file) ?? []
      return frames.filter((_, index) => index % 50 === 0).map(({ t }) => framesAt(frames, pace, t))
    })
    const passesOf = (steps: readonly LivenessStep[]) =>
      starts.filter((frames) => playChallenge(frames, { steps, stepTimeoutMs: 12_000 }).passed).length
    const single = livenessSteps.map((step) => `${step} ${passesOf([step])}`).join(', ')
    const pairs = challengePairs.reduce((sum, steps) => sum + passesOf(steps), 0)
    const all = starts.length * challengePairs.length
    process.stdout.write(`${pace} frames a second, ${name}, ${starts.length} starts: ${single}; `)
    process.stdout.write(`two movements ${pairs} of ${all}, ${percent(pairs / all)}\n`)
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
