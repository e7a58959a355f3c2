// npx tsx bench/pad/fit.ts SIGNALS.json [MORE.json ...]
//
// Fits the weights of src/worker/liveness/spoof.ts to what `npm run pad -- --signals` wrote: a logistic regression over
// the net's mean and the two surface numbers, ridge 0.05 on standardised inputs, each class with one half of the weight.
// Prints the error with each source left out in turn, for every subset of the inputs, then the weights.
import { readFile } from 'node:fs/promises'
import { oddGrain } from '../../src/worker/liveness/fusion.ts'
import { areaUnderCurve } from './figures.ts'
import type { Scored } from './samples.ts'

const inputs = {
  net: ({ net }: Signals) => net.reduce((sum, value) => sum + value, 0) / net.length,
  chromaGrain: ({ chromaGrain }: Signals) => oddGrain(chromaGrain),
  redShading: ({ redShading }: Signals) => redShading,
}
type Signals = NonNullable<Scored['signals']>
type Input = keyof typeof inputs

interface Row {
  readonly live: number
  readonly source: string
  readonly weight: number
  readonly signals: Signals
}

const files = process.argv.slice(2)
const scored = (
  await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as Scored[]))
).flat()
const rows = weigh(scored)
const names = Object.keys(inputs) as Input[]
const subsets = [1, 2, 3, 4, 5, 6, 7].map((mask) => names.filter((_, index) => mask & (1 << index)))
for (const subset of subsets) {
  const scores = leaveOneSourceOut(rows, subset)
  const of = (live: number) => scores.filter((_, index) => rows[index]!.live === live)
  const rejected = of(1).filter((score) => score < 0).length / of(1).length
  const accepted = of(0).filter((score) => score >= 0).length / of(0).length
  const auc = areaUnderCurve(of(1), of(0))
  const line = [subset.join(' + ').padEnd(36), auc, rejected, accepted, (rejected + accepted) / 2]
  process.stdout.write(`${line.map((cell) => (typeof cell === 'number' ? cell.toFixed(3) : cell)).join('  ')}\n`)
}
process.stdout.write(`${JSON.stringify(rawWeights(rows, names))}\n`)

function weigh(list: readonly Scored[]): readonly Row[] {
  const usable = list.flatMap(({ label, source, signals }) =>
    label === 'other' || !signals ? [] : [{ live: label === 'live' ? 1 : 0, source, signals }],
  )
  const count = [0, 1].map((live) => usable.filter((row) => row.live === live).length)
  return usable.map((row) => ({ ...row, weight: 0.5 / count[row.live]! }))
}

function leaveOneSourceOut(all: readonly Row[], subset: readonly Input[]): readonly number[] {
  return all.map((row) => {
    const model = train(
      all.filter(({ source }) => source !== row.source),
      subset,
    )
    return model.score(row.signals)
  })
}

function rawWeights(all: readonly Row[], subset: readonly Input[]) {
  const { theta, mean, deviation } = train(all, subset)
  const raw = subset.map((_, index) => theta[index]! / deviation[index]!)
  const bias = theta.at(-1)! - raw.reduce((sum, weight, index) => sum + weight * mean[index]!, 0)
  return { bias, ...Object.fromEntries(subset.map((name, index) => [name, raw[index]])) }
}

/** Newton's method; the weights sum to one, so the ridge means the same for every number of rows. */
function train(all: readonly Row[], subset: readonly Input[]) {
  const values = all.map(({ signals }) => subset.map((name) => inputs[name](signals)))
  const total = all.reduce((sum, { weight }) => sum + weight, 0)
  const average = (of: (index: number) => number) => all.reduce((sum, row, i) => sum + row.weight * of(i), 0) / total
  const mean = subset.map((_, column) => average((i) => values[i]![column]!))
  const deviation = subset.map((_, column) => Math.sqrt(average((i) => (values[i]![column]! - mean[column]!) ** 2)))
  const design = values.map((row) => [...row.map((value, column) => (value - mean[column]!) / deviation[column]!), 1])
  const size = subset.length + 1
  const theta = new Array<number>(size).fill(0)
  for (let round = 0; round < 30; round++) {
    const system = Array.from({ length: size }, (_, i) => {
      const ridge = i < size - 1 ? 0.05 : 1e-6
      return Array.from({ length: size + 1 }, (_, j) => (j === size ? -ridge * theta[i]! : i === j ? ridge : 0))
    })
    design.forEach((x, index) => {
      const p = 1 / (1 + Math.exp(-x.reduce((sum, value, i) => sum + value * theta[i]!, 0)))
      const weight = all[index]!.weight / total
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) system[i]![j]! += weight * p * (1 - p) * x[i]! * x[j]!
        system[i]![size]! += weight * (all[index]!.live - p) * x[i]!
      }
    })
    solve(system).forEach((step, index) => {
      theta[index]! += step
    })
  }
  const score = (signals: Signals) =>
    subset.reduce(
      (sum, name, i) => sum + (theta[i]! * (inputs[name](signals) - mean[i]!)) / deviation[i]!,
      theta.at(-1)!,
    )
  return { theta, mean, deviation, score }
}

/** Gauss and Jordan; the ridge keeps every pivot away from zero. */
function solve(rows: number[][]): number[] {
  for (let column = 0; column < rows.length; column++) {
    for (let row = 0; row < rows.length; row++) {
      if (row === column) continue
      const factor = rows[row]![column]! / rows[column]![column]!
      for (let k = column; k <= rows.length; k++) rows[row]![k]! -= factor * rows[column]![k]!
    }
  }
  return rows.map((row, index) => row.at(-1)! / row[index]!)
}
