import type { Locator } from 'playwright-core'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Report, reportSchema } from '../../demo/report'
import { scenarioIds } from '../../demo/scenarios'
import { axeFindings } from '../browser/axe'
import { otherWay, pressByKeyboard } from './acts'
import { openStage, type Stage, type Visitor } from './harness'

let stage: Stage
let visitor: Visitor

beforeAll(async () => {
  stage = await openStage()
  visitor = await stage.visit()
})
afterAll(() => stage.close())

/** What a tester without a mouse does who follows the line of the page; FaceSeal takes no consent from a script (L01). */
async function followCoach(): Promise<void> {
  const { page } = visitor
  const coach = page.locator('#coach')
  const result = page.locator('#scenario-result:not([hidden])')
  const asking = page.locator('#coach[data-next]:not([data-next=watch])')
  for (;;) {
    await result.or(asking).first().waitFor({ state: 'attached' })
    if (await result.isVisible()) return
    const next = await coach.getAttribute('data-next')
    const act = await coach.getAttribute('data-press')
    const dialog = page.getByRole('dialog')
    const view = page.locator('[data-faceseal-capture]')
    const targets: Readonly<Record<string, Locator>> = {
      answer: dialog.locator(`.choices [data-act="${act}"]:enabled`),
      'other-way': view.getByRole('button', { name: otherWay, exact: true }),
      retry: view.getByRole('button', { name: 'Try again', exact: true }),
      'open-settings': page.locator('#settings'),
      withdraw: dialog.locator('[data-act="withdraw"]'),
      'close-settings': dialog.locator('[data-act="close"]'),
    }
    await pressByKeyboard(page, targets[next ?? '']!)
    // The line is looked at ten times a second; what was done is not to be done twice.
    await page
      .locator(`#coach[data-next="${next}"][data-press="${act}"]`)
      .waitFor({ state: 'detached', timeout: 2000 })
      .catch(() => undefined)
  }
}

test.each(scenarioIds)('the scenario %s ends as it should, and its report says so', async (scenario) => {
  const { page } = visitor
  await page.goto(`${stage.demo.url}/?lang=en&scenario=${scenario}&run`)
  await followCoach()
  const download = page.waitForEvent('download')
  await page.click('#scenario-download')
  const chunks: Buffer[] = []
  for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer)
  const report: Report = v.parse(reportSchema, JSON.parse(Buffer.concat(chunks).toString()))
  expect(report.checks.filter(({ passed }) => !passed)).toEqual([])
  expect(report).toMatchObject({ scenario, passed: true })
  expect(await page.locator('#scenario-verdict').textContent()).toBe('✓ passed')
  expect(await page.locator('#scenario-list [aria-current=page] .mark').textContent()).toBe('passed')
  expect(stage.outside.attempts).toEqual([])
})

test.each(['en', 'zh-CN'] as const)(
  'the QA page itself (%s): axe finds nothing, by day and by night',
  async (language) => {
    const { page } = visitor
    for (const path of [`/?lang=${language}`, `/?lang=${language}&scenario=backend-down&run`]) {
      await page.goto(stage.demo.url + path)
      if (path.endsWith('run')) await page.locator('#scenario-result').waitFor()
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await axeFindings(page), `${path} ${colorScheme}`).toEqual([])
      }
    }
    const tree = await page.locator('main > nav, main > .act').first().ariaSnapshot()
    await expect(`${tree}\n`).toMatchFileSnapshot(`aria/scenarios.${language}.yaml`)
  },
)

test('on a phone nothing of the QA page is wider than the window, and no word is cut off', async () => {
  const { page } = visitor
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto(`${stage.demo.url}/?lang=en&scenario=backend-down&run`)
  await page.locator('#scenario-result').waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll('button, h1, h2, #scenario-list a, p')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
      .map(({ textContent }) => textContent),
  )
  expect(cut).toEqual([])
})
