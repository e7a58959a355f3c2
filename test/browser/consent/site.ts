import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { type LocalSite, launchChromium, root, serveFolders } from '../harness.ts'
import { signedOptions } from './options.ts'

export interface ConsentStage {
  readonly browser: Browser
  readonly site: LocalSite
  /** A page of a new profile, or of the given page's profile. */
  open(options?: BrowserContextOptions, sibling?: Page): Promise<Page>
  close(): Promise<void>
}

/** The consent module, bundled, on a page with the strict CSP and Trusted Types enforced. */
export async function openConsentStage(): Promise<ConsentStage> {
  const bundle = await rolldown({ input: `${root}test/browser/consent/fixture.ts`, platform: 'browser' })
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false })
  const axe = await readFile(`${root}node_modules/axe-core/axe.min.js`, 'utf8')
  const body = `<!doctype html><html lang="zh-CN"><title>test</title>
    <main><h1>Service</h1><button id="start">start</button><div id="mount"></div></main>
    <script type="module" src="/fixture.js"></script></html>`
  const site = await serveFolders(
    {},
    {
      '/': { body, type: 'text/html; charset=utf-8' },
      '/fixture.js': { body: output[0].code, type: 'text/javascript; charset=utf-8' },
      '/axe.js': { body: axe, type: 'text/javascript; charset=utf-8' },
      '/alternative': { body: 'here', type: 'text/plain' },
    },
  )
  const browser = await launchChromium()
  return {
    browser,
    site,
    async open(options = {}, sibling) {
      const context = sibling ? sibling.context() : await browser.newContext({ locale: 'zh-CN', ...options })
      const page = await context.newPage()
      await page.goto(`${site.origin}/`)
      await page.waitForFunction(() => 'consent' in globalThis)
      return page
    },
    async close() {
      await browser.close()
      await site.close()
    },
  }
}

export interface AskOptions {
  readonly policy?: Readonly<Record<string, unknown>>
  readonly options?: Readonly<Record<string, unknown>>
  readonly locale?: string
  readonly reason?: 'first' | 'settings'
  readonly wantsTransmit?: boolean
  readonly guardianToken?: string
}

/** Calls `requestConsent` without waiting for its answer; `answerOf` does. */
export async function ask(page: Page, options: AskOptions = {}): Promise<void> {
  const optionsJSON = await signedOptions(new URL(page.url()).origin, options.policy, options.options)
  await page.evaluate(
    ({ optionsJSON, locale, reason, wantsTransmit, guardianToken }) => {
      const { consent } = globalThis
      const request = consent.openDeviceStore().then((records) =>
        consent.requestConsent({
          options: optionsJSON,
          records,
          wantsTransmit,
          reason,
          ...(locale && { locale }),
          ...(guardianToken && { guardianToken }),
        }),
      )
      globalThis.lastDecision = request.then(
        (decision) => {
          consent.decisions.push(decision)
          return { ...decision, number: consent.decisions.length - 1 }
        },
        (error: unknown) => ({ kind: 'error', code: consent.codeOf(error) }),
      )
    },
    {
      optionsJSON,
      locale: options.locale,
      reason: options.reason ?? ('first' as const),
      wantsTransmit: options.wantsTransmit ?? false,
      guardianToken: options.guardianToken,
    },
  )
}

export interface Answer {
  readonly kind: 'granted' | 'alternative' | 'error'
  readonly code?: string
  readonly reason?: string
  readonly chosen?: string
  readonly receipt?: string | null
  readonly receipts?: readonly string[]
  readonly transmit?: object | null
  readonly number?: number
  readonly persistent?: boolean
  readonly consentHash?: string
}

export async function answerOf(page: Page): Promise<Answer> {
  const json = await page.evaluate(async () => JSON.stringify(await globalThis.lastDecision))
  return JSON.parse(json) as Answer
}

/** Dialogs on the page right now. */
export function dialogs(page: Page): Promise<number> {
  return page.locator('dialog[open]').count()
}
