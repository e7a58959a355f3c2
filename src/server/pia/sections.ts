import { inLocale, type LocaleText } from '../../policy/locale-text'
import type { PolicyConfiguration } from '../../policy/schema'
import type { PiaBlock, PiaSection } from './document'
import { OpenQuestions } from './questions'
import type { PiaWords } from './words'

/** Of a model in models/manifest.json, what a reader of the assessment needs. */
export interface PiaModelCard {
  readonly id: string
  readonly origin: string
  readonly licence: string
  readonly training: string
  readonly output: { readonly meaning: string }
  readonly outputs: readonly { readonly file: string; readonly sha256: string }[]
}

/** A measured figure, with where it was measured and how to repeat it. */
export interface PiaFigure {
  readonly measure: string
  /** With its uncertainty. */
  readonly value: string
  readonly set: string
  readonly command: string
}

export interface PiaFacts {
  readonly configuration: PolicyConfiguration
  readonly modelCards: readonly PiaModelCard[]
  readonly figures: readonly PiaFigure[]
  readonly locale: 'zh-CN' | 'en'
  readonly date: string
  readonly earliestDeletion: string
  readonly words: PiaWords
}

export interface PiaSections {
  readonly sections: readonly PiaSection[]
  /** How many questions were left open. */
  readonly open: number
}

/** The contents that PIPL 56 and O19 art. 9 ask for, in their order. */
export function piaSections(facts: PiaFacts): PiaSections {
  const { words, configuration } = facts
  const { questions, sections } = words
  const open = new OpenQuestions()
  const ask = (texts: readonly string[], ...more: readonly (string | false)[]) =>
    open.ask(...texts, ...more.filter((text) => text !== false))
  const made: PiaSection[] = [
    { ...sections.processing, blocks: [processing(facts)] },
    {
      ...sections.necessity,
      blocks: [
        necessity(facts),
        ...ask(questions.necessity, configuration.necessity.necessary && questions.necessaryClaim),
      ],
    },
    {
      ...sections.effects,
      blocks: [
        fieldTable(words, [['risks', standardOr(facts, configuration.risks, words.standard.risks)]]),
        ...ask(
          questions.effects,
          configuration.guardian !== undefined && questions.guardian,
          configuration.grantDuration.kind !== 'single-use' && questions.standing,
        ),
      ],
    },
    { ...sections.leaks, blocks: [table(words.leakHead, words.leaks), ...ask(questions.leaks)] },
    {
      ...sections.measures,
      blocks: [
        table(words.measureHead, words.measures),
        ...ask(questions.measures, configuration.recipients !== 'none' && questions.recipients),
      ],
    },
    { ...sections.figures, blocks: [...measured(facts), ...ask(questions.figures)] },
    { ...sections.conclusion, blocks: ask(questions.conclusion) },
    {
      ...sections.keeping,
      blocks: words.keeping(facts.date, facts.earliestDeletion).map((text) => ({ kind: 'paragraph', text })),
    },
  ]
  return { sections: made, open: open.count }
}

function processing(facts: PiaFacts): PiaBlock {
  const { configuration, words, locale } = facts
  const { processor, purpose, collected, rights, alternatives, guardian, packs, pia } = configuration
  const say = (text: LocaleText) => inLocale(text, locale)
  return fieldTable(words, [
    ['processor', [say(processor.name), processor.address && say(processor.address)].filter(Boolean).join(' · ')],
    ['contact', processor.contact],
    ['purpose', `${say(purpose.text)} (${purpose.id})`],
    ['task', say(purpose.task)],
    ['method', standardOr(facts, configuration.method, words.standard.method)],
    ['scope', standardOr(facts, collected.scope, words.standard.scope)],
    ['kinds', collected.kinds.map((kind) => words.kinds[kind]).join('; ')],
    ['frames', String(collected.maxFrames)],
    ['retention', words.retention(configuration.retention)],
    ['recipients', recipients(facts)],
    ['rights', `${standardOr(facts, rights.how, words.standard.rights)} ${rights.url} · ${rights.contact}`],
    ['fullRules', configuration.fullRules],
    ['consentForm', words.consentForms[configuration.consentForm]],
    ['grant', words.grant(configuration.grantDuration)],
    ['age', words.age(configuration.age)],
    ['guardian', guardian ? say(guardian.how) : words.none],
    ['alternatives', alternatives.map(({ label }) => say(label)).join('; ')],
    ['packs', packs.join(', ')],
    ['environment', words.environments[configuration.environment]],
    ['earlier', pia ? `${pia.reference}, ${pia.date}` : words.none],
  ])
}

function recipients({ configuration, words, locale }: PiaFacts): string {
  if (configuration.recipients === 'none') return words.none
  return configuration.recipients
    .map(({ name, contact, role, purpose, kinds }) => {
      const what = kinds.map((kind) => words.kinds[kind]).join(', ')
      return [inLocale(name, locale), contact, words.roles[role], inLocale(purpose, locale), what].join(' · ')
    })
    .join('; ')
}

function necessity({ configuration, words, locale }: PiaFacts): PiaBlock {
  const { reason, necessary, writtenReason } = configuration.necessity
  return fieldTable(words, [
    ['reason', inLocale(reason, locale)],
    ['necessary', necessary ? words.yes : words.no],
    ['writtenReason', writtenReason ?? words.none],
  ])
}

function measured({ modelCards, figures, words }: PiaFacts): PiaBlock[] {
  const models = modelCards.map(({ id, origin, licence, training, output, outputs }) => {
    const hashes = outputs.map(({ file, sha256 }) => `${file}: ${sha256}`).join('; ')
    return [id, output.meaning, `${origin} (${licence})`, training, hashes]
  })
  const values = figures.map(({ measure, value, set, command }) => [measure, value, set, command])
  return [
    table(words.modelHead, models),
    values.length === 0 ? { kind: 'paragraph', text: words.noFigures } : table(words.figureHead, values),
  ]
}

function standardOr({ locale }: PiaFacts, text: 'standard' | LocaleText, standard: string): string {
  return text === 'standard' ? standard : inLocale(text, locale)
}

function fieldTable(words: PiaWords, rows: readonly (readonly [keyof PiaWords['fields'], string])[]): PiaBlock {
  return table(
    [words.item, words.declared],
    rows.map(([field, value]) => [words.fields[field], value]),
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): PiaBlock {
  return { kind: 'table', head, rows }
}
