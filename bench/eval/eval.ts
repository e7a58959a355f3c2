// npm run eval -- --pairs FILE.csv --root DIR --json OUT [--embedder NAME] [--limit N] [--bits N] [--all-pairs]
//                 [--operating-points] [--groups FILE.csv] [--detector NAME] [--backend NAME]
//                 [--protection] [--plots DIR] [--embeddings FILE.json]
//
// Runs the shipped pipeline in headless Chromium over a CSV of left,right,same[,fold] and writes figures as JSON. Rates
// are fractions of 1. An image in which no face is found makes its pairs wrong.
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { standardThresholds } from '../../src/server/thresholds.ts'
import { embedderName, type TemplateBits } from '../../src/wire/ceremony-options.ts'
import { hammingDistance, protectWithToken } from '../../src/worker/protect.ts'
import { centredCosine } from '../../src/worker/vision/vectors.ts'
import { evaluateImages, type ImageResult, type ImageRun } from '../common/browser-images.ts'
import { writePlots } from '../plots/plots.ts'
import { runProtection } from '../protection/protection.ts'
import { tokenOf } from '../protection/tokens.ts'
import { shippedAgreement } from './agreement.ts'
import { type AllPairs, compareAll } from './all-pairs.ts'
import { writeEmbeddings } from './embeddings.ts'
import { figuresByGroup, type GroupedImage, readGroups } from './groups.ts'
import { type Comparison, deviation, foldOf, mean, percentile, verificationFigures } from './metrics.ts'
import { type OperatingPoints, operatingPoints, type Sample } from './operating-points.ts'
import { type Pair, personOf, readPairs } from './pairs.ts'
import { sharedContext, sharedSalt, sharedSecret } from './shared-token.ts'

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string' },
    root: { type: 'string' },
    json: { type: 'string' },
    embedder: { type: 'string', default: 'mobilefacenet' },
    limit: { type: 'string' },
    bits: { type: 'string', default: '2048' },
    'all-pairs': { type: 'boolean', default: false },
    'operating-points': { type: 'boolean', default: false },
    groups: { type: 'string' },
    protection: { type: 'boolean', default: false },
    plots: { type: 'string' },
    embeddings: { type: 'string' },
    detector: { type: 'string' },
    backend: { type: 'string' },
  },
})
if (!values.pairs || !values.root || !values.json) {
  process.stderr.write('npm run eval -- --pairs FILE.csv --root DIR --json OUT [--embedder NAME] [--limit N]\n')
  process.exit(2)
}
const embedder = v.parse(embedderName, values.embedder)
const bits: TemplateBits = values.bits === '1024' ? 1024 : 2048
const folder = resolve(values.root)
const pairs = await readPairs(values.pairs, values.limit ? Number(values.limit) : undefined)
const paths = [...new Set(pairs.flatMap(({ left, right }) => [left, right]))]
const started = Date.now()

const run = await evaluateImages({
  embedder,
  folder,
  paths,
  token: {
    secret: Buffer.from(sharedSecret).toString('base64'),
    salt: Buffer.from(sharedSalt).toString('base64'),
    context: sharedContext(bits),
  },
  ...(values.detector && { detector: v.parse(v.picklist(['mediapipe', 'blazeface']), values.detector) }),
  ...(values.backend && { backend: v.parse(v.picklist(['wasm', 'webgl']), values.backend) }),
  report: (done, all) => {
    const rate = (done / (Date.now() - started)) * 1000
    const line = `${done}/${all} images, ${rate.toFixed(1)}/s`
    process.stderr.write(process.stderr.isTTY ? `\r${line}` : done % 640 === 0 || done === all ? `${line}\n` : '')
  },
})
const agreement = await shippedAgreement(run, embedder, folder, bits)

const found = [...run.images.values()].filter((image) => image !== undefined)
const sameTokenDistances = pairs.map((pair) => distanceOf(run.images.get(pair.left), run.images.get(pair.right)))
const impostorDistances = sameTokenDistances.flatMap((d, i) => (d === undefined || pairs[i]!.same ? [] : [d / bits]))
const report = {
  pairs: pairs.length,
  genuine: pairs.filter(({ same }) => same).length,
  impostor: pairs.filter(({ same }) => !same).length,
  images: paths.length,
  undetectedImages: paths.length - found.length,
  undetected: paths.filter((path) => !run.images.get(path)),
  embedder,
  ...run.started,
  float: figuresOf(
    pairs.map((pair) => cosineOf(run, pair)),
    true,
  ),
  protected: {
    bits,
    sameToken: figuresOf(sameTokenDistances.map((distance) => distance && -distance / bits)),
    separateToken: figuresOf(await separateTokenScores(run, pairs)),
    impostorDistance: { mean: mean(impostorDistances), deviation: deviation(impostorDistances) },
  },
  latencyMs: latencies(found),
  shippedWorkerAgrees: agreement.agreed,
  shippedWorkerCompared: agreement.compared,
  gateWouldAccept: found.filter(({ hint }) => hint === undefined).length,
  seconds: Math.round((Date.now() - started) / 1000),
  ...(values['all-pairs'] && { allPairs: everyPair(run, paths) }),
  ...(values['operating-points'] && { operatingPoints: await pointsOf(run, paths) }),
  ...(values.groups && { groups: await groupsOf(run, values.groups) }),
  ...(values.protection && {
    protection: await runProtection(run, paths, { embedder, bits, modelId: run.started.model }),
  }),
}
await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
if (values.plots) await writePlots(report, values.plots)
if (values.embeddings) await writeEmbeddings(values.embeddings, run)
const { undetected, allPairs, protection, ...shown } = report
const { curve, ...rates } = allPairs ?? {}
process.stdout.write(`${JSON.stringify({ ...shown, ...(allPairs && { allPairs: rates }) }, null, 2)}\n`)
// A worker that ships something else than what was measured makes every figure above worthless.
process.exit(agreement.agreed === agreement.compared && agreement.compared > 0 ? 0 : 1)

