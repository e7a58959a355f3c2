// npx tsx bench/plots/draw.ts IN.json [IN.json …] --plots DIR [--page docs/protection.md] [--accuracy docs/accuracy.md]
//   [--quality docs/quality.md]
//
// Draws the figures of docs/ from JSON that evaluations wrote (their top-level parts together, later files first), and
// writes the tables of the pages anew. The prose around them is by hand: read it again when figures move.
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { withTables } from '../common/markdown.ts'
import { accuracySchema, accuracyTables } from '../eval/accuracy-tables.ts'
import type { ProtectionReport } from '../protection/protection.ts'
import { protectionTables } from '../protection/tables.ts'
import { qualitySchema, qualityTables } from '../quality/tables.ts'
import { writePlots } from './plots.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    plots: { type: 'string' },
    page: { type: 'string' },
    accuracy: { type: 'string' },
    quality: { type: 'string' },
  },
})
if (positionals.length === 0) {
  process.stderr.write('npx tsx bench/plots/draw.ts IN.json [IN.json …] --plots DIR [--page FILE.md]\n')
  process.exit(2)
}
const report: Record<string, unknown> = {}
for (const file of positionals) {
  Object.assign(report, v.parse(v.record(v.string(), v.unknown()), JSON.parse(await readFile(file, 'utf8'))))
}
if (values.plots) process.stdout.write(`${(await writePlots(report, values.plots)).join('\n')}\n`)
if (values.page) {
  const protection = v.parse(v.custom<ProtectionReport>(isProtection, 'no protection report'), report.protection)
  await writeFile(values.page, withTables(await readFile(values.page, 'utf8'), protectionTables(protection)))
}
if (values.accuracy) {
  const accuracy = v.parse(accuracySchema, report)
  await writeFile(values.accuracy, withTables(await readFile(values.accuracy, 'utf8'), accuracyTables(accuracy)))
}
if (values.quality) {
  const quality = v.parse(qualitySchema, report)
  await writeFile(values.quality, withTables(await readFile(values.quality, 'utf8'), qualityTables(quality)))
}

/** Our own file: its parts are looked for, not each number. */
function isProtection(value: unknown): boolean {
  const parts = ['unlinkability', 'chance', 'inversion', 'search', 'climbing', 'levels', 'distances']
  return typeof value === 'object' && value !== null && parts.every((part) => part in value)
}
