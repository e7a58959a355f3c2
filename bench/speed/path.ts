// The whole path in the built package: demo backend, consent, camera fed by a clip, worker, sealed response.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page, Request } from 'playwright-core'
import { build } from 'vite'
import { root } from '../../test/browser/harness.ts'
import { openStage, type Stage } from '../../test/e2e/harness.ts'
import { brotliBytes } from './brotli.ts'
import type { PathTimes } from './path/main.ts'
import { longestScriptTask, type TraceTask } from './trace.ts'

export const pageFolder = fileURLToPath(new URL('./path/', import.meta.url))

export interface PathRun extends PathTimes {
  /** From the page's first byte on. */
  readonly bytesToGuidance: number
  readonly bytesToResponse: number
  /** Files and their size on the wire, largest first. */
  readonly files: Readonly<Record<string, number>>
}

export interface PathResult {
  /** Enrolments on a device that has never been here. */
  readonly cold: readonly PathRun[]
  /** Verifications on one that has. */
  readonly warm: readonly PathRun[]
  /** The first enrolment once more, on the lite profile. */
  readonly lite: PathRun
  readonly longestTask: TraceTask | undefined
}

export async function runPaths(times: number, say: (line: string) => void): Promise<PathResult> {
  await buildPage()
  const stage = await openStage(pageFolder)
  try {
    await stage.show('man-a')
    const cold: PathRun[] = []
    const warm: PathRun[] = []
    let longestTask: TraceTask | undefined
    for (let round = 0; round < times; round++) {
      const visitor = await visit(stage)
      cold.push(await walkAndWeigh(stage, visitor, 'enrol'))
      warm.push(await walkAndWeigh(stage, visitor, 'verify'))
      say(`path: ${round + 1} of ${times}, ${cold.at(-1)!.outcome}, ${warm.at(-1)!.outcome}`)
      // Recording costs time, so the recorded run is not among the timed ones.
      if (round === times - 1) longestTask = await recorded(stage, visitor)
      await visitor.context.close()
    }
    const visitor = await visit(stage)
    const lite = await walkAndWeigh(stage, visitor, 'enrol', 'lite')
    await visitor.context.close()
    return { cold, warm, lite, longestTask }
  } finally {
    await stage.close()
  }
}

/** The page as an integrator builds it; {@link openStage} serves it from `pageFolder`. */
export async function buildPage(): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: pageFolder,
    resolve: { alias: { faceseal: `${root}dist/index.js` } },
    worker: { format: 'es' },
    build: {
      outDir: `${pageFolder}dist`,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: false,
    },
  })
}

export interface Visit {
  readonly context: BrowserContext
  readonly page: Page
  readonly requests: Request[]
}

export async function visit(stage: Stage): Promise<Visit> {
  const context = await stage.browser.newContext({ locale: 'en-GB', permissions: ['camera'] })
  const requests: Request[] = []
  context.on('request', (request) => requests.push(request))
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  await page.goto(stage.demo.url)
  await page.waitForFunction(() => 'runPath' in window)
  return { context, page, requests }
}

/** Presses what a person presses. */
export async function walk(
  { page }: Pick<Visit, 'page'>,
  kind: 'enrol' | 'verify',
  profile: 'full' | 'lite' = 'full',
  assetBase?: string,
): Promise<PathTimes> {
  const done = page.evaluate((what) => window.runPath(what.kind, what.profile, what.assetBase), {
    ...{ kind, profile, assetBase },
  })
  const press = (name: string) =>
    page.getByRole('dialog').locator('[data-act]').getByText(name, { exact: true }).click()
  await press('Agree, this time only')
  await press('Allow, this time only')
  const times = await done
  if (times.responded === 0) throw new Error(`${kind}: ${times.outcome}`)
  return times
}

/** {@link walk}, and what came over the wire for it. */
async function walkAndWeigh(stage: Stage, visitor: Visit, ...way: ['enrol' | 'verify', 'lite'?]): Promise<PathRun> {
  const times = await walk(visitor, ...way)
  const { requests } = visitor
  const files: Record<string, number> = {}
  let [bytesToGuidance, bytesToResponse] = [0, 0]
  for (const request of requests) {
    const url = new URL(request.url())
    const at = request.timing().startTime - times.timeOrigin
    const content = url.origin === stage.demo.url ? await served(url.pathname) : undefined
    if (!content || files[url.pathname]) continue
    const bytes = await brotliBytes(content)
    files[url.pathname] = bytes
    if (at < times.guided) bytesToGuidance += bytes
    if (at < times.responded) bytesToResponse += bytes
  }
  const ordered = Object.fromEntries(Object.entries(files).sort(([, a], [, b]) => b - a))
  return { ...times, bytesToGuidance, bytesToResponse, files: ordered }
}

/** What the demo answers from its folder; the backend's own answers are a few kilobytes and not counted. */
async function served(path: string): Promise<Buffer | undefined> {
  return await readFile(`${pageFolder}dist${path.endsWith('/') ? `${path}index.html` : path}`).catch(() => undefined)
}

async function recorded(stage: Stage, visitor: Visit): Promise<TraceTask | undefined> {
  await stage.browser.startTracing(visitor.page, { categories: ['toplevel', 'devtools.timeline', 'v8'] })
  const { granted, responded } = await walk(visitor, 'verify')
  const trace = await stage.browser.stopTracing()
  return longestScriptTask(JSON.parse(trace.toString()), responded - granted)
}
