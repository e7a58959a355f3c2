import files from '../../models/files.json' with { type: 'json' }
import type { EmbedderName } from '../../src/wire/ceremony-options.ts'
import { launchChromium, root, serveFolders } from '../../test/browser/harness.ts'
import type { PageImage, PageStart, PageStarted } from '../eval/page.ts'
import type { StageTimes } from '../eval/worker.ts'
import { buildForPage } from './build.ts'

/** One image that was scored. */
export interface ImageResult {
  readonly embedding: Float32Array
  readonly template: Uint8Array
  readonly times: StageTimes
  /** What the capture gate would have said, if anything. */
  readonly hint: string | undefined
  readonly quality: number
}

export interface ImageRun {
  readonly started: Omit<PageStarted, 'mean'>
  readonly mean: Float32Array
  /** By path; `undefined` where no face was found. */
  readonly images: ReadonlyMap<string, ImageResult | undefined>
}

export interface ImageRunOptions {
  readonly embedder: EmbedderName
  /** Folder that the paths are relative to. */
  readonly folder: string
  readonly paths: readonly string[]
  readonly token: PageStart['token']
  readonly workers?: number
  readonly backend?: PageStart['backend']
  readonly detector?: PageStart['detector']
  readonly report?: (done: number, all: number) => void
}

const batch = 32

/** Every file that a worker may need. */
export const assetFiles: readonly string[] = Object.values(files)
  .flat()
  .map(({ file }) => file)

/** Runs the worker's modules over images in headless Chromium, each image once. */
export async function evaluateImages(options: ImageRunOptions): Promise<ImageRun> {
  await buildForPage('eval/worker', 'eval/page')
  const site = await serveFolders(
    { '/bench/': `${root}bench/dist`, '/assets/': `${root}models/dist`, '/images/': options.folder },
    { '/': { body: '<!doctype html><script type="module" src="/bench/eval-page.js"></script>', type: 'text/html' } },
    // The benchmark's worker fetches the images itself.
    { workerCsp: "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'" },
  )
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    page.on('pageerror', (error) => process.stderr.write(`${error}\n`))
    await page.goto(site.origin)
    await page.waitForFunction(() => 'evaluateImages' in window)
    const { embedder, token, backend, detector, workers = 2 } = options
    const input = {
      embedder,
      token,
      workers,
      files: assetFiles,
      ...(backend && { backend }),
      ...(detector && { detector }),
    }
    const { mean, ...started } = await page.evaluate((start) => window.startEval(start), input)
    const images = new Map<string, ImageResult | undefined>()
    const paths = [...new Set(options.paths)]
    for (let at = 0; at < paths.length; at += batch) {
      const part = paths.slice(at, at + batch)
      const urls = part.map((path) => `/images/${path.split('/').map(encodeURIComponent).join('/')}`)
      const results = await page.evaluate((list) => window.evaluateImages(list), urls)
      part.forEach((path, index) => {
        images.set(path, resultOf(results[index]))
      })
      options.report?.(Math.min(at + batch, paths.length), paths.length)
    }
    return { started, mean: floats(mean), images }
  } finally {
    await browser.close()
    await site.close()
  }
}

function resultOf(image: PageImage | undefined): ImageResult | undefined {
  if (!image?.embedding || !image.template || !image.times) return undefined
  return {
    embedding: floats(image.embedding),
    template: new Uint8Array(Buffer.from(image.template, 'base64')),
    times: image.times,
    hint: image.hint,
    quality: image.quality ?? 0,
  }
}

function floats(base64: string): Float32Array {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  return new Float32Array(bytes.buffer)
}
