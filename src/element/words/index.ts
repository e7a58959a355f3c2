import type { LocaleTag } from '../../index'
import type { Messages } from '../../page/i18n'
import type { Action, FaceSealMode, Situation } from '../states'
import { en } from './en'
import { type ElementMessages, namedReasons } from './messages'
import { zhCN } from './zh-CN'
import { zhTW } from './zh-TW'

const catalogue: Readonly<Record<LocaleTag, ElementMessages>> = { 'zh-CN': zhCN, 'zh-TW': zhTW, en }

export interface Words {
  readonly locale: LocaleTag
  readonly own: ElementMessages
  /** Of dialog and camera view, in the same language; fetched once something runs. */
  readonly shared: Messages | undefined
}

export function wordsFor(locale: LocaleTag, shared?: Messages): Words {
  return { locale, own: catalogue[locale], shared: shared?.locale === locale ? shared : undefined }
}

export function labelOf(action: Action, mode: FaceSealMode, { own }: Words): string {
  switch (action) {
    case 'start':
      return own.start[mode]
    case 'again':
      return own.again
    case 'alternative':
      return own.alternativeLabel
    case 'cancel':
      return own.cancel
    case 'settings':
      return mode === 'settings' ? own.start.settings : own.settingsLink
  }
}

/** The card's sentence. */
export function sentenceOf(situation: Situation, { own, shared }: Words): string {
  const { state, mode, by, code, reason, settled } = situation
  switch (state) {
    case 'preparing':
    case 'asking':
    case 'waiting':
    case 'sending':
    case 'rejected':
    case 'stopped':
      return own[state]
    case 'accepted':
      if (situation.insufficient) return own.insufficient
      return by === 'device' ? own.acceptedHere : own.accepted
    case 'enrolled':
      return by === 'device' ? own.enrolledHere : own.enrolled
    case 'alternative':
      return own.alternative[namedReasons.find((named) => named === reason) ?? 'problem']
    case 'error':
      return situation.offline ? own.offline : (shared?.errors[code ?? 'aborted'] ?? own.failed)
    case 'problem':
      return shared?.errors[code ?? 'camera_lost'] ?? own.failed
    default:
      return settled ? own.settled[settled] : own.lead[mode]
  }
}
