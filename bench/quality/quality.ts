// npx tsx bench/quality/quality.ts --root DIR --json OUT [--people N] [--copies N] [--level LEVEL] [--samples FILE]
//
// What the capture gate is worth: looks at pictures of ../shared/faces and at degraded copies of them with the worker's
// modules, and writes how often a person is wrongly refused at the backend's fixed threshold with and without the gate.
// --people: people of LFW (170). --copies: degraded copies of each picture (6).
// --samples: measurements are kept in this file, and not made again; the gate's bounds are applied afterwards, so that
// other bounds need no other run.
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import means from '../../models/means/mobilefacenet-512.json' with { type: 'json' }
import { maxDistance } from '../../src/server/thresholds.ts'
import { deriveToken, protectWithToken } from '../../src/worker/protect.ts'
import { seededRandom } from '../common/random.ts'
import { personOf, readPairs } from '../eval/pairs.ts'
import { sharedContext, sharedSalt, sharedSecret } from '../eval/shared-token.ts'
import { type Copy, copyKinds } from './degrade.ts'
import {
  boundsOf,
  type Clip,
  captureFigures,
  conditionsOf,
  detectorScores,
  eyesOf,
  floats,
  groupBy,
  type Look,
  lookOf,
  personFigures,
  refusals,
  rejectCurve,
} from './figures.ts'
import { type Examined, examineFiles, type Job } from './run.ts'

const { values } = parseArgs({
  options: {
    root: { type: 'string' },
    json: { type: 'string' },
    people: { type: 'string', default: '170' },
    copies: { type: 'string', default: '6' },
    level: { type: 'string', default: 'standard' },
    samples: { type: 'string' },
  },
})
if (!values.root || !values.json) {
  process.stderr.write(
    'npx tsx bench/quality/quality.ts --root DIR --json OUT [--people N] [--copies N] [--samples FILE]\n',
  )
  process.exit(2)
}
const folder = resolve(values.root)
const level = v.parse(v.picklist(['convenient', 'standard', 'strict']), values.level)
const threshold = maxDistance({ embedder: 'mobilefacenet', bits: 2048, level }) / 2048
const clean: Copy = { kind: 'clean', level: 0, seed: 0 }

const files = await filesOf(values.samples)
const mean = floats(means.float32)
const token = await sharedToken()
const looks: Look[] = []
for (const { path, results } of files) {
  if (results.length === 0)
    looks.push({ path, set: setOf(path), person: personIn(path), copy: clean, t: 0, early: 'no_face', detected: 0 })
  for (const seen of results) {
    const look = lookOf(path, setOf(path), personIn(path), seen)
    const template = look.embedding && (await protectWithToken(look.embedding, mean, token, 2048))
    looks.push(template ? { ...look, template: new Uint32Array(template.buffer) } : look)
  }
}

const of = (set: string) => looks.filter((look) => look.set === set)
const groups = await groupsOfLondon()
const clips: Clip[] = [...groupBy(of('video'), ({ path }) => path)].map(([path, frames]) => ({ path, frames }))
const both = [...of('london'), ...of('lfw')]
const report = {
  threshold: { level, fraction: threshold, bits: 2048 },
  people: { london: people('london'), lfw: people('lfw') },
  conditions: conditionsOf(both, threshold),
  conditionsBySet: { london: conditionsOf(of('london'), threshold), lfw: conditionsOf(of('lfw'), threshold) },
  reject: rejectCurve(both, threshold),
  bounds: boundsOf(both, threshold),
  byGroup: refusals(of('london'), ({ person }) => groups.get(person) ?? []),
  acquisition: captureFigures({ london: of('london'), cc0_selfies: of('cc0_selfies') }, clips),
  realCovers: refusals([...of('conditions'), ...of('derived'), ...of('yale'), ...of('deepface')], labelOf),
  eyes: eyesOf(clips),
  detector: detectorScores({
    london: of('london'),
    lfw: of('lfw'),
    cc0_selfies: of('cc0_selfies'),
    clips: of('video'),
  }),
  samePerson: personFigures(clips, mean),
}
await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
for (const [name, { n, refused, fnmrAll, fnmrAccepted }] of Object.entries(report.conditions)) {
  const percent = (rate: number) => `${(100 * rate).toFixed(1)} %`.padStart(8)
  const line = [refused.rate, fnmrAll.rate, fnmrAccepted.rate].map(percent).join('')
  process.stdout.write(`${name.padEnd(16)}${String(n).padStart(6)}${line}\n`)
}

