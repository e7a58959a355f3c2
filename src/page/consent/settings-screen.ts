import type { LocaleTag } from '../../wire/locale'
import type { ReceiptPayload } from '../../wire/receipt'
import type { Messages } from '../i18n'
import { dateIn } from './dates'
import { h } from './elements'
import type { Held } from './held'
import type { Screen } from './screens'
import type { SettingsActs } from './settings-acts'

export interface SettingsModel {
  readonly locale: LocaleTag
  readonly words: Messages
  readonly contact: string
  readonly persistent: boolean
  readonly read: () => Promise<{ readonly held: Held; readonly receipts: readonly ReceiptPayload[] }>
  readonly acts: SettingsActs
}

/** What is held, and one press for each right (L10: no more steps than granting took). */
export function settingsScreen(model: SettingsModel, close: () => void): Screen {
  const { settings, dialog, notice } = model.words
  const heading = h('h2', { id: 'title', tabindex: '-1' }, settings.title)
  const status = h('p', { class: 'status', role: 'status' })
  const content = h('div', {})
  const actions = h('div', { class: 'actions' })
  const refresh = async () => {
    const { held, receipts } = await model.read()
    content.replaceChildren(heldList(model, held), recordList(model, receipts))
    actions.replaceChildren(...actionRows(model, held, press))
  }
  const press = async (act: () => Promise<string>) => {
    for (const button of actions.querySelectorAll('button')) button.disabled = true
    status.textContent = settings.working
    try {
      status.textContent = await act()
    } catch {
      status.textContent = `${settings.partial} ${settings.partialAdvice}`
    }
    await refresh()
    heading.focus()
  }
  void refresh()
  return {
    heading,
    parts: [
      h(
        'div',
        { class: 'body' },
        heading,
        h('p', { class: 'lead', id: 'lead' }, settings.lead),
        !model.persistent && h('p', { class: 'lead' }, dialog.notPersistent),
        status,
        content,
        actions,
        h('p', { class: 'hint' }, notice.full.rightsContact(model.contact)),
      ),
      h(
        'div',
        { class: 'choices' },
        h('button', { type: 'button', 'data-act': 'close', onclick: close }, settings.close),
      ),
    ],
  }
}

function heldList({ words, locale }: SettingsModel, held: Held): HTMLElement {
  const { settings } = words
  const yesNo = (value: boolean) => (value ? settings.yes : settings.no)
  const rows: readonly (readonly [string, string, string])[] = [
    ['template', settings.template, yesNo(held.template)],
    ['keys', settings.keys, yesNo(held.keys)],
    [
      'standing',
      settings.standing,
      held.standingUntil === null ? settings.no : settings.until(dateIn(locale, held.standingUntil)),
    ],
    ['refusal', settings.refusal, yesNo(held.refusal.process !== undefined)],
    ['records', settings.records, settings.count(held.receipts)],
  ]
  return h(
    'dl',
    { 'aria-label': settings.held },
    ...rows.flatMap(([id, term, text]) => [h('dt', {}, term), h('dd', { 'data-held': id }, text)]),
  )
}

function recordList({ words, locale }: SettingsModel, receipts: readonly ReceiptPayload[]): HTMLElement | string {
  const { settings } = words
  if (receipts.length === 0) return ''
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const line = ({ iat, event, scope, stores }: ReceiptPayload) => {
    const failed = stores?.filter(({ outcome }) => outcome === 'failed').map(({ store }) => store) ?? []
    const suffix = failed.length > 0 ? ` (${settings.outcomes.failed}: ${failed.join(', ')})` : ''
    return h('li', {}, `${time.format(iat * 1000)} · ${settings.events[event]} · ${settings.scopes[scope]}${suffix}`)
  }
  return h('details', {}, h('summary', {}, settings.recordList), h('ul', {}, ...receipts.map(line).reverse()))
}

function actionRows(
  { words, acts }: SettingsModel,
  held: Held,
  press: (act: () => Promise<string>) => Promise<void>,
): readonly HTMLElement[] {
  const { settings } = words
  const refused = held.refusal.process !== undefined || held.refusal.transmit !== undefined
  const row = (name: string, label: string, act: () => Promise<string>, explained?: string) => {
    // L06: only the person lifts a refusal; a script's click is not the person's act.
    const onclick = (event: Event) => (name !== 'reconsider' || event.isTrusted) && void press(act)
    const describe = explained ? { 'aria-describedby': `explain-${name}` } : {}
    return h(
      'div',
      { class: 'action' },
      h('button', { type: 'button', 'data-act': name, ...describe, onclick }, label),
      explained !== undefined && h('p', { class: 'hint', id: `explain-${name}` }, explained),
    )
  }
  return [
    row('withdraw', settings.withdraw, acts.withdraw, settings.withdrawExplained),
    ...(held.transmitGranted ? [row('withdraw-transmit', settings.withdrawTransmit, acts.withdrawTransmit)] : []),
    row('delete', settings.delete, acts.delete, settings.deleteExplained),
    row('export', settings.exportRecords, acts.export),
    ...(refused ? [row('reconsider', settings.reconsider, acts.reconsider, settings.reconsiderExplained)] : []),
  ]
}
