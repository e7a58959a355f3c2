// npx tsx bench/eval/thresholds.ts EVAL.json [EVAL.json …]
//
// Writes src/server/thresholds.json from what `npm run eval -- … --operating-points --json EVAL.json` found, one file an
// embedder. What no given file speaks of stays as it is.
import { readFile, writeFile } from 'node:fs/promises'
import * as v from 'valibot'
import table from '../../src/server/thresholds.json' with { type: 'json' }
import { embedderName } from '../../src/wire/ceremony-options.ts'
import { root } from '../../test/browser/harness.ts'

const point = v.object({ threshold: v.pipe(v.number(), v.minValue(0), v.maxValue(0.5)) })
const reportSchema = v.object({
  embedder: embedderName,
  model: v.string(),
  operatingPoints: v.record(
    v.picklist(['2048', '1024']),
    v.object({ points: v.object({ convenient: point, standard: point, strict: point }) }),
  ),
})

const files = process.argv.slice(2)
if (files.length === 0) {
  process.stderr.write('npx tsx bench/eval/thresholds.ts EVAL.json [EVAL.json …]\n')
  process.exit(2)
}
const next: Record<string, unknown> = { ...table }
for (const file of files) {
  const { embedder, model, operatingPoints } = v.parse(reportSchema, JSON.parse(await readFile(file, 'utf8')))
  const bits = Object.entries(operatingPoints).map(([length, { points }]) => {
    const { convenient, standard, strict } = points
    return [length, { convenient: convenient.threshold, standard: standard.threshold, strict: strict.threshold }]
  })
  next[embedder] = { model, bits: Object.fromEntries(bits) }
}
await writeFile(`${root}src/server/thresholds.json`, `${JSON.stringify(next, null, 2)}\n`)
