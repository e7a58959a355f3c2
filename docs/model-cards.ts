// Writes docs/models.md, a card for each net, from models/manifest.json: `tsx docs/model-cards.ts`. `--check` fails when the
// page says something else than the manifest.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { manifest } from '../models/manifest.ts'
import type { ManifestEntry } from '../models/manifest-schema.ts'

type Model = Extract<ManifestEntry, { kind: 'model' }>

const target = fileURLToPath(new URL('./models.md', import.meta.url))

const page = `${[
  '# Model cards',
  '',
  '<!-- Written by docs/model-cards.ts from models/manifest.json. -->',
  '',
  'Every net that FaceSeal runs, all inside the worker without network. None of them is ours: the weights come from npm',
  'packages, pinned by hash, and `models/prepare.ts` converts what must be converted. How sure the whole pipeline is:',
  '[accuracy](accuracy.md), [quality gate](quality.md), [liveness](liveness.md), [template protection](protection.md).',
  '',
  'No net for age, sex, emotion or ethnicity is loaded or shipped.',
  ...manifest.entries.flatMap((entry) => (entry.kind === 'model' ? card(entry) : [])),
].join('\n')}\n`

if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== page) {
    process.stderr.write('docs/models.md is not what models/manifest.json says: npx tsx docs/model-cards.ts\n')
    process.exit(1)
  }
} else await writeFile(target, page)

function card(model: Model): readonly string[] {
  const { name, version } = manifest.packages[model.package]!
  const bytes = model.outputs.reduce((sum, output) => sum + output.bytes, 0)
  const { input, output } = model
  return [
    '',
    `## ${model.id}`,
    '',
    model.use,
    '',
    '| | |',
    '|---|---|',
    `| Origin | ${model.origin} |`,
    `| Package | \`${name}@${version}\`, ${model.sources.map(({ path }) => `\`${path}\``).join(', ')} |`,
    `| Licence | ${model.licence} |`,
    `| Trained on | ${model.training} |`,
    `| Input | ${shapeOf(input.shape)} ${input.layout}, ${input.channels}, ${input.range} |`,
    `| Output | ${shapeOf(output.shape)}: ${output.meaning} |`,
    `| Size | ${(bytes / 1e6).toFixed(2)} MB in ${model.outputs.length === 1 ? 'one file' : `${model.outputs.length} files`} |`,
    ...(model.thresholds ?? []).map(({ measure, value, source }) => `| Bound | ${measure}: ${value} (${source}) |`),
    '',
    ...(model.figures.length === 0
      ? []
      : [
          '| Measured | | Set | Command |',
          '|---|---|---|---|',
          ...model.figures.map(
            ({ measure, value, set, command }) => `| ${measure} | ${value} | ${set} | \`${command}\` |`,
          ),
          '',
        ]),
    '**Limits**',
    '',
    ...model.limits.map((limit) => `- ${limit}.`),
  ]
}

function shapeOf(shape: readonly number[]): string {
  return `[${shape.map((side) => (side < 0 ? 'any' : side)).join(', ')}]`
}
