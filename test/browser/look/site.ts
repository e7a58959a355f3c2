import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { type Plugin, rolldown } from 'rolldown'
import { policy, signedOptions } from '../consent/options.ts'
import { launchChromium, root, serveFolders } from '../harness.ts'
import { boxFont } from './box-font.ts'
import type { CaptureState } from './look-page.ts'
import { heights, type Look } from './looks.ts'
import { pseudo } from './pseudo.ts'

export interface LookStage {
  /** Puts the screen up on a page of a new profile. */
  show(look: Look): Promise<Page>
  close(): Promise<void>
}

/** Dates in the words are those of this day, on every day. */
const today = new Date('2026-11-23T09:00:00Z')

/** English words become a pseudo-language where the page asks for one; the widget stands on `answers.ts`. */
const testOnly: Plugin = {
  name: 'look-test-only',
  resolveId(source, importer) {
    if (source === '../index' && importer?.includes('/src/element/')) return `${root}test/browser/look/answers.ts`
    return null
  },
  async load(id) {
    if (!/\/src\/(page\/i18n|element\/words)\/en\.ts$/.test(id)) return null
    const code = (await readFile(id, 'utf8')).replace(/export const en\b/, 'const plain')
    return {
      code: `import { pseudoCatalogue } from '${root}test/browser/look/pseudo.ts'\n${code}\nexport const en = pseudoCatalogue(plain)\n`,
      moduleType: 'ts',
    }
  },
}

/** Every screen of FaceSeal on a page with nothing else, in a font of boxes, so that lines break alike everywhere. */
export async function openLookStage(): Promise<LookStage> {
  const bundle = await rolldown({
    input: `${root}test/browser/look/look-page.ts`,
    platform: 'browser',
    plugins: [testOnly],
    onLog: () => undefined,
  })
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false })
  await bundle.close()
  const html = (dir: string) => `<!doctype html><html lang="en" dir="${dir}"><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1"><title>Look</title>
    <link rel="stylesheet" href="/page.css"><script type="module" src="/page.js"></script>
    <main><h1>Service</h1><div id="mount"></div></main></html>`
  const css = `@font-face { font-family: Box; src: url(/box.ttf); font-weight: 1 1000 }
    :root { color-scheme: light dark; --faceseal-font: Box; font-family: Box }
    body { margin: 0.5rem } h1 { font-size: 1.25rem }`
  const site = await serveFolders(
    {},
    {
      '/ltr': { body: html('ltr'), type: 'text/html; charset=utf-8' },
      '/rtl': { body: html('rtl'), type: 'text/html; charset=utf-8' },
      '/page.js': { body: output[0].code, type: 'text/javascript; charset=utf-8' },
      '/page.css': { body: css, type: 'text/css' },
      '/box.ttf': { body: boxFont(), type: 'font/ttf' },
      '/alternative': { body: 'here', type: 'text/plain' },
    },
    { pageCsp: "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'" },
  )
  const browser = await launchChromium(['--hide-scrollbars'])
  return {
    async show(look) {
      const { width, scheme = 'light', forced, text } = look
      const context = await browser.newContext({
        ...{ viewport: { width, height: heights[width] }, colorScheme: scheme, reducedMotion: 'reduce' },
        ...{ forcedColors: forced ? 'active' : 'none', locale: 'en-GB', timezoneId: 'UTC' },
      })
      const page = await context.newPage()
      page.on('console', (message) => message.type() === 'error' && process.stderr.write(`${message.text()}\n`))
      await page.clock.setFixedTime(today)
      if (text) {
        // The browser's own setting, which the widths of media queries follow as well.
        const devtools = await context.newCDPSession(page)
        await devtools.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } })
      }
      await page.goto(`${site.origin}/${look.locale === 'rtl' ? 'rtl' : 'ltr'}`)
      await page.waitForFunction(() => 'look' in globalThis)
      await page.evaluate(async () => document.fonts.load('1rem Box'))
      await putUp(page, look)
      return page
    },
    async close() {
      await browser.close()
      await site.close()
    },
  }
}

async function putUp(page: Page, look: Look): Promise<void> {
  const { surface, elder = false } = look
  const kind = look.locale === 'long' || look.locale === 'rtl' ? look.locale : undefined
  const locale = look.locale === 'long' || look.locale === 'rtl' ? 'en' : look.locale
  await page.evaluate((kind) => {
    Object.assign(globalThis, { pseudoLocale: kind })
  }, kind)
  const words = (given: string) => (kind ? pseudo(given, kind) : given)
  const seconds = Math.floor(today.getTime() / 1000)
  const changed = { ...inEnglish(policy, words), presentation: { elder, readAloud: false } }
  const options = await signedOptions(new URL(page.url()).origin, changed, {
    ...{ iat: seconds, exp: seconds + 600, subject: 'AAAAAAAAAAAAAAAAAAAAAA' },
  })
  switch (surface) {
    case 'consent':
    case 'second':
      await page.evaluate(({ options, locale }) => globalThis.look.consent(options, locale), { options, locale })
      await page.locator('.choices button:enabled').first().waitFor()
      if (surface === 'consent') return
      await page.locator('[data-act="agree-once"]').click()
      await page.locator('.choices button:disabled').first().waitFor()
      return await page.locator('.choices button:enabled').first().waitFor()
    case 'settings':
      await page.evaluate(({ options, locale }) => globalThis.look.settings(options, locale), { options, locale })
      return await page.locator('[data-act="withdraw"]').waitFor()
    case 'loading':
    case 'guidance':
    case 'movement':
    case 'problem':
      return await page.evaluate(
        ({ surface, locale, elder, alternative }) => globalThis.look.capture(surface, locale, elder, alternative),
        {
          surface: surface satisfies CaptureState,
          locale,
          elder,
          alternative: words(policy.alternatives[0].label[locale]),
        },
      )
    default:
      return await page.evaluate(({ surface, locale }) => globalThis.look.card(surface, locale), { surface, locale })
  }
}

/** The policy with its English texts changed. */
function inEnglish<T>(value: T, words: (text: string) => string): T {
  if (Array.isArray(value)) return value.map((item) => inEnglish(item, words)) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => {
    return [key, key === 'en' && typeof item === 'string' ? words(item) : inEnglish(item, words)]
  })
  return Object.fromEntries(entries) as T
}
