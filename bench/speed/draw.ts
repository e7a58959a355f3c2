// npx tsx bench/speed/draw.ts OUT
//
// Tables of docs/performance.md and docs/figures/speed.svg, from the JSON of `npm run bench`. The prose is by hand.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { withTables } from '../common/markdown.ts'
import { renderBars } from './bars.ts'
import type { SpeedReport } from './report.ts'
import { frameBars, speedTables } from './tables.ts'

const docs = fileURLToPath(new URL('../../docs/', import.meta.url))
const [file] = process.argv.slice(2)
if (!file) {
  process.stderr.write('npx tsx bench/speed/draw.ts OUT\n')
  process.exit(2)
}
const report: SpeedReport = JSON.parse(await readFile(file, 'utf8'))
const page = `${docs}performance.md`
await writeFile(page, withTables(await readFile(page, 'utf8'), speedTables(report)))
const bars = frameBars(report)
const description = `Milliseconds of one frame, on a logarithmic scale: ${bars.map(({ name, text }) => `${name} ${text}`).join(', ')}.`
await writeFile(`${docs}figures/speed.svg`, renderBars('One frame, milliseconds (logarithmic)', description, bars))
