// npx tsx bench/eval/mean.ts --set NAME=DIR [--set NAME=DIR …]
//
// Computes the public mean vectors of models/means: the mean over people of each person's mean embedding. Use people who
// are scored in no benchmark (never LFW), or the figures flatter. An aggregate of many people; no one can be read out.
// What the sets do not agree on is their photographers' and chance, not the net's: the mean is shrunk by the share of it
// that they have in common (an empirical Bayes estimate of one direction, after James and Stein 1961).
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../../test/browser/harness.ts'
import { evaluateImages } from '../common/browser-images.ts'
import { personOf } from './pairs.ts'
import { sharedContext, sharedSalt, sharedSecret } from './shared-token.ts'

const nets = { 'mobilefacenet-512': 'mobilefacenet', 'dlib-resnet-128': 'face-api' } as const

const { values } = parseArgs({ options: { set: { type: 'string', multiple: true, default: [] } } })
const sets = values.set.map((text) => {
  const at = text.indexOf('=')
  return { name: text.slice(0, at), folder: resolve(text.slice(at + 1)) }
})
if (sets.length === 0) {
  process.stderr.write('npx tsx bench/eval/mean.ts --set NAME=DIR [--set NAME=DIR …]\n')
  process.exit(2)
}
const token = {
  secret: Buffer.from(sharedSecret).toString('base64'),
  salt: Buffer.from(sharedSalt).toString('base64'),
  context: sharedContext(2048),
}

await mkdir(`${root}models/means`, { recursive: true })
for (const [net, embedder] of Object.entries(nets)) {
  const people: Float32Array[][] = []
  const sources: { set: string; people: number; images: number }[] = []
  for (const { name, folder } of sets) {
    const paths = (await readdir(folder, { recursive: true })).filter((path) => /\.(jpe?g|png)$/i.test(path)).sort()
    const { images } = await evaluateImages({ embedder, folder, paths, token })
    const byPerson = new Map<string, Float32Array[]>()
    let used = 0
    for (const [path, image] of images) {
      if (!image) continue
      const person = `${dirname(path)}/${personOf(path)}`
      byPerson.set(person, [...(byPerson.get(person) ?? []), image.embedding])
      used += 1
    }
    people.push([...byPerson.values()].map(meanOf))
    sources.push({ set: name, people: byPerson.size, images: used })
    process.stdout.write(`${net} ${name}: ${byPerson.size} people, ${used} of ${paths.length} images\n`)
  }
  const plain = meanOf(people.flat())
  const common = commonShare(people.map(meanOf), plain)
  const mean = plain.map((value) => value * common)
  const text = {
    net,
    dimensions: mean.length,
    madeBy: 'bench/eval/mean.ts',
    what: 'Mean over people of their mean unit-length embedding, times the share that the sets have in common. Of none of them alone.',
    people: people.flat().length,
    common: Math.round(1000 * common) / 1000,
    sources,
    float32: Buffer.from(mean.buffer).toString('base64'),
  }
  await writeFile(`${root}models/means/${net}.json`, `${JSON.stringify(text, null, 2)}\n`)
  process.stdout.write(`models/means/${net}.json: ${text.people} people, length ${Math.hypot(...mean).toFixed(4)}\n`)
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) for (let index = 0; index < sum.length; index++) sum[index]! += vector[index]!
  return Float32Array.from(sum, (value) => value / vectors.length)
}

/** Mean dot product of two different sets' means over the squared length of the whole mean; 1 for a single set. */
function commonShare(sets: readonly Float32Array[], whole: Float32Array): number {
  const products = sets.flatMap((a, index) => sets.slice(index + 1).map((b) => dot(a, b)))
  if (products.length === 0) return 1
  return Math.min(1, Math.max(0, products.reduce((sum, value) => sum + value, 0) / products.length / dot(whole, whole)))
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0)
}
