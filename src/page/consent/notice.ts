import { inLocale } from '../../policy/locale-text'
import { sha256 } from '../../policy/material'
import type { PolicyConfiguration } from '../../policy/schema'
import type { CeremonyKind } from '../../wire/ceremony-options'
import type { LocaleTag } from '../../wire/locale'
import type { ConsentScope } from '../../wire/receipt'
import type { Messages } from '../i18n'
import type { NoticeTerm } from '../i18n/messages'
import { dateIn, joinList, retentionEnd } from './dates'
import { fullText } from './notice-full'

/** One line of the short layer: always visible, always in the accessibility tree (L03). */
export interface NoticeItem {
  readonly id: NoticeTerm
  readonly term: string
  readonly text: string
  readonly link?: { readonly label: string; readonly href: string }
}

export interface NoticeButton {
  readonly act: 'agree-once' | 'agree-standing' | 'decline'
  /** Id of the alternative, for `decline` on the first screen. */
  readonly alternative?: string
  readonly label: string
}

/** What one screen says, before it has any looks. Nothing else may be shown on it. */
export interface Notice {
  readonly locale: LocaleTag
  readonly scope: ConsentScope
  readonly title: string
  readonly lead: readonly string[]
  readonly items: readonly NoticeItem[]
  readonly fullTitle: string
  readonly full: readonly string[]
  readonly buttons: readonly NoticeButton[]
}

export interface NoticeContext {
  readonly policy: PolicyConfiguration
  readonly words: Messages
  readonly occasion: CeremonyKind
  /** Epoch seconds. */
  readonly now: number
  /** End of a standing consent, epoch seconds, where one is offered. */
  readonly standingUntil: number | null
  /** Date on which a guardian consented, epoch seconds (L07). */
  readonly guardianAgreedAt: number | null
  /** False: records last for this visit only, and the notice says so. */
  readonly persistent: boolean
  /** L22: an earlier standing consent ended because the policy changed. */
  readonly changed: boolean
}

/** First screen: may my face be verified on this device? (L01, L03) */
export function processNotice(context: NoticeContext): Notice {
  const { policy, standingUntil } = context
  const { locale, notice, dialog } = context.words
  return {
    locale,
    scope: 'process',
    title: notice.title,
    lead: [
      notice.separate,
      ...(context.changed ? [notice.changed] : []),
      ...(context.persistent ? [] : [dialog.notPersistent]),
      ...(policy.environment === 'development' ? [notice.development] : []),
    ],
    items: processItems(context),
    fullTitle: notice.fullTitle,
    full: fullText(context),
    buttons: [
      { act: 'agree-once', label: notice.agreeOnce },
      ...(standingUntil === null
        ? []
        : [{ act: 'agree-standing' as const, label: notice.agreeUntil(dateIn(locale, standingUntil)) }]),
      ...policy.alternatives.map((alternative) => ({
        act: 'decline' as const,
        alternative: alternative.id,
        label: notice.useInstead(inLocale(alternative.label, locale)),
      })),
    ],
  }
}

