import { join } from 'node:path'
import * as v from 'valibot'
import { parsePolicy } from '../policy/parse'
import { piaDraft } from '../server/pia'
import { type Command, UsageError } from './command'
import { readJson } from './read-json'

const modelCard = v.looseObject({
  kind: v.literal('model'),
  id: v.string(),
  origin: v.string(),
  licence: v.string(),
  training: v.string(),
  output: v.looseObject({ meaning: v.string() }),
  outputs: v.array(v.looseObject({ file: v.string(), sha256: v.string() })),
})
const manifestSchema = v.object({ entries: v.array(v.looseObject({ kind: v.string() })) })
const figuresSchema = v.array(
  v.strictObject({ measure: v.string(), value: v.string(), set: v.string(), command: v.string() }),
)

/** `faceseal pia`: a draft of the impact assessment (L23), with the questions that only a human can answer left open. */
export const piaCommand: Command = {
  usage: `faceseal pia <config.json> [--locale zh-CN|en] [--html] [--date <YYYY-MM-DD>] [--figures <figures.json>]
      [--models <manifest.json>] [--json]
    Writes a draft of the personal information protection impact assessment, in Markdown or as a page, filled from the
    configuration, the models of this version and measured figures ([{ measure, value, set, command }]). It makes no
    finding: its open questions are marked. Exit code 1 when the configuration breaks a rule.`,
  takes: ['locale', 'date', 'figures', 'models'],
  flags: ['html', 'json'],
  positionals: 1,
  async run({ text, flags, positionals }, { out, assets }) {
    const { locale = 'zh-CN', date = new Date().toISOString().slice(0, 10), models, figures } = text
    if (locale !== 'zh-CN' && locale !== 'en') throw new UsageError('--locale takes zh-CN or en.')
    const configuration = parsePolicy(await readJson(positionals[0]!))
    const manifest = parse(manifestSchema, await readJson(models ?? join(assets, '..', 'model-cards.json')), 'models')
    const modelCards = manifest.entries
      .filter(({ kind }) => kind === 'model')
      .map((entry) => parse(modelCard, entry, 'models'))
    const measured = figures === undefined ? [] : parse(figuresSchema, await readJson(figures), 'figures')
    const draft = piaDraft({ configuration, modelCards, figures: measured, locale, date })
    const { markdown, html, openQuestions, earliestDeletion } = draft
    if (flags.has('json')) out(JSON.stringify({ locale, date, openQuestions, earliestDeletion, markdown, html }))
    else out((flags.has('html') ? html : markdown).trimEnd())
    return 0
  },
}

function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown, option: string): T {
  const parsed = v.safeParse(schema, value)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw new UsageError(`--${option}: ${v.getDotPath(issue) ?? 'shape'}: ${issue.message}`)
}
