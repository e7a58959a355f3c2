import type { AgeStatus } from '../../policy/schema'
import { FaceSealError } from '../../wire/errors'
import type { LocaleTag } from '../../wire/locale'
import { type Messages, messagesFor } from '../i18n'
import { dialogStyles } from './dialog-styles'
import { h, sheetOf } from './elements'
import type { Notice } from './notice'
import { noticeText } from './notice'
import { ageScreen, copyScreen, type DialogAnswer, noticeScreen, type Screen } from './screens'
import { type Reading, startReading } from './speech'

export interface ConsentDialog {
  /** One screen, one question (L01, L02). Every way out but an agree button declines. */
  ask(notice: Notice, form: 'click' | 'written'): Promise<DialogAnswer>
  /** L07: a declared age group; closing means `unknown`. */
  askAge(): Promise<AgeStatus>
  /** L08: the copy to keep. */
  offerCopy(copy: string, fileName: string): Promise<void>
  close(): void
}

export interface DialogOptions {
  readonly mount: Element
  readonly locale: LocaleTag
  readonly elder: boolean
  readonly readAloud: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens the modal: a native `<dialog>` in a shadow root, in the top layer. Rejections of its questions carry `aborted`
 * when the signal fires or the page removes the dialog: that is nobody's answer, so nothing is recorded.
 */
export function openConsentDialog(options: DialogOptions): ConsentDialog {
  const { locale, signal } = options
  const words = messagesFor(locale)
  const dialog = h('dialog', { 'aria-labelledby': 'title', 'aria-describedby': 'lead' })
  const host = h('div', { 'data-faceseal-dialog': true, lang: locale, dir: 'auto' })
  host.toggleAttribute('data-elder', options.elder)
  const root = host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [sheetOf(dialogStyles)]
  root.append(dialog)
  options.mount.append(host)

  let leave: (() => void) | undefined
  let abort: ((cause: unknown) => void) | undefined
  const dismissed = () => leave?.()
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    dismissed()
  })
  dialog.addEventListener('close', dismissed)
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog && !isInside(dialog, event)) dismissed()
  })
  const onAbort = () => abort?.(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  const removal = new MutationObserver(() => host.isConnected || abort?.(undefined))
  removal.observe(document, { childList: true, subtree: true })

  let reading: Reading | undefined
  const show = <A>(onDismiss: A, spoken: string, closeLabel: string, build: (answer: (value: A) => void) => Screen) =>
    new Promise<A>((resolve, reject) => {
      const settle = (finish: () => void) => {
        leave = undefined
        abort = undefined
        reading?.stop()
        finish()
      }
      const answer = (value: A) => settle(() => resolve(value))
      leave = () => answer(onDismiss)
      abort = (cause) => settle(() => reject(new FaceSealError('aborted', { detail: 'consent dialog', cause })))
      if (signal?.aborted) return onAbort()
      const tools = toolBar(host, words, options, closeLabel, dismissed, () => {
        reading = startReading(spoken, locale, host.hasAttribute('data-elder'))
        return reading
      })
      const screen = build(answer)
      dialog.replaceChildren(h('div', { class: 'screen' }, tools, ...screen.parts))
      if (!dialog.open) dialog.showModal()
      dialog.scrollTop = 0
      // The heading, never a button: nothing is preselected, and Enter held down answers nothing (L01).
      screen.heading.focus()
    })

  return {
    ask: (notice, form) =>
      show<DialogAnswer>(
        { act: 'decline' },
        noticeText(notice),
        notice.scope === 'process' ? words.dialog.close : words.notice.doNotAllow,
        (answer) => noticeScreen(notice, form, words, answer),
      ),
    askAge: () =>
      show<AgeStatus>('unknown', `${words.dialog.ageTitle}\n${words.dialog.ageLead}`, words.dialog.close, (answer) =>
        ageScreen(words, answer),
      ),
    offerCopy: (copy, fileName) =>
      show<void>(undefined, copy, words.dialog.carryOn, (answer) => copyScreen(copy, fileName, words, answer)),
    close: () => {
      leave = undefined
      abort = undefined
      reading?.stop()
      removal.disconnect()
      signal?.removeEventListener('abort', onAbort)
      if (dialog.open) dialog.close()
      host.remove()
    },
  }
}

function toolBar(
  host: HTMLElement,
  words: Messages,
  { readAloud }: DialogOptions,
  closeLabel: string,
  onClose: () => void,
  read: () => Reading,
): HTMLElement {
  const large = h(
    'button',
    { type: 'button', 'aria-pressed': String(host.hasAttribute('data-elder')) },
    words.dialog.largeText,
  )
  large.addEventListener('click', () => large.setAttribute('aria-pressed', String(host.toggleAttribute('data-elder'))))
  return h(
    'div',
    { class: 'tools' },
    large,
    readAloud && 'speechSynthesis' in window && readButton(words, read),
    h('button', { type: 'button', class: 'close', 'aria-label': closeLabel, onclick: onClose }, '×'),
  )
}

function readButton(words: Messages, read: () => Reading): HTMLElement {
  let current: Reading | undefined
  const button = h('button', { type: 'button' }, words.dialog.readAloud)
  const idle = () => {
    current = undefined
    button.textContent = words.dialog.readAloud
  }
  button.addEventListener('click', () => {
    if (current) return current.stop()
    current = read()
    button.textContent = words.dialog.stopReading
    current.finished.then(idle)
  })
  return button
}

/** A click on the backdrop is reported on the dialog itself, outside of its box. */
function isInside(dialog: HTMLElement, { clientX, clientY }: MouseEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect()
  return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom
}
