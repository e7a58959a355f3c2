import type { Browser, Page } from 'playwright-core'
import type { FaceSealState } from '../../src/element/states.ts'
import { launchChromium } from '../browser/harness.ts'
import { answerConsent, problemNow } from '../e2e/acts.ts'
import { prepareClips } from '../e2e/clips.ts'
import { quietBrowser } from '../e2e/harness.ts'
import { watchOutside } from '../e2e/outside.ts'

/** Somebody with a browser and a camera, which plays a recording. */
export interface Person {
  /** Enrols and verifies on the page at `url`, by its buttons. Throws where the page does not say "It is you." */
  enrolAndVerify(url: string): Promise<void>
  /** Only looks whether the widget stands there with its button. */
  seesWidget(url: string): Promise<void>
  /** Every request to another machine, by any page. */
  readonly outside: readonly string[]
  leave(): Promise<void>
}

export async function newPerson(): Promise<Person> {
  const clips = await prepareClips()
  const outside = await watchOutside()
  const browser = await launchChromium([
    outside.argument,
    ...quietBrowser,
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${clips['man-a']}`,
  ])
  return {
    outside: outside.attempts,
    enrolAndVerify: (url) =>
      visit(browser, url, async (page) => {
        await goThrough(page, 'Enrol face')
        await goThrough(page, 'Verify with face')
        await page.getByRole('status').filter({ hasText: 'It is you.' }).waitFor()
      }),
    seesWidget: (url) => visit(browser, url, (page) => page.getByRole('button', { name: 'Enrol face' }).waitFor()),
    async leave() {
      await browser.close()
      await outside.close()
    },
  }
}

/** Throws with what the page said, also where `act` ended well but something was logged as an error. */
async function visit(browser: Browser, url: string, act: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', permissions: ['camera'] })
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (line) => line.type() === 'error' && problems.push(line.text()))
  await page.addInitScript(() =>
    addEventListener('facesealerror', (event) => event instanceof CustomEvent && console.error(event.detail.error)),
  )
  try {
    await page.goto(url)
    await act(page)
  } catch (cause) {
    throw new Error(`It did not come to the end. The page said:\n${problems.join('\n')}`, { cause })
  } finally {
    await context.close()
  }
  if (problems.length > 0) throw new Error(`The page said:\n${problems.join('\n')}`)
}

/** Presses the widget's button, answers both questions, and tries again where a busy machine saw too few frames. */
async function goThrough(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click()
  await answerConsent({ page })
  const problem = page.locator('[data-faceseal-capture][data-problem]')
  // After an enrolment the page goes on to verify, which makes the widget idle again.
  const [well, badly] = [
    endedIn('enrolled', 'accepted', 'idle'),
    endedIn('rejected', 'alternative', 'stopped', 'error'),
  ]
  const over = page.locator(`${well}, ${badly}`)
  for (;;) {
    await problem.or(over).first().waitFor()
    const code = await problemNow(problem)
    if (code === undefined && (await page.locator(badly).count()) === 0) return
    if (code === undefined) throw new Error(`the widget says: ${await page.locator(badly).getAttribute('state')}`)
    if (code !== 'capture_timeout') throw new Error(`the capture ended with ${code}`)
    await page.locator('[data-faceseal-capture]').getByRole('button', { name: 'Try again', exact: true }).click()
  }
}

function endedIn(...states: readonly FaceSealState[]): string {
  return `face-seal:is(${states.map((state) => `[state=${state}]`).join()})`
}
