import { launchChromium, root, serveFolders, strictCsp } from '../../test/browser/harness.ts'
import { assetFiles } from '../common/browser-images.ts'
import { buildForPage } from '../common/build.ts'
import type { PageExamined, Source } from './page.ts'

/** One file under `folder`, and the copies that are made of it. */
export interface Job extends Omit<Source, 'url'> {
  readonly path: string
}

/** What was seen of one file. */
export interface Examined {
  readonly path: string
  readonly results: readonly PageExamined[]
}

const batch = 16

/** Looks at every copy of every file with the worker's modules in headless Chromium; `save` gets them as they come. */
export async function examineFiles(
  folder: string,
  jobs: readonly Job[],
  save: (files: readonly Examined[]) => Promise<void>,
): Promise<void> {
  await buildForPage('quality/worker', 'quality/page')
  const site = await serveFolders(
    { '/bench/': `${root}bench/dist`, '/assets/': `${root}models/dist`, '/files/': folder },
    { '/': { body: '<!doctype html><script type="module" src="/bench/quality-page.js"></script>', type: 'text/html' } },
    // A clip is sought in, which takes a blob.
    { pageCsp: `${strictCsp}; media-src blob:` },
  )
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    page.on('pageerror', (error) => process.stderr.write(`${error}\n`))
    await page.goto(site.origin)
    await page.waitForFunction(() => 'examineSources' in window)
    await page.evaluate((input) => window.startQuality(input), { files: assetFiles, workers: 2 })
    for (let at = 0; at < jobs.length; at += batch) {
      const part = jobs.slice(at, at + batch)
      const sources = part.map(({ path, ...rest }) => ({ ...rest, url: urlOf(path) }))
      const results = await page.evaluate((list) => window.examineSources(list), sources)
      await save(part.map(({ path }, index) => ({ path, results: results[index] ?? [] })))
    }
  } finally {
    await browser.close()
    await site.close()
  }
}

function urlOf(path: string): string {
  return `/files/${path.split('/').map(encodeURIComponent).join('/')}`
}
