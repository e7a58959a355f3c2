import { beforeAll, describe, expect, it } from 'vitest'
import { type AppSizes, appSizes } from '../../bench/size/before-grant.ts'
import { localeTags } from '../../src/wire/locale.ts'

/** Bytes, gzip: budgets; CHANGELOG.md has what was measured. That a browser asks for no more is tested with the README's widget. */
const limits = { headless: 25_000, widget: 60_000, oneFunction: 8000, widgetAtOnce: 23_000, afterGrant: 12_500 }

let sizes: Awaited<ReturnType<typeof appSizes>>
beforeAll(async () => {
  sizes = await appSizes()
})

const worstBefore = ({ beforeGrant }: AppSizes) => Math.max(...localeTags.map((tag) => beforeGrant[tag]!))

describe('what an app loads before the grant', () => {
  it('headless: at most 25 kB at once with all of its API, 8 kB for one function', () => {
    expect(sizes['headless, all of it'].atOnce).toBeLessThanOrEqual(limits.headless)
    expect(sizes['headless, one function'].atOnce).toBeLessThanOrEqual(limits.oneFunction)
  })

  it('widget: at most 60 kB with the consent dialog, in any language; 23 kB at once', () => {
    expect(worstBefore(sizes.widget)).toBeLessThanOrEqual(limits.widget)
    expect(sizes.widget.atOnce).toBeLessThanOrEqual(limits.widgetAtOnce)
    // The dialog is in the one figure and not in the other, or the budgets would say nothing.
    expect(worstBefore(sizes.widget) - sizes.widget.atOnce).toBeGreaterThan(15_000)
  })

  it('after it: camera view, loader and bridge come once, with the grant', () => {
    for (const { afterGrant } of Object.values(sizes)) {
      expect(afterGrant).toBeGreaterThan(5000)
      expect(afterGrant).toBeLessThanOrEqual(limits.afterGrant)
    }
  })
})
