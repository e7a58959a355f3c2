import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axeFindings } from '../axe.ts'
import { differences, type Fingerprint, faultsOf, fingerprintOf } from './fingerprint.ts'
import fingerprints from './fingerprints.json' with { type: 'json' }
import { type Look, looks, nameOf } from './looks.ts'
import { type LookStage, openLookStage } from './site.ts'

const known = fingerprints as unknown as Readonly<Record<string, Fingerprint>>

let stage: LookStage
beforeAll(async () => {
  stage = await openLookStage()
})
afterAll(() => stage.close())

async function withLook(look: Look, use: (page: Page) => Promise<void>): Promise<void> {
  const page = await stage.show(look)
  try {
    await use(page)
  } finally {
    await page.context().close()
  }
}

/** test/browser/consent asks axe about these two already, in every language and both schemes. */
const askedElsewhere = ({ surface, text, locale }: Look) =>
  (surface === 'consent' || surface === 'second') && !text && locale !== 'rtl'

/** One of each screen in two languages: what a screen reader is given is kept as text. */
const spoken = looks
  .filter(({ locale, text }) => (locale === 'en' || locale === 'zh-CN') && !text)
  .filter(
    (look, i, all) => i === all.findIndex(({ surface, locale }) => surface === look.surface && locale === look.locale),
  )

describe('as it was, whole, and readable; `npm run looks` takes what is meant to be new', () => {
  it.each(looks.map((look) => [nameOf(look), look] as const))('%s', (name, look) =>
    withLook(look, async (page) => {
      expect(differences(await fingerprintOf(page), known[name]!)).toEqual([])
      expect(await faultsOf(page), 'in the font of boxes').toEqual([])
      if (!askedElsewhere(look)) expect(await axeFindings(page)).toEqual([])
      if (spoken.includes(look)) {
        const tree = await page.locator('body').ariaSnapshot()
        await expect(`${tree}\n`).toMatchFileSnapshot(`aria/${look.surface}.${look.locale}.yaml`)
      }
      await page.evaluate(() => document.documentElement.style.setProperty('--faceseal-font', 'system-ui'))
      expect(await faultsOf(page), "in this machine's own font").toEqual([])
    }),
  )

  it('there is no fingerprint without a look', () => {
    expect(Object.keys(known).sort()).toEqual(looks.map(nameOf).sort())
  })
})

describe('what the fingerprint and the faults would tell', () => {
  const consent = looks[0]!
  const then = known[nameOf(consent)]!
  const mutations: Readonly<Record<string, readonly [css: string, told: RegExp]>> = {
    moved: ['.choices [data-act=decline] { translate: 12px 0 }', /decline is at/],
    smaller: ['.choices [data-act=decline] { inline-size: 60% }', /decline is at/],
    recoloured: ['.choices [data-act=agree-once] { background: #1f6f5c }', /agree-once has another ground/],
    'of another edge': ['.choices [data-act=decline] { border-color: transparent }', /decline has another edge/],
    missing: ['.choices [data-act=decline] { display: none }', /decline is missing/],
    'under a veil': ['.choices { opacity: .2 } .body { opacity: .2 }', /cells have another colour/],
    clipped: [
      '.choices [data-act=decline] { block-size: 30px; min-block-size: 0; inline-size: 3em; overflow: hidden }',
      /cut off/,
    ],
    'beside the window': ['.choices [data-act=decline] { translate: 200px 0 }', /decline\.: beside the window/],
    overlapping: ['.choices { display: block } .choices [data-act=decline] { margin-block-start: -30px }', /overlap/],
    'too wide': ['.body { inline-size: 500px }', /px wide in/],
  }
  it('names each change of a choice', () =>
    withLook(consent, async (page) => {
      for (const [name, [css, told]] of Object.entries(mutations)) {
        await page.evaluate((rules) => {
          const { shadowRoot } = document.querySelector('[data-faceseal-dialog]')!
          const sheet = new CSSStyleSheet()
          sheet.replaceSync(rules)
          // The sheet of the change before goes.
          shadowRoot!.adoptedStyleSheets = [shadowRoot!.adoptedStyleSheets[0]!, sheet]
        }, css)
        const findings = [...differences(await fingerprintOf(page), then), ...(await faultsOf(page))]
        expect(findings.join('\n'), name).toMatch(told)
      }
    }))
})
