import { launchChromium, root, serveFolders, strictCsp } from '../../test/browser/harness.ts'
import { assetFiles } from '../common/browser-images.ts'
import { buildForPage } from '../common/build.ts'
import type { ClipSampling } from '../common/clip-frames.ts'
import type { PadFrame } from './frame.ts'

export interface PadRunOptions {
  /** Folder that the paths are relative to. */
  readonly folder: string
  readonly paths: readonly string[]
  readonly sampling: ClipSampling
  readonly report?: (done: number, all: number) => void
}

/** Looks at every still and clip with the worker's modules in headless Chromium. A file that cannot be read throws. */
export async function lookAtFiles({
  folder,
  paths,
  sampling,
  report,
}: PadRunOptions): Promise<ReadonlyMap<string, readonly PadFrame[]>> {
  await buildForPage('pad/worker', 'pad/page')
  const site = await serveFolders(
    { '/bench/': `${root}bench/dist`, '/assets/': `${root}models/dist`, '/files/': folder },
    { '/': { body: '<!doctype html><script type="module" src="/bench/pad-page.js"></script>', type: 'text/html' } },
    // A clip is sought in, which takes a blob.
    { pageCsp: `${strictCsp}; media-src blob:` },
  )
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.goto(site.origin)
    await page.waitForFunction(() => 'lookAtFile' in window)
    await page.evaluate((files) => window.startPad(files), assetFiles)
    const results = new Map<string, readonly PadFrame[]>()
    for (const path of paths) {
      const url = `/files/${path.split('/').map(encodeURIComponent).join('/')}`
      results.set(path, await page.evaluate((input) => window.lookAtFile(input.url, input.sampling), { url, sampling }))
      report?.(results.size, paths.length)
    }
    return results
  } finally {
    await browser.close()
    await site.close()
  }
}
