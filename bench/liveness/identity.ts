// npx tsx bench/liveness/identity.ts --root DIR
//
// One person throughout a challenge: centred cosines between good frames of one clip (the capture's gate applied, two
// frames looked at a second), by the time between them, for a challenge may last longer than a capture without one.
import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import means from '../../models/means/mobilefacenet-512.json' with { type: 'json' }
import { floats, lookOf, personFigures } from '../quality/figures.ts'
import { type Examined, examineFiles } from '../quality/run.ts'

const { values } = parseArgs({ options: { root: { type: 'string' } } })
if (!values.root) {
  process.stderr.write('npx tsx bench/liveness/identity.ts --root DIR\n')
  process.exit(2)
}

const paths = (await readdir(values.root)).filter((name) => /\.(mp4|webm)$/.test(name)).sort()
const examined: Examined[] = []
await examineFiles(
  resolve(values.root),
  paths.map((path) => ({ path, copies: [{ kind: 'clean', level: 0, seed: 0 }], clip: { rate: 2, seconds: 60 } })),
  async (files) => {
    examined.push(...files)
    process.stderr.write(`${examined.length}/${paths.length} clips\n`)
  },
)
const clips = examined.map(({ path, results }) => ({
  path,
  frames: results.map((seen) => lookOf(path, 'video', path, seen)),
}))
const mean = floats(means.float32)
const spans = [0, 8, 20, 40, 60] as const
for (const [index, to] of spans.slice(1).entries()) {
  const from = spans[index]!
  const { same, others, bounds, clips: used, people } = personFigures(clips, mean, [1000 * from, 1000 * to])
  const at = (share: number) => same.percentiles[share]?.toFixed(2)
  process.stdout.write(
    `${from} to ${to} s apart, ${same.n} pairs: least ${at(0)}, 1 % ${at(0.01)}, median ${at(0.5)}; below `,
  )
  const below = bounds.map(({ bound, samePersonBelow }) => `${bound} ${(100 * samePersonBelow.rate).toFixed(2)} %`)
  process.stdout.write(`${below.join(', ')}\n`)
  if (from > 0) continue
  process.stdout.write(`${used} clips of ${people} people; others, ${others.n} pairs: largest `)
  process.stdout.write(`${others.percentiles[1]?.toFixed(2)}\n`)
}
