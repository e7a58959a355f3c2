import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CaseSite, openCaseSite } from './case-site.js'

let site: CaseSite
beforeAll(async () => {
  site = await openCaseSite()
})
afterAll(() => site.close())

describe('L05: gates that took faces only, until card readers were added (Shanghai, 2022)', () => {
  it('L05 a declared card reader that is not there: nothing starts, camera 0', async () => {
    site.setAlternative(false)
    await site.start({})
    expect(await site.outcome()).toMatchObject({ kind: 'error', code: 'alternative_unavailable' })
    expect(await site.page.locator('dialog').count()).toBe(0)
    expect(await site.cameraCalls()).toBe(0)
  })

  it('L05 a component that is only declared counts as little', async () => {
    const reader = { id: 'card', label: '门卡', kind: 'component', selector: '#card-reader' }
    await site.start({ alternatives: [reader] })
    expect(await site.outcome()).toMatchObject({ kind: 'error', code: 'alternative_unavailable' })
    await site.page.evaluate(() => {
      const element = document.createElement('button')
      element.id = 'card-reader'
      document.body.append(element)
    })
    await site.start({ alternatives: [reader] })
    await site.page.locator('[data-act="decline"]').waitFor()
    await site.page.keyboard.press('Escape')
    expect(await site.outcome()).toMatchObject({ kind: 'alternative', reason: 'declined' })
  })
})

describe('L05: once the readers work', () => {
  it('L05 the choice is offered, one press either way, in equal size', async () => {
    const other = await openCaseSite()
    try {
      await other.start({})
      const buttons = other.page.locator('.choices button')
      await buttons.first().waitFor()
      const areas = await buttons.evaluateAll((all) =>
        all.map((each) => each.getBoundingClientRect()).map(({ width, height }) => width * height),
      )
      expect(areas).toHaveLength(2)
      expect(areas[0]! / areas[1]!).toBeGreaterThan(0.9)
      expect(areas[0]! / areas[1]!).toBeLessThan(1.1)
      await other.page.locator('[data-act="decline"]').click()
      expect(await other.outcome()).toMatchObject({ kind: 'alternative', chosen: 'card', reason: 'declined' })
    } finally {
      await other.close()
    }
  })
})
