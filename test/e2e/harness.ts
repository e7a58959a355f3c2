import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { type RunningDemo, startDemo } from '../../demo/backend.js'
import { launchChromium } from '../browser/harness.js'
import { type ClipName, type Clips, prepareClips } from './clips.js'
import { type Outside, watchOutside } from './outside.js'
import { type RecordedRequest, recordRequests } from './recorded-requests.js'
import { dumpStorage, installSpies } from './spies.js'

const demoRoot = fileURLToPath(new URL('../../demo/', import.meta.url))
const artifacts = fileURLToPath(new URL('../.artifacts/', import.meta.url))

/** Demo backend, one Chromium whose camera plays a clip, and a record of all that tries to leave this machine. */
export interface Stage {
  readonly demo: RunningDemo
  readonly browser: Browser
  readonly outside: Outside
  /** What the camera shows from its next opening on: Chromium reads the file anew each time. */
  show(clip: ClipName): Promise<void>
  /** The same with any motion JPEG. */
  showFile(path: string): Promise<void>
  /** Somebody with an empty browser profile on the demo page. */
  visit(options?: VisitOptions): Promise<Visitor>
  close(): Promise<void>
}

export interface VisitOptions {
  readonly account?: 'alice' | 'bob' | undefined
  /** `denied`: the browser refuses the camera. */
  readonly camera?: 'granted' | 'denied' | undefined
  /** A page of the same demo instead of its start page. */
  readonly path?: string | undefined
  readonly before?: ((page: Page) => Promise<unknown>) | undefined
}

/** One person's browser, and everything seen of it. */
export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
  readonly requests: readonly RecordedRequest[]
  /** Console lines and page errors. */
  readonly logs: readonly string[]
  /** Counters inside the page; see spies.ts. */
  count(what: 'getUserMedia' | 'workers' | 'otherPermissions' | 'messages'): Promise<number>
  messages(): Promise<readonly string[]>
  /** `live` or `ended`, of every camera track there ever was. */
  trackStates(): Promise<readonly string[]>
  storage(): Promise<string>
  close(): Promise<void>
}

/** The browser's own errands go to a port where nobody listens, so that what the proxy sees was caused by a page. */
const nobody = 'http://127.0.0.1:9'
export const quietBrowser = [
  `--gaia-url=${nobody}`,
  `--google-apis-url=${nobody}`,
  `--autofill-server-url=${nobody}`,
  `--component-updater=url-source=${nobody}`,
  `--apps-gallery-update-url=${nobody}`,
  '--disable-extensions',
]

/** `root`: a folder whose `dist` is served in place of the QA page. */
export async function openStage(root = demoRoot): Promise<Stage> {
  const clips: Clips = await prepareClips()
  await mkdir(artifacts, { recursive: true })
  const folder = await mkdtemp(join(artifacts, 'stage-'))
  const cameraFile = join(folder, 'camera.mjpeg')
  const showFile = async (path: string) => {
    // In one step, so that a camera that opens right now never reads half a file.
    await copyFile(path, `${cameraFile}.next`)
    await rename(`${cameraFile}.next`, cameraFile)
  }
  const show = (clip: ClipName) => showFile(clips[clip])
  await show('man-a')
  const outside = await watchOutside()
  const demo = await startDemo({ root, liveness: 'passive', clips: dirname(clips['man-a']) })
  const browser = await launchChromium([
    outside.argument,
    ...quietBrowser,
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${cameraFile}`,
  ])
  return {
    demo,
    browser,
    outside,
    show,
    showFile,
    visit: (options) => visit(browser, demo, options),
    async close() {
      await browser.close()
      await demo.close()
      await outside.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function visit(browser: Browser, demo: RunningDemo, options: VisitOptions = {}): Promise<Visitor> {
  const { account = 'alice', camera = 'granted', path = '/?lang=en', before } = options
  const context = await browser.newContext({ locale: 'en-GB', permissions: camera === 'granted' ? ['camera'] : [] })
  const requests = recordRequests(context)
  const page = await context.newPage()
  // Two slow cores may be busy with something else; what is waited for comes, or the test itself runs out.
  page.setDefaultTimeout(120_000)
  const logs: string[] = []
  page.on('console', (message) => logs.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => logs.push(`pageerror: ${error.message}`))
  await before?.(page)
  await page.addInitScript(installSpies)
  await page.goto(demo.url + path)
  if (path.startsWith('/?lang=')) await page.selectOption('#account', account)
  return {
    ...{ context, page, requests, logs },
    count: (what) =>
      page.evaluate((name) => {
        const value = globalThis.seen[name]
        return typeof value === 'number' ? value : value.length
      }, what),
    messages: () => page.evaluate(() => globalThis.seen.messages),
    trackStates: () => page.evaluate(() => globalThis.seen.tracks.map(({ readyState }) => readyState)),
    storage: () => page.evaluate(dumpStorage),
    close: () => context.close(),
  }
}
