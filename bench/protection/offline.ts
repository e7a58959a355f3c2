// npx tsx bench/protection/offline.ts --embeddings FILE.json --json OUT [--embedder NAME] [--bits N] [--limit N]
//
// The attacks of bench/protection/protection.ts on embeddings that `npm run eval -- … --embeddings FILE.json` kept.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { embedderName } from '../../src/wire/ceremony-options.ts'
import { readEmbeddings } from '../eval/embeddings.ts'
import { runProtection } from './protection.ts'

const { values } = parseArgs({
  options: {
    embeddings: { type: 'string' },
    json: { type: 'string' },
    embedder: { type: 'string', default: 'mobilefacenet' },
    bits: { type: 'string', default: '2048' },
    limit: { type: 'string' },
  },
})
if (!values.embeddings || !values.json) {
  process.stderr.write('npx tsx bench/protection/offline.ts --embeddings FILE.json --json OUT\n')
  process.exit(2)
}
const run = await readEmbeddings(values.embeddings)
const paths = [...run.images.keys()].slice(0, values.limit ? Number(values.limit) : undefined)
const started = Date.now()
const protection = await runProtection(run, paths, {
  embedder: v.parse(embedderName, values.embedder),
  bits: values.bits === '1024' ? 1024 : 2048,
  modelId: values.embedder,
  report: (stage) => process.stderr.write(`${Math.round((Date.now() - started) / 1000)} s: ${stage}\n`),
})
await writeFile(values.json, `${JSON.stringify({ protection })}\n`)
