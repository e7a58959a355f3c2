import { inLocale } from '../policy/locale-text'
import type { PolicyConfiguration } from '../policy/schema'
import { FaceSealError } from '../wire/errors'
import { isDay } from './calendar-day'
import type { PiaDocument } from './pia/document'
import { en } from './pia/en'
import { piaHtml } from './pia/html'
import { piaMarkdown } from './pia/markdown'
import { type PiaFigure, type PiaModelCard, piaSections } from './pia/sections'
import { zhCN } from './pia/zh-CN'

export type { PiaDocument } from './pia/document'
export type { PiaFigure, PiaModelCard } from './pia/sections'

export interface PiaRequest {
  readonly configuration: PolicyConfiguration
  /** The models of models/manifest.json. */
  readonly modelCards: readonly PiaModelCard[]
  readonly figures: readonly PiaFigure[]
  readonly locale: 'zh-CN' | 'en'
  /** Date of the report, ISO 8601. */
  readonly date: string
}

export interface PiaDraft {
  readonly document: PiaDocument
  readonly markdown: string
  /** A whole page, nothing loaded, every text escaped. */
  readonly html: string
  /** Questions that only a human can answer; the draft is no assessment before they are. */
  readonly openQuestions: number
  /** ISO 8601 date before which the report must not be deleted (L23). */
  readonly earliestDeletion: string
}

/**
 * L23: a draft of the personal information protection impact assessment (PIPL 55, 56; O19 art. 9). What the
 * configuration, the models and the measurements say is filled in; what only a human can judge is left open. It makes
 * no finding. Throws `request_invalid`.
 */
export function piaDraft({ configuration, modelCards, figures, locale, date }: PiaRequest): PiaDraft {
  const words = locale === 'zh-CN' ? zhCN : en
  const earliestDeletion = piaEarliestDeletion(date, configuration.retention)
  const { sections, open } = piaSections({ configuration, modelCards, figures, locale, date, earliestDeletion, words })
  const document: PiaDocument = {
    ...{ locale, sections, openMark: words.openMark },
    title: words.title(inLocale(configuration.purpose.text, locale)),
    lead: words.lead(open),
  }
  return { document, markdown: piaMarkdown(document), html: piaHtml(document), openQuestions: open, earliestDeletion }
}

/**
 * PIPL 56: kept for at least three years. From the report's date, or from the last day of a retention that is known
 * and later; who goes on processing counts from the end of that. Throws `request_invalid`.
 */
export function piaEarliestDeletion(date: string, retention?: PolicyConfiguration['retention']): string {
  if (!isDay(date)) throw new FaceSealError('request_invalid', { detail: 'date' })
  const from = retention?.kind === 'until' && retention.until > date ? retention.until : date
  const day = new Date(`${from}T00:00:00Z`)
  // 29 February becomes 1 March: never earlier than three years.
  day.setUTCFullYear(day.getUTCFullYear() + 3)
  return day.toISOString().slice(0, 10)
}

/** L23: whether a report may be deleted on `today` (ISO 8601). Throws `request_invalid`. */
export function mayDeletePia(earliestDeletion: string, today: string): boolean {
  if (!isDay(earliestDeletion) || !isDay(today)) throw new FaceSealError('request_invalid', { detail: 'date' })
  return today >= earliestDeletion
}
