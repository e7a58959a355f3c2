// npm run pad -- --root DIR --labels FILE.csv --json OUT [--rate N] [--seconds N] [--signals FILE]
//
// Presentation-attack figures of the shipped worker's passive part over a CSV of file,label,attack[,subject,source]:
// label `live`, `spoof`, anything else is ignored; stills and clips, paths relative to DIR. Rates are fractions of 1,
// words as in ISO/IEC 30107-3. A live face that is not found counts as rejected; an attack in which no face is found
// counts as refused, for the capture never gets past it. --signals also writes what was measured of each file, which
// bench/pad/fit.ts reads.
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { areaUnderCurve, leastAcer, rateOf } from './figures.ts'
import { type Misjudged, misjudgedPage } from './html.ts'
import { lookAtFiles } from './run.ts'
import { type PadSample, readLabels, type Scored, scoreFile } from './samples.ts'

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string' },
    labels: { type: 'string' },
    json: { type: 'string' },
    rate: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '12' },
    signals: { type: 'string' },
  },
})
if (!values.root || !values.labels || !values.json) {
  process.stderr.write('npm run pad -- --root DIR --labels FILE.csv --json OUT\n')
  process.exit(2)
}

/** At and above it a face counts as live. Fixed before a set is looked at; the fusion is a probability. */
const threshold = 0.5

const samples = readLabels(await readFile(values.labels, 'utf8'))
const frames = await lookAtFiles({
  folder: resolve(values.root),
  paths: samples.map(({ file }) => file),
  sampling: { rate: Number(values.rate), seconds: Number(values.seconds) },
  report: (done, all) => process.stderr.write(done % 20 === 0 || done === all ? `${done}/${all} files\n` : ''),
})
const scored = samples.map((sample) => scoreFile(sample, frames.get(sample.file) ?? []))
const live = scored.filter(({ label }) => label === 'live')
const spoof = scored.filter(({ label }) => label === 'spoof')
const types = [...new Set(spoof.map(({ attack }) => attack))].sort()

const bpcer = rateOf(live.filter((sample) => !accepted(sample)).length, live.length)
const apcerAll = rateOf(spoof.filter(accepted).length, spoof.length)
const apcerOf = (attack: string) => {
  const ofType = spoof.filter((sample) => sample.attack === attack)
  return rateOf(ofType.filter(accepted).length, ofType.length)
}
const report = {
  bpcer: bpcer.rate,
  apcer: Object.fromEntries(types.map((type) => [type, apcerOf(type).rate])),
  /** Mean of BPCER and the APCER over all attacks together: types here have one to eight samples. */
  acer: (bpcer.rate + apcerAll.rate) / 2,
  auc: areaUnderCurve(...scoresOf((sample) => sample.liveness)),
  n: {
    live: live.length,
    spoof: spoof.length,
    ignored: samples.length - live.length - spoof.length,
    noFace: { live: count(live), spoof: count(spoof) },
  },
  thresholds: { liveness: threshold },
  bounds95: { bpcer, apcerAll, apcer: Object.fromEntries(types.map((type) => [type, apcerOf(type)])) },
  /** ISO/IEC 30107-3 looks at the worst type as well. */
  worstApcer: Math.max(...types.map((type) => apcerOf(type).rate)),
  /** Each signal alone, over files with a face; `leastAcer` with the threshold chosen in hindsight. */
  perNet: Object.fromEntries(
    Object.entries(signalReaders()).map(([name, read]) => {
      const [a, b] = scoresOf(read)
      return [name, { auc: areaUnderCurve(a, b), leastAcer: leastAcer(a, b) }]
    }),
  ),
}
await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
if (values.signals) await writeFile(values.signals, `${JSON.stringify(scored, null, 1)}\n`)
const wrong = scored.filter((sample) => sample.label !== 'other' && accepted(sample) !== (sample.label === 'live'))
const page = values.json.replace(/(\.json)?$/, '.html')
await writeFile(page, misjudgedPage(report, wrong.map(misjudged), resolve(values.root)))
process.stdout.write(`${JSON.stringify(report, null, 2)}\n${wrong.length} misjudged: ${page}\n`)

function accepted({ liveness }: Scored): boolean {
  return liveness !== undefined && liveness >= threshold
}

function count(list: readonly Scored[]): number {
  return list.filter(({ liveness }) => liveness === undefined).length
}

function scoresOf(read: (sample: Scored) => number | undefined): readonly [readonly number[], readonly number[]] {
  const of = (list: readonly Scored[]) => list.map(read).filter((score) => score !== undefined)
  return [of(live), of(spoof)]
}

function signalReaders(): Readonly<Record<string, (sample: Scored) => number | undefined>> {
  return {
    fusion: ({ liveness }) => liveness,
    'minifasnet crop 1': ({ signals }) => signals?.net[0],
    'minifasnet crop 2.7': ({ signals }) => signals?.net[1],
    'chroma grain (negated)': ({ signals }) => signals && -signals.chromaGrain,
    'red shading': ({ signals }) => signals?.redShading,
  }
}

function misjudged({ file, label, attack, liveness, signals }: Scored & PadSample): Misjudged {
  return { file, label, attack, liveness, signals }
}
