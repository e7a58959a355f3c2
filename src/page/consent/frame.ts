import { FaceSealError } from '../../wire/errors'
import type { Messages } from '../i18n'
import { localVoice } from '../local-voice'
import { type Theme, wear } from '../theme'
import { dialogStyles } from './dialog-styles'
import { h, sheetOf } from './elements'
import { restMilliseconds, type Screen } from './screens'
import { type Reading, startReading } from './speech'

export interface FrameOptions {
  readonly mount: Element
  readonly words: Messages
  /** Start in the large-text version. */
  readonly elder: boolean
  readonly readAloud: boolean
  readonly theme?: Theme | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a screen is, apart from its parts. */
export interface ScreenOptions<A> {
  /** The answer of Esc, the backdrop, the close button and `dialog.close()`. */
  readonly dismissed: A
  /** What "read aloud" reads. */
  readonly spoken: string
  readonly closeLabel: string
}

export interface DialogFrame {
  show<A>(options: ScreenOptions<A>, build: (answer: (value: A) => void) => Screen): Promise<A>
  close(): void
}

/**
 * Opens the modal: a native `<dialog>` in a shadow root, in the top layer. Rejections of its questions carry `aborted`
 * when the signal fires or the page removes the dialog: that is nobody's answer, so nothing is recorded.
 */
export function openDialogFrame(options: FrameOptions): DialogFrame {
  const { words, signal } = options
  const { locale } = words
  // `auto` here, inside: on the host it would not see the words.
  const dialog = h('dialog', { 'aria-labelledby': 'title', 'aria-describedby': 'lead', dir: 'auto' })
  const host = h('div', { 'data-faceseal-dialog': true, lang: locale })
  host.toggleAttribute('data-elder', options.elder)
  wear(host, options.theme)
  const root = host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [sheetOf(dialogStyles)]
  root.append(dialog)
  options.mount.append(host)

  let leave: (() => void) | undefined
  let shownAt = 0
  let abort: ((cause: unknown) => void) | undefined
  const dismissed = () => leave?.()
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    dismissed()
  })
  dialog.addEventListener('close', dismissed)
  dialog.addEventListener('click', (event) => {
    // The second half of a double click may fall on the backdrop of a smaller screen: no answer either.
    const resting = event.timeStamp - shownAt < restMilliseconds
    if (event.target === dialog && !resting && !isInside(dialog, event)) dismissed()
  })
  const onAbort = () => abort?.(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  const removal = new MutationObserver(() => host.isConnected || abort?.(undefined))
  removal.observe(document, { childList: true, subtree: true })

  let reading: Reading | undefined
  const show = <A>(screenOptions: ScreenOptions<A>, build: (answer: (value: A) => void) => Screen) =>
    new Promise<A>((resolve, reject) => {
      const settle = (finish: () => void) => {
        leave = undefined
        abort = undefined
        reading?.stop()
        finish()
      }
      const answer = (value: A) => settle(() => resolve(value))
      leave = () => answer(screenOptions.dismissed)
      abort = (cause) => settle(() => reject(new FaceSealError('aborted', { detail: 'dialog', cause })))
      if (signal?.aborted) return onAbort()
      const read = () => {
        reading = startReading(screenOptions.spoken, locale, host.hasAttribute('data-elder'))
        return reading
      }
      const tools = toolBar(host, options, screenOptions.closeLabel, dismissed, read)
      const screen = build(answer)
      dialog.replaceChildren(h('div', { class: 'screen' }, tools, ...screen.parts))
      if (!dialog.open) dialog.showModal()
      dialog.scrollTop = 0
      shownAt = performance.now()
      // The heading, never a button: nothing is preselected, and Enter held down answers nothing (L01).
      screen.heading.focus()
    })

  return {
    show,
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
  { readAloud, words }: FrameOptions,
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
  const offer = () => {
    button.hidden = !localVoice(speechSynthesis.getVoices(), words.locale)
  }
  offer()
  // Browsers load their voices late.
  speechSynthesis.addEventListener('voiceschanged', offer, { once: true })
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
