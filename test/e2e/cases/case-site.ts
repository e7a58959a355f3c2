import type { Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { signedOptions } from '../../browser/consent/options.js'
import { launchChromium, root, serveFolders } from '../../browser/harness.js'
import { installSpies } from '../spies.js'

/** Somebody's service with a policy of its own: the public API in a real page, the camera counted. */
export interface CaseSite {
  readonly page: Page
  /** Takes the other way's page off the net, or puts it back. */
  setAlternative(there: boolean): void
  /** Calls `startVerification` without waiting. */
  start(policy: Readonly<Record<string, unknown>>, extra?: { readonly guardianToken?: string }): Promise<void>
  /** The outcome's kind and reason, or the error's code and ids. */
  outcome(): Promise<CaseOutcome>
  cameraCalls(): Promise<number>
  workers(): Promise<number>
  close(): Promise<void>
}

export interface CaseOutcome {
  readonly kind: string
  readonly reason?: string
  readonly chosen?: string
  readonly code?: string
  readonly ids?: readonly string[]
}

export async function openCaseSite(): Promise<CaseSite> {
  const bundle = await rolldown({ input: `${root}test/e2e/cases/fixture.ts`, platform: 'browser' })
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false })
  const body = `<!doctype html><html lang="zh-CN"><title>case</title><main><h1>Service</h1></main>
    <script type="module" src="/fixture.js"></script></html>`
  const pages: Record<string, { body: string; type: string }> = {
    '/': { body, type: 'text/html; charset=utf-8' },
    '/fixture.js': { body: output[0].code, type: 'text/javascript; charset=utf-8' },
  }
  const site = await serveFolders({}, pages)
  const browser = await launchChromium(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'])
  const page = await browser.newPage({ locale: 'zh-CN' })
  await page.addInitScript(installSpies)
  await page.goto(`${site.origin}/`)
  await page.waitForFunction(() => 'caseApi' in globalThis)
  const setAlternative = (there: boolean) => {
    if (there) pages['/alternative'] = { body: 'here', type: 'text/plain' }
    else delete pages['/alternative']
  }
  setAlternative(true)
  return {
    page,
    setAlternative,
    async start(policy, { guardianToken } = {}) {
      const optionsJSON = await signedOptions(site.origin, policy)
      await page.evaluate(
        ({ optionsJSON, guardianToken }) => {
          const run = globalThis.caseApi.faceseal.startVerification({
            optionsJSON,
            mount: document.body,
            locale: 'zh-CN',
            ...(guardianToken && { guardianToken }),
          })
          Object.assign(globalThis, {
            caseOutcome: run.then(
              (outcome) => ({
                kind: outcome.kind,
                ...(outcome.kind === 'alternative' && { reason: outcome.reason, chosen: outcome.chosen }),
              }),
              (error: unknown) => {
                const { FaceSealError } = globalThis.caseApi.faceseal
                if (!(error instanceof FaceSealError)) return { kind: 'error', code: String(error) }
                return { kind: 'error', code: error.code, ids: error.issues.flatMap(({ ids }) => [...ids]) }
              },
            ),
          })
        },
        { optionsJSON, guardianToken },
      )
    },
    outcome: () => page.evaluate(() => Reflect.get(globalThis, 'caseOutcome') as Promise<CaseOutcome>),
    cameraCalls: () => page.evaluate(() => globalThis.seen.getUserMedia),
    workers: () => page.evaluate(() => globalThis.seen.workers.length),
    async close() {
      await browser.close()
      await site.close()
    },
  }
}
