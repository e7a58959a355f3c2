// npx tsx bench/pad/groups.ts --root DIR --info FILE.csv [--folder NAME] [--json OUT]
//
// The passive score of pictures of live people, by group: FILE.csv has id and one column for each way to divide people
// (gender, ethnicity, …); pictures are DIR/NAME/<id>_*.jpg. BPCER at the fixed threshold with 95 % bounds over pictures, and
// the distribution of the scores. Two pictures of one person are not independent: the bounds are too narrow by that.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { spoofBucket } from '../../src/worker/liveness/fusion.ts'
import { percentile } from '../eval/metrics.ts'
import { rateOf } from './figures.ts'
import { lookAtFiles } from './run.ts'

const { values } = parseArgs({
  options: {
    root: { type: 'string' },
    info: { type: 'string' },
    folder: { type: 'string', default: 'images' },
    json: { type: 'string' },
  },
})
if (!values.root || !values.info) {
  process.stderr.write('npx tsx bench/pad/groups.ts --root DIR --info FILE.csv [--folder NAME] [--json OUT]\n')
  process.exit(2)
}

const [head = '', ...lines] = (await readFile(values.info, 'utf8')).trim().split(/\r?\n/)
const columns = head.split(',')
const people = new Map(lines.map((line) => [line.split(',')[0], line.split(',')]))
const names = (await readdir(join(values.root, values.folder))).filter((name) => people.has(name.split('_')[0]))
const frames = await lookAtFiles({
  folder: resolve(values.root),
  paths: names.map((name) => `${values.folder}/${name}`),
  sampling: { rate: 1, seconds: 1 },
  report: (done, all) => process.stderr.write(done % 20 === 0 || done === all ? `${done}/${all} files\n` : ''),
})

interface Scored {
  readonly name: string
  readonly person: readonly string[]
  /** `undefined`: no face found, which counts as rejected. */
  readonly score: number | undefined
}
const scored: readonly Scored[] = names.map((name) => ({
  name,
  person: people.get(name.split('_')[0]) ?? [],
  score: frames.get(`${values.folder}/${name}`)?.[0]?.face?.liveness,
}))

const groups = columns
  .map((column, index) => ({ column, index }))
  .filter(({ column }) => column !== 'id' && column !== 'age')
  .flatMap(({ column, index }) =>
    [...new Set(scored.map(({ person }) => person[index] ?? ''))].sort().map((group) =>
      describe(
        `${column} ${group}`,
        scored.filter(({ person }) => person[index] === group),
      ),
    ),
  )
const report = [describe('all', scored), ...groups]
for (const { group, people: count, bpcer, quartiles, buckets } of report) {
  const [rate, low, high] = [bpcer.rate, bpcer.low, bpcer.high].map((value) => (100 * value).toFixed(1))
  const spread = quartiles.map((value) => value.toFixed(2)).join(' ')
  process.stdout.write(
    `${group.padEnd(30)} ${count} people, ${bpcer.errors}/${bpcer.of} = ${rate} % (${low} – ${high}); least and quartiles ${spread}; buckets 0…3 ${buckets.join(' ')}\n`,
  )
}
if (values.json) await writeFile(values.json, `${JSON.stringify({ report, scored }, null, 1)}\n`)

function describe(group: string, list: readonly Scored[]) {
  const scores = list.flatMap(({ score }) => score ?? [])
  const buckets = [0, 1, 2, 3].map((bucket) => scores.filter((score) => spoofBucket([score]) === bucket).length)
  return {
    group,
    people: new Set(list.map(({ person }) => person[0])).size,
    bpcer: rateOf(list.filter(({ score }) => score === undefined || score < 0.5).length, list.length),
    quartiles: [0, 0.25, 0.5, 0.75].map((share) => percentile(scores, share)),
    buckets,
  }
}