/** With `named`, the pairs that were decided wrongly are listed by their files. */
function figuresOf(scores: readonly (number | undefined)[], named = false) {
  const comparisons = scores.map((score, index): Comparison => {
    const { same, fold } = pairs[index]!
    return { score, same, fold: fold ?? foldOf(index, pairs.length) }
  })
  const { wrong, ...figures } = verificationFigures(comparisons)
  const list = wrong.map((index) => ({ ...pairs[index]!, score: scores[index] }))
  return named ? { ...figures, wrong: list } : figures
}

function cosineOf({ images, mean: centre }: ImageRun, { left, right }: Pair): number | undefined {
  const [a, b] = [images.get(left), images.get(right)]
  return a && b && centredCosine(a.embedding, b.embedding, centre)
}

function distanceOf(a: ImageResult | undefined, b: ImageResult | undefined): number | undefined {
  return a && b && hammingDistance(a.template, b.template)
}

/** Each claimed identity has its own token: a stranger's template is made with the stranger's, as long as none is stolen. */
async function separateTokenScores(
  { images, mean: centre }: ImageRun,
  list: readonly Pair[],
): Promise<readonly (number | undefined)[]> {
  const tokenOf = (name: string) => new Uint8Array(createHash('sha256').update(`faceseal eval ${name}`).digest())
  const scores: (number | undefined)[] = []
  for (const [index, { left, right, same }] of list.entries()) {
    const [a, b] = [images.get(left), images.get(right)]
    if (!a || !b) {
      scores.push(undefined)
      continue
    }
    const enrolled = await protectWithToken(a.embedding, centre, tokenOf(`${index}`), bits)
    const probe = await protectWithToken(b.embedding, centre, tokenOf(same ? `${index}` : `${index} stranger`), bits)
    scores.push(-hammingDistance(enrolled, probe) / bits)
  }
  return scores
}

function everyPair({ images, mean: centre }: ImageRun, list: readonly string[]): AllPairs {
  const results = list.map((path) => images.get(path))
  const centred = results.map((image) => {
    const difference = image?.embedding.map((value, index) => value - centre[index]!)
    const length = difference && Math.hypot(...difference)
    return difference?.map((value) => value / length!)
  })
  return compareAll(
    list.map(personOf),
    centred,
    results.map((image) => image && wordsOf(image.template)),
  )
}

/** Both template lengths from one run, under a token that all share. */
async function pointsOf({ images, mean: centre, started: { model } }: ImageRun, list: readonly string[]) {
  const points: Record<string, OperatingPoints> = {}
  for (const length of [2048, 1024] as const) {
    const device = { secret: sharedSecret, salt: sharedSalt }
    const token = await tokenOf(device, { ...sharedContext(length), modelId: model })
    const samples: Sample[] = []
    for (const path of list) {
      const image = images.get(path)
      const template = image && wordsOf(await protectWithToken(image.embedding, centre, token, length))
      samples.push({ person: personOf(path), template })
    }
    points[length] = operatingPoints(samples)
  }
  return points
}

async function groupsOf({ images }: ImageRun, file: string) {
  const groups = await readGroups(file)
  const pictures = new Map(
    paths.map((path): [string, GroupedImage] => {
      const image = images.get(path)
      return [path, { person: personOf(path), template: image && wordsOf(image.template), hint: image?.hint }]
    }),
  )
  const columns = [...new Set([...groups.values()].flatMap((row) => Object.keys(row)))]
  const thresholds = standardThresholds[embedder]?.[bits] ?? {}
  return Object.fromEntries(columns.map((column) => [column, figuresByGroup(pictures, groups, column, thresholds)]))
}

function wordsOf(template: Uint8Array): Uint32Array {
  return new Uint32Array(template.slice().buffer)
}

function latencies(images: readonly ImageResult[]) {
  const stage = (name: keyof ImageResult['times']) => {
    const times = images.map((image) => image.times[name])
    const rounded = (share: number) => Math.round(percentile(times, share) * 10) / 10
    return { p50: rounded(0.5), p95: rounded(0.95) }
  }
  return { detect: stage('detect'), landmarks: stage('landmarks'), embed: stage('embed'), protect: stage('protect') }
}
