import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Report, reportSchema } from '../../demo/report'
import { scenarioIds } from '../../demo/scenarios'
import { otherWay, press } from './acts'
import { openStage, type Stage, type Visitor } from './harness'

let stage: Stage
let visitor: Visitor

beforeAll(async () => {
  stage = await openStage()
  visitor = await stage.visit()
})
afterAll(() => stage.close())

/** What a tester does who follows the line of the page; by mouse, for FaceSeal takes no consent from a script (L01). */
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
    if (next === 'answer') await dialog.locator(`.choices [data-act="${act}"]`).click()
    else if (next === 'other-way') await press(visitor, otherWay)
    else if (next === 'retry') await press(visitor, 'Try again')
    else if (next === 'open-settings') await page.locator('#settings').dispatchEvent('click')
    else if (next === 'withdraw') await dialog.locator('[data-act="withdraw"]').click()
    else if (next === 'close-settings') await dialog.locator('[data-act="close"]').click()
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
