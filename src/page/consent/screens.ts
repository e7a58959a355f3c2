import type { AgeStatus } from '../../policy/schema'
import type { Messages } from '../i18n'
import { printStyles } from './dialog-styles'
import { h, sheetOf } from './elements'
import type { Notice, NoticeButton, NoticeItem } from './notice'

export interface DialogAnswer {
  readonly act: 'agree-once' | 'agree-standing' | 'decline'
  /** The alternative whose button was pressed; absent after Esc, backdrop or closing. */
  readonly alternative?: string
  /** Written form: the name as typed. */
  readonly name?: string
}

export interface Screen {
  /** Gets the focus. */
  readonly heading: HTMLElement
  readonly parts: readonly HTMLElement[]
}

/** The notice and its choices. */
export function noticeScreen(
  notice: Notice,
  form: 'click' | 'written',
  words: Messages,
  answer: (value: DialogAnswer) => void,
): Screen {
  const heading = title(notice.title)
  const written = form === 'written' ? writtenPart(words) : undefined
  const press = (button: NoticeButton, event: Event) => {
    if (button.act === 'decline') {
      return answer({
        act: 'decline',
        ...(button.alternative === undefined ? {} : { alternative: button.alternative }),
      })
    }
    if (!isAct(event)) return
    // L08: in the written form a click alone says nothing.
    const name = written?.read()
    if (written && !name) return
    answer({ act: button.act, ...(name ? { name } : {}) })
  }
  return {
    heading,
    parts: [
      h(
        'div',
        { class: 'body' },
        heading,
        h('div', { id: 'lead' }, ...notice.lead.map((line) => h('p', { class: 'lead' }, line))),
        h('dl', {}, ...notice.items.flatMap(itemParts)),
        fullPart(notice, form),
        written?.element,
      ),
      choices(
        notice.buttons.map((button) => ({
          label: button.label,
          act: button.act,
          press: (event) => press(button, event),
        })),
      ),
    ],
  }
}

/** L01: an affirmative act of the person; a script's `click()` is none. */
function isAct(event: Event): boolean {
  return event.isTrusted
}

function itemParts({ id, term, text, link }: NoticeItem): readonly HTMLElement[] {
  const anchor = link && h('a', { href: link.href, target: '_blank', rel: 'noopener noreferrer' }, link.label)
  return [h('dt', {}, term), h('dd', { 'data-item': id }, ...sentences(text), text && anchor && ' ', anchor)]
}

/** One span a sentence: the large-text version puts each on its own line without changing a word. */
function sentences(text: string): readonly (HTMLElement | string)[] {
  return text.split(/(?<=[。；？]|[;.?] )(?=\S)/u).flatMap((sentence) => {
    const span = h('span', { class: 'sentence' }, sentence.trimEnd())
    // A space at the end inside would collapse.
    return sentence.endsWith(' ') ? [span, ' '] : [span]
  })
}

/** One step away on the same screen; wide open in the written form, which wants the full text read (L03, L08). */
function fullPart(notice: Notice, form: 'click' | 'written'): HTMLElement {
  const list = h('ul', {}, ...notice.full.map((line) => h('li', {}, line)))
  if (form === 'written') return h('div', { class: 'open-full' }, h('h3', {}, notice.fullTitle), list)
  const details = h('details', {}, h('summary', {}, notice.fullTitle), list)
  details.addEventListener('toggle', () => details.open && details.scrollIntoView({ block: 'start' }))
  return details
}

function writtenPart(words: Messages) {
  const input = h('input', {
    id: 'written-name',
    type: 'text',
    maxlength: '80',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': 'written-hint written-alert',
  })
  const alert = h('p', { class: 'alert', id: 'written-alert', role: 'alert' })
  const element = h(
    'div',
    { class: 'written' },
    h('label', { for: 'written-name' }, words.dialog.writtenLabel),
    input,
    h('p', { class: 'hint', id: 'written-hint' }, words.dialog.writtenHint),
    alert,
  )
  const read = () => {
    const name = input.value.trim()
    alert.textContent = name ? '' : words.dialog.writtenMissing
    input.setAttribute('aria-invalid', String(!name))
    if (!name) input.focus()
    return name
  }
  return { element, read }
}

/** L07: four equal answers, none preselected. */
export function ageScreen(words: Messages, answer: (value: AgeStatus) => void): Screen {
  const heading = title(words.dialog.ageTitle)
  const ages: readonly AgeStatus[] = ['adult', '14to17', 'under14', 'unknown']
  return {
    heading,
    parts: [
      h('div', { class: 'body' }, heading, h('p', { class: 'lead', id: 'lead' }, words.dialog.ageLead)),
      choices(
        ages.map((age) => ({
          label: words.dialog.ages[age],
          act: `age-${age}`,
          press: (event) => (age === 'under14' || age === 'unknown' || isAct(event)) && answer(age),
        })),
      ),
    ],
  }
}

/** L08: text that the person can save or print before going on. */
export function copyScreen(copy: string, fileName: string, words: Messages, answer: () => void): Screen {
  const heading = title(words.dialog.copyTitle)
  const forPrint = sheetOf(printStyles)
  const print = () => {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, forPrint]
    window.print()
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== forPrint)
  }
  return {
    heading,
    parts: [
      h(
        'div',
        { class: 'body' },
        heading,
        h('p', { class: 'lead', id: 'lead' }, words.dialog.copyLead),
        h('pre', { tabindex: '0' }, copy),
      ),
      choices([
        {
          label: words.dialog.download,
          act: 'download',
          press: () => saveFile(copy, fileName, 'text/plain;charset=utf-8'),
        },
        { label: words.dialog.print, act: 'print', press: print },
        { label: words.dialog.carryOn, act: 'carry-on', press: () => answer() },
      ]),
    ],
  }
}

/** Hands a text to the browser's own download; nothing is sent. */
export function saveFile(content: string, fileName: string, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = h('a', { href: url, download: fileName })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

function title(text: string): HTMLElement {
  return h('h2', { id: 'title', tabindex: '-1' }, ...sentences(text))
}

interface Choice {
  readonly label: string
  readonly act: string
  readonly press: (event: Event) => unknown
}

/** A little longer than a slow double click. */
export const restMilliseconds = 400

/**
 * L05: one class for every choice, laid out in equal cells. L01: all of them rest until a double click on what was there
 * before is over, so that its second half answers nothing.
 */
function choices(list: readonly Choice[]): HTMLElement {
  const element = h(
    'div',
    { class: list.length > 2 ? 'choices many' : 'choices' },
    ...list.map(({ label, act, press }) =>
      h('button', { type: 'button', 'data-act': act, disabled: true, onclick: press }, label),
    ),
  )
  setTimeout(() => {
    for (const button of element.querySelectorAll('button')) button.disabled = false
  }, restMilliseconds)
  return element
}
