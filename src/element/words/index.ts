import type { LocaleTag } from '../../index'
import { type Messages, messagesFor } from '../../page/i18n'
import type { Action, FaceSealMode, Situation } from '../states'
import { en } from './en'
import { type ElementMessages, namedReasons } from './messages'
import { zhCN } from './zh-CN'
import { zhTW } from './zh-TW'

const catalogue: Readonly<Record<LocaleTag, ElementMessages>> = { 'zh-CN': zhCN, 'zh-TW': zhTW, en }

/** The widget's own words and those that it shares with dialog and camera view. */
export interface Words {
  readonly own: ElementMessages
  readonly shared: Messages
}

export function wordsFor(locale: LocaleTag): Words {
  return { own: catalogue[locale], shared: messagesFor(locale) }
}

export function labelOf(action: Action, mode: FaceSealMode, { own, shared }: Words): string {
  switch (action) {
    case 'start':
      return own.start[mode]
    case 'again':
      return own.again
    case 'alternative':
      return shared.ceremony.useAlternative
    case 'cancel':
      return shared.ceremony.cancel
    case 'settings':
      return mode === 'settings' ? own.start.settings : shared.ceremony.faceSettings
  }
}

/** The card's sentence. */
export function sentenceOf(situation: Situation, { own, shared }: Words): string {
  const { state, mode, by, code, reason, settled } = situation
  switch (state) {
    case 'preparing':
    case 'asking':
    case 'waiting':
      return own[state]
    case 'sending':
      return shared.ceremony.sending
    case 'accepted':
      if (situation.insufficient) return own.insufficient
      return by === 'device' ? own.acceptedHere : shared.ceremony.verified
    case 'rejected':
      return shared.ceremony.notVerified
    case 'enrolled':
      return by === 'device' ? own.enrolledHere : shared.ceremony.enrolled
    case 'alternative':
      return own.alternative[namedReasons.find((named) => named === reason) ?? 'problem']
    case 'stopped':
      return shared.ceremony.stopped
    case 'error':
      return situation.offline ? own.offline : shared.errors[code ?? 'aborted']
    case 'problem':
      return shared.errors[code ?? 'camera_lost']
    default:
      return settled ? own.settled[settled] : own.lead[mode]
  }
}
