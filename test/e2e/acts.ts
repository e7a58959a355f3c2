import type { Locator, Page } from 'playwright-core'
import policy from '../../demo/policy.json' with { type: 'json' }
import type { Visitor } from './harness.js'

/** How a person answers; the names are what they read on the buttons (English). */
export interface Answers {
  readonly process?: 'agree' | 'otherwise' | 'escape' | undefined
  /** `unasked`: the second question does not come, because an earlier refusal stands or nothing is to be sent. */
  readonly transmit?: 'allow' | 'refuse' | 'unasked' | undefined
}

/** Where the demo page has got to: `data-state` and `data-detail` of its state line. */
export interface DemoState {
  readonly state: string
  readonly detail: string
}

/** Presses the button and answers what is asked, up to the camera. */
export async function begin(visitor: Visitor, kind: 'enrol' | 'verify', answers: Answers = {}): Promise<void> {
  const { page } = visitor
  await page.click(`#${kind}`)
  await answerConsent(visitor, answers)
}

/** Presses the button, answers, and waits for the end. */
export async function perform(visitor: Visitor, kind: 'enrol' | 'verify', answers?: Answers): Promise<DemoState> {
  await begin(visitor, kind, answers)
  return await endOf(visitor)
}

/** Waits until the ceremony has ended, or stands before "try again?". */
export async function endOf(visitor: Visitor): Promise<DemoState> {
  // Whoever only waits would wait for ever where the page asks "try again?": that is an end as well.
  const problem = visitor.page.locator('[data-faceseal-capture][data-problem]')
  await problem.or(visitor.page.locator(ended)).first().waitFor()
  const code = await problemNow(problem)
  return code === undefined ? await settled(visitor) : { state: 'problem', detail: code }
}

/** What the camera view says now; asked once, for a machine that is busy may take its time with the answer. */
export async function problemNow(problem: Locator): Promise<string | undefined> {
  const codes = await problem.evaluateAll((views) => views.map((view) => view.getAttribute('data-problem')))
  return codes[0] ?? undefined
}

const ended = '#state:not([data-state=idle]):not([data-state=busy])'

/** Name of the other way's button. */
export const otherWay = `Use ${policy.alternatives[0]?.label.en} instead`

/** First consent, second consent. */
export async function answerConsent({ page }: Pick<Visitor, 'page'>, answers: Answers = {}): Promise<void> {
  const { process = 'agree', transmit = 'allow' } = answers
  // The closing cross has the refusal's name as well.
  const press = (name: string) =>
    page.getByRole('dialog').locator('[data-act]').getByText(name, { exact: true }).click()
  if (process === 'escape') {
    await page.getByRole('dialog').waitFor()
    return await page.keyboard.press('Escape')
  }
  if (process === 'otherwise') return await press(otherWay)
  await press('Agree, this time only')
  if (transmit === 'unasked') return
  await press(transmit === 'allow' ? 'Allow, this time only' : 'Do not allow')
}

/** Walks to the control with Tab and presses it with Enter, as somebody without a mouse. Throws where Tab does not lead there. */
export async function pressByKeyboard(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let step = 0; step < 60; step++) {
    if (await target.evaluate((node) => node.matches(':focus'))) return await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not reach ${target}`)
}

/** Waits until the demo page is neither idle nor busy. */
export async function settled({ page }: Visitor): Promise<DemoState> {
  await page.locator(ended).waitFor()
  return await page.evaluate(() => {
    const { state = '', detail = '' } = document.getElementById('state')?.dataset ?? {}
    return { state, detail }
  })
}

/** Waits until the camera view shows this hint. */
export async function hintShown({ page }: Visitor, hint: string): Promise<void> {
  await page.locator(`[data-faceseal-capture][data-hint=${hint}]`).waitFor()
}

/** Waits until the camera view says that this went wrong. */
export async function problemShown({ page }: Visitor, code: string): Promise<void> {
  await page.locator(`[data-faceseal-capture][data-problem=${code}]`).waitFor()
}

/** Presses a button of the camera view. */
export async function press({ page }: Visitor, name: string): Promise<void> {
  await page.locator('[data-faceseal-capture]').getByRole('button', { name, exact: true }).click()
}
