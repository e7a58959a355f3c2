import type { ScenarioWords } from './scenario-words'
import type { ScenarioStep } from './scenarios'

/** What the tester is to do next; `label` is what the button reads. */
export type NextAct =
  | { readonly act: 'answer'; readonly press: 'agree-once' | 'decline'; readonly label: string }
  | { readonly act: 'other-way' | 'retry' | 'open-settings' | 'withdraw' | 'close-settings' | 'watch' }

const dialogOf = () => document.querySelector('[data-faceseal-dialog]')?.shadowRoot?.querySelector('dialog')
const buttonOf = (dialog: Element, act: string) => dialog.querySelector<HTMLButtonElement>(`[data-act="${act}"]`)

/**
 * Tells the tester what to press, by looking at what is on the screen. It presses nothing: FaceSeal takes consent from
 * a person's own click or key only, never from a script (L01), and this page is no exception.
 */
export function startCoach(step: ScenarioStep, words: () => ScenarioWords) {
  const line = document.getElementById('coach')!
  const asked: string[] = []
  let settled = false

  const next = (): NextAct => {
    const dialog = dialogOf()
    if (dialog) {
      // The choices rest for a moment after a screen appears.
      if (buttonOf(dialog, 'close')) {
        if (settled || !buttonOf(dialog, 'withdraw')) return { act: 'close-settings' }
        return step.meanwhile === 'withdraw' ? { act: 'withdraw' } : { act: 'watch' }
      }
      const title = dialog.querySelector('h2')?.textContent ?? ''
      if (asked.at(-1) !== title) asked.push(title)
      const press = step.answers[asked.length - 1] === 'refuse' ? 'decline' : 'agree-once'
      const button = buttonOf(dialog, press)
      return button && !button.disabled ? { act: 'answer', press, label: button.textContent ?? '' } : { act: 'watch' }
    }
    const view = document.querySelector<HTMLElement>('[data-faceseal-capture]')
    if (view?.dataset.problem) {
      return {
        act: view.dataset.problem === step.expected.detail && step.meanwhile === 'other-way' ? 'other-way' : 'retry',
      }
    }
    return { act: step.meanwhile === 'withdraw' && !settled && view?.dataset.hint ? 'open-settings' : 'watch' }
  }
  const say = (act: NextAct) => {
    const { coach } = words()
    const text = act.act === 'answer' ? coach.press(act.label) : coach[act.act]
    if (line.textContent === text && line.dataset.next === act.act) return
    line.dataset.next = act.act
    line.dataset.press = act.act === 'answer' ? act.press : ''
    line.textContent = text
    line.hidden = text === ''
    // A popover that is opened now lies above a dialog that was opened before; it takes no clicks.
    if (!('popover' in line)) return
    if (line.matches(':popover-open')) line.hidePopover()
    if (text !== '') line.showPopover()
  }
  const timer = setInterval(() => say(next()), 100)
  return {
    /** Questions that were asked so far. */
    asked: () => asked.length,
    /** The ceremony is over; what is left is to close the settings. */
    ended: () => {
      settled = true
    },
    stop() {
      clearInterval(timer)
      say({ act: 'watch' })
    },
    settingsOpen: () => dialogOf() !== undefined,
  }
}
