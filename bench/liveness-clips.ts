// npx tsx bench/liveness-clips.ts --root DIR FILE... [--rate N] [--seconds N] [--json OUT]
//
// Runs the challenge over recordings of people who were never asked anything: every pair of movements that the clip shows
// in that order is a challenge that a bona fide person would have passed, so it must pass; every step that the clip does
// not show must not.
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type LivenessStep, livenessSteps } from '../src/wire/liveness.ts'
import { Challenge } from '../src/worker/liveness/challenge.ts'
import type { PadFrame } from './pad-page.ts'
import { lookAtFiles } from './pad-run.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string' },
    rate: { type: 'string', default: '12.5' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'string' },
    frames: { type: 'string' },
  },
})
if (!values.root || positionals.length === 0) {
  process.stderr.write('npx tsx bench/liveness-clips.ts --root DIR FILE... [--rate N] [--seconds N] [--json OUT]\n')
  process.exit(2)
}
const all: Record<string, readonly PadFrame[]> = values.frames
  ? JSON.parse(await readFile(values.frames, 'utf8'))
  : Object.fromEntries(
      await lookAtFiles({
        folder: resolve(values.root),
        paths: positionals,
        sampling: { rate: Number(values.rate), seconds: Number(values.seconds) },
        report: (done, of) => process.stderr.write(`${done}/${of} clips\n`),
      }),
    )
if (values.json) await writeFile(values.json, JSON.stringify(all))

for (const [file, frames] of Object.entries(all)) {
  const single = livenessSteps.map((step) => [step, play(frames, [step])] as const)
  const shown = single.filter(([, result]) => result.passed).map(([step]) => step)
  const pairs = shown.flatMap((first) => livenessSteps.filter((step) => step !== first).map((then) => [first, then]))
  const passed = pairs.map((pair) => [pair, play(frames, pair as LivenessStep[])] as const).filter(([, r]) => r.passed)
  process.stdout.write(`${file}: ${frames.length} frames\n`)
  for (const [step, { passed: ok, outcome, at }] of single) {
    process.stdout.write(`  ${step.padEnd(12)} ${ok ? `passed at ${(at / 1000).toFixed(1)} s` : outcome}\n`)
  }
  process.stdout.write(
    `  pairs: ${passed.map(([pair, { at }]) => `${pair.join('+')} ${(at / 1000).toFixed(1)}s`).join(', ')}\n`,
  )
}

function play(frames: readonly PadFrame[], steps: readonly LivenessStep[]) {
  const challenge = new Challenge({ level: 'active', steps: [...steps], substitutes: [], stepTimeoutMs: 60_000 })
  for (const { t, face } of frames) {
    const { phase, failure } = challenge.observe(t, face?.observation)
    if (phase === 'done') return { passed: true, outcome: 'done', at: t }
    if (phase === 'failed') return { passed: false, outcome: `${failure} at ${(t / 1000).toFixed(1)} s`, at: t }
  }
  return { passed: false, outcome: `${challenge.state.phase}: not seen`, at: 0 }
}
