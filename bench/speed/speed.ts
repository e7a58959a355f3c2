// npm run bench -- --json OUT [--quick] [--root DIR] [--only faceseal,human,…] [--soak MINUTES]
//
// FaceSeal beside what people use today, in one headless Chromium, on one thread of WASM each, with the same pictures and
// the same video, taking turns. Up to ten minutes on two quiet cores; --quick a minute. --root: other pictures.
// --soak: a capture of so many minutes more, for its memory.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { contestants } from './contestant.ts'
import { installContestants } from './install.ts'
import { reportOf } from './report.ts'
import { runBench } from './run.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    root: { type: 'string' },
    only: { type: 'string' },
    soak: { type: 'string' },
  },
})
if (!values.json) {
  process.stderr.write('npm run bench -- --json OUT [--quick] [--root DIR] [--only faceseal,human,…]\n')
  process.exit(2)
}
const names = v.parse(v.array(v.picklist(contestants)), values.only?.split(',') ?? [...contestants])
if (names.includes('human') || names.includes('face-api.js')) await installContestants()
const size = values.quick
  ? { rounds: 2, frames: 10, starts: 1, paths: 1, verifications: 20 }
  : { rounds: 8, frames: 79, starts: 3, paths: 4, verifications: 200 }
const started = Date.now()
const result = await runBench({
  ...size,
  names,
  pictures: values.root,
  soak: values.soak ? Number(values.soak) : undefined,
  say: (line) => process.stderr.write(`${Math.round((Date.now() - started) / 1000)} s  ${line}\n`),
})
const report = { ...reportOf(result), quick: values.quick, seconds: Math.round((Date.now() - started) / 1000) }
await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
const { contestants: measured, ratios } = report
process.stdout.write(`${JSON.stringify({ contestants: measured, ratios }, null, 2)}\n`)