/** What `file` holds already is not measured again. */
async function filesOf(file: string | undefined): Promise<readonly Examined[]> {
  const kept = file ? await readFile(file, 'utf8').catch(() => '') : ''
  const done: Examined[] = kept.split('\n').flatMap((line) => (line ? [JSON.parse(line)] : []))
  const known = new Set(done.map(({ path }) => path))
  const wanted = await jobsOf()
  const started = Date.now()
  await examineFiles(
    folder,
    wanted.filter(({ path }) => !known.has(path)),
    async (found) => {
      done.push(...found)
      if (file) await appendFile(file, found.map((one) => `${JSON.stringify(one)}\n`).join(''))
      const seconds = Math.round((Date.now() - started) / 1000)
      process.stderr.write(`${done.length}/${wanted.length} files, ${seconds} s\n`)
    },
  )
  return done
}

async function jobsOf(): Promise<readonly Job[]> {
  const stills = async (directory: string): Promise<readonly string[]> =>
    (await readdir(`${folder}/${directory}`))
      .filter((name) => /\.(jpe?g|png)$/i.test(name))
      .sort()
      .map((name) => `${directory}/${name}`)
  const london = await stills('london/images')
  const others = await Promise.all(
    ['cc0_selfies/images', 'conditions/images', 'conditions/derived', 'yale/images', 'deepface/images'].map(stills),
  )
  const clipNames = (await readdir(`${folder}/video`)).filter((name) => name.endsWith('.mp4')).sort()
  return [
    ...(await lfwJobs(Number(values.people), Number(values.copies))),
    ...others.flat().map((path) => ({ path, copies: [clean] })),
    ...london.map((path) => ({
      path,
      copies: path.includes('_neutral') ? [clean] : copiesOf(path, Number(values.copies)),
    })),
    ...clipNames.map((name) => ({ path: `video/${name}`, copies: [clean], clip: { rate: 2, seconds: 16 } })),
  ]
}

/** The first matched pair of evenly chosen people: one picture as it is, the other with its copies. */
async function lfwJobs(count: number, copies: number): Promise<readonly Job[]> {
  const pairs = (await readPairs(`${folder}/lfw/pairs.csv`)).filter(({ same }) => same)
  const first = [...groupBy(pairs, ({ left }) => personOf(left)).values()].map(([pair]) => pair!)
  const chosen = first.filter(
    (_, index) => Math.floor((index * count) / first.length) !== Math.floor(((index - 1) * count) / first.length),
  )
  return chosen.flatMap(({ left, right }) => [
    { path: `lfw/${left}`, copies: [clean] },
    { path: `lfw/${right}`, copies: copiesOf(right, copies) },
  ])
}

/** The picture as it is and `count` kinds of degraded copies, at levels drawn once for this path. */
function copiesOf(path: string, count: number): readonly Copy[] {
  const random = seededRandom([...path].reduce((hash, c) => Math.imul(hash ^ c.charCodeAt(0), 16777619), 2166136261))
  const kinds = copyKinds.filter((kind) => kind !== 'clean').map((kind) => ({ kind, order: random() }))
  const chosen = kinds.sort((a, b) => a.order - b.order).slice(0, count)
  return [clean, ...chosen.map(({ kind }) => ({ kind, level: random(), seed: Math.floor(random() * 2 ** 32) }))]
}

function setOf(path: string): string {
  return path.includes('/derived/') ? 'derived' : path.slice(0, path.indexOf('/'))
}

function personIn(path: string): string {
  return personOf(path)
}

function people(set: string): number {
  return new Set(of(set).map(({ person }) => person)).size
}

/** What the file's name says is in the picture. */
function labelOf({ path, set }: Look): readonly string[] {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.[a-z]+$/, '')
  if (set === 'conditions') return [`conditions/${name.replace(/_[^_]*$|\d+$/, '')}`]
  if (set === 'derived') return [`derived/${name.replace(/^\d+_/, '')}`]
  return [set]
}

async function groupsOfLondon(): Promise<ReadonlyMap<string, readonly string[]>> {
  const lines = (await readFile(`${folder}/london/info.csv`, 'utf8')).trim().split(/\r?\n/).slice(1)
  return new Map(
    lines.map((line) => {
      const [id = '', , gender = '', ethnicity = ''] = line.split(',')
      return [id, [gender, ethnicity]]
    }),
  )
}

async function sharedToken(): Promise<Uint8Array<ArrayBuffer>> {
  const secret = await crypto.subtle.importKey('raw', sharedSecret, 'HKDF', false, ['deriveBits'])
  return deriveToken(secret, sharedSalt, { ...sharedContext(2048), modelId: 'bench' })
}