function processItems(context: NoticeContext): readonly NoticeItem[] {
  const { policy, words, occasion } = context
  const { locale, notice } = words
  const say = (text: PolicyConfiguration['method'], standard: string) =>
    text === 'standard' ? standard : inLocale(text, locale)
  const item = (id: NoticeTerm, text: string): NoticeItem => ({ id, term: notice.terms[id], text })
  const kinds = policy.collected.kinds.map((kind) => notice.kinds[kind])
  const collected = notice.scope(joinList(locale, kinds), policy.collected.featureSets)
  return [
    item('who', notice.who(inLocale(policy.processor.name, locale), policy.processor.contact)),
    item('purpose', notice.purpose(inLocale(policy.purpose.task, locale))),
    item('method', say(policy.method, notice.method(occasion, policy.collected.maxFrames))),
    item(
      'scope',
      policy.collected.scope === 'standard' ? collected : `${inLocale(policy.collected.scope, locale)} ${collected}`,
    ),
    item('nothingElse', notice.nothingElse),
    item('retention', retentionText(context)),
    // L04: "you can finish without it" is printed only where it is true.
    item('necessity', notice.necessity(inLocale(policy.necessity.reason, locale), !policy.necessity.necessary)),
    item('risks', say(policy.risks, notice.risks)),
    item('recipients', recipientsText(context)),
    item(
      'alternatives',
      notice.alternatives(
        joinList(
          locale,
          policy.alternatives.map((a) => inLocale(a.label, locale)),
        ),
      ),
    ),
    {
      ...item('rights', say(policy.rights.how, notice.rights)),
      link: { label: notice.rightsLink, href: policy.rights.url },
    },
    { ...item('rules', ''), link: { label: notice.rulesLink, href: policy.fullRules } },
    item(
      'minor',
      context.guardianAgreedAt === null
        ? notice.minor
        : notice.guardianAgreed(dateIn(locale, context.guardianAgreedAt)),
    ),
  ]
}

/** Second screen: may one encrypted digest go to this recipient? Its own act, off unless allowed (L19). */
export function transmitNotice(context: NoticeContext): Notice {
  const { policy, standingUntil } = context
  const { locale, notice } = context.words
  const named = recipientsText(context)
  const names =
    policy.recipients === 'none' ? [] : policy.recipients.map((recipient) => inLocale(recipient.name, locale))
  const item = (id: NoticeTerm, text: string): NoticeItem => ({ id, term: notice.terms[id], text })
  return {
    locale,
    scope: 'transmit',
    title: notice.transmitTitle,
    lead: [notice.transmitQuestion(joinList(locale, names))],
    items: [
      item('recipients', named),
      item('content', notice.transmitContent),
      item('purpose', notice.purpose(inLocale(policy.purpose.task, locale))),
      item('retention', retentionText(context)),
      { ...item('rights', notice.rights), link: { label: notice.rightsLink, href: policy.rights.url } },
    ],
    fullTitle: notice.fullTitle,
    full: fullText(context),
    buttons: [
      standingUntil === null
        ? { act: 'agree-once', label: notice.allowOnce }
        : { act: 'agree-standing', label: notice.allowUntil(dateIn(locale, standingUntil)) },
      { act: 'decline', label: notice.doNotAllow },
    ],
  }
}

function recipientsText({ policy, words }: NoticeContext): string {
  const { locale, notice } = words
  if (policy.recipients === 'none') return notice.noRecipients
  const each = policy.recipients.map((recipient) =>
    notice.recipient(inLocale(recipient.name, locale), inLocale(recipient.purpose, locale)),
  )
  return locale === 'en' ? `${each.join('; ')}.` : `${each.join('；')}。`
}

function retentionText({ policy, words, occasion, now }: NoticeContext): string {
  const { locale, notice } = words
  const end = retentionEnd(policy, now)
  if (end === null) return notice.retentionOnce
  const date = dateIn(locale, end)
  return occasion === 'enrol' ? notice.retentionEnrol(date) : notice.retentionVerify(date)
}

/**
 * The exact text of a screen, top to bottom, one line each: its UTF-8 bytes are what `noticeHash` covers and what the
 * ledger keeps as the snapshot (L03, L25).
 */
export function noticeText(notice: Notice): string {
  return [
    notice.title,
    ...notice.lead,
    ...notice.items.map(({ term, text, link }) =>
      [`${term}：${text}`, ...(link ? [`${link.label} <${link.href}>`] : [])].join(' '),
    ),
    notice.fullTitle,
    ...notice.full,
    ...notice.buttons.map(({ label }) => `[${label}]`),
  ].join('\n')
}

/** SHA-256, base64url, of `noticeText`. */
export function noticeHash(notice: Notice): Promise<string> {
  return sha256(noticeText(notice))
}
