import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { begin, hintShown, perform } from './acts'
import { openStage, type Stage, type Visitor } from './harness'

let stage: Stage
let visitor: Visitor

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  visitor = await stage.visit()
})
afterEach(() => visitor.close())

async function withdrawInSettings(): Promise<void> {
  const { page } = visitor
  await page.locator('#settings').dispatchEvent('click')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Withdraw consent', exact: true }).click()
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
}

test('after a withdrawal a verification is impossible, and nobody is asked again (L06, L10)', async () => {
  expect(await perform(visitor, 'enrol')).toEqual({ state: 'enrolled', detail: 'backend' })
  await withdrawInSettings()
  await visitor.page.locator('#state[data-state=withdrawn]').waitFor()

  const before = visitor.requests.length
  await visitor.page.click('#verify')
  await visitor.page.locator('#state[data-detail=declined_before]').waitFor()
  expect(await visitor.count('getUserMedia')).toBe(1)
  expect(await visitor.count('workers')).toBe(1)
  const after = visitor.requests.slice(before).map(({ url }) => url.pathname)
  expect(after).not.toContain('/face/verify')
})

test('a withdrawal in the middle of a capture stops camera and worker, and nothing is sent', async () => {
  await stage.show('no-face')
  await begin(visitor, 'enrol')
  await hintShown(visitor, 'no_face')
  await withdrawInSettings()
  await visitor.page.locator('#state[data-state=withdrawn]').waitFor()
  expect(await visitor.trackStates()).toEqual(['ended'])
  await expect.poll(() => visitor.page.workers().length).toBe(0)
  expect(visitor.requests.filter(({ url }) => url.pathname === '/face/enrol')).toEqual([])
})
