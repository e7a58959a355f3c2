// npx tsx bench/mean.ts --set NAME=DIR [--set NAME=DIR …]
//
// Computes the public mean vectors of models/means: the mean over people of each person's mean embedding. Use people who
// are scored in no benchmark (never LFW), or the figures flatter. An aggregate of many people; no one can be read out.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../test/browser/harness.ts'
import { evaluateImages } from './browser-images.ts'
import { personOf } from './pairs.ts'
import { sharedContext, sharedSalt, sharedSecret } from './shared-token.ts'

const nets = { 'mobilefacenet-512': 'mobilefacenet', 'dlib-resnet-128': 'face-api' } as const

const { values } = parseArgs({ options: { set: { type: 'string', multiple: true, default: [] } } })
const sets = values.set.map((text) => {
  const at = text.indexOf('=')
  return { name: text.slice(0, at), folder: resolve(text.slice(at + 1)) }
})
if (sets.length === 0) {
  process.stderr.write('npx tsx bench/mean.ts --set NAME=DIR [--set NAME=DIR …]\n')
  process.exit(2)
}
const token = {
  secret: Buffer.from(sharedSecret).toString('base64'),
  salt: Buffer.from(sharedSalt).toString('base64'),
  context: sharedContext(2048),
}

await mkdir(`${root}models/means`, { recursive: true })
for (const [net, embedder] of Object.entries(nets)) {
  const people: Float32Array[] = []
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
    people.push(...[...byPerson.values()].map(meanOf))
    sources.push({ set: name, people: byPerson.size, images: used })
    process.stdout.write(`${net} ${name}: ${byPerson.size} people, ${used} of ${paths.length} images\n`)
  }
  const mean = meanOf(people)
  const text = {
    net,
    dimensions: mean.length,
    madeBy: 'bench/mean.ts',
    what: 'Mean over people of their mean unit-length embedding. Of none of them alone.',
    people: people.length,
    sources,
    float32: Buffer.from(mean.buffer).toString('base64'),
  }
  await writeFile(`${root}models/means/${net}.json`, `${JSON.stringify(text, null, 2)}\n`)
  process.stdout.write(`models/means/${net}.json: ${people.length} people, length ${Math.hypot(...mean).toFixed(4)}\n`)
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) for (let index = 0; index < sum.length; index++) sum[index]! += vector[index]!
  return Float32Array.from(sum, (value) => value / vectors.length)
}
