// The contest over pictures: everyone looks at the same picture before anyone looks at the next.
import { mkdir } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { build, type Plugin } from 'vite'
import { neededFiles } from '../../src/page/assets.ts'
import { type LocalSite, root, serveFolders } from '../../test/browser/harness.ts'
import { workerBuild } from '../../vite.worker.config.ts'
import { type Contestant, contestants, type Looked } from './contestant.ts'
import { packages } from './install.ts'

/** Where each package's file is served; never bundled, for what it weighs is what its users load. */
const externals: Readonly<Record<string, string>> = {
  '#human': '/packages/@vladmandic/human/dist/human.esm.js',
  '#vladmandic-face-api': '/packages/@vladmandic/face-api/dist/face-api.esm.js',
  '#face-api.js': '/packages/face-api.js/dist/face-api.min.js',
}
const contestantFiles: Plugin = {
  name: 'contestant-files',
  enforce: 'pre',
  resolveId: (source) => (externals[source] ? { id: externals[source], external: 'absolute' } : null),
}

/** Its own worker is allowed what any page gives a library that asks for it; FaceSeal needs none of it. */
const csp = "default-src 'self' blob: data:; script-src 'self' blob: 'wasm-unsafe-eval' 'unsafe-eval'"

/** Builds the workers and serves page, packages, models and pictures, without cross-origin isolation: one thread each. */
export async function openContestSite(pictures: string, names: readonly Contestant[]): Promise<LocalSite> {
  await mkdir(`${root}bench/dist`, { recursive: true })
  for (const name of [...names.map((contestant) => `${contestant}-worker`), 'stills-page']) {
    const ours = workerBuild(`./bench/speed/${name}.ts`, './bench/dist', `speed-${name}.js`)
    const known = name.startsWith('faceseal') || name.startsWith('mediapipe')
    // Others load what they like; only FaceSeal's build forbids it.
    const plugins = known ? ours.plugins : [contestantFiles]
    await build({ ...ours, plugins: plugins ?? [] })
  }
  return await serveFolders(
    {
      '/bench/': `${root}bench/dist`,
      '/assets/': `${root}models/dist`,
      '/tfjs/': `${root}models/dist`,
      '/packages/': packages,
      '/packages/@vladmandic/face-api/': `${root}node_modules/face-api.js`,
      '/pictures/': pictures,
    },
    {
      '/': {
        body: '<!doctype html><script type="module" src="/bench/speed-stills-page.js"></script>',
        type: 'text/html',
      },
    },
    { workerCsp: csp, pageCsp: csp, cacheControl: 'public, max-age=3600' },
  )
}

/** Milliseconds by stage, in rounds over all pictures. */
export type Rounds = readonly Readonly<Record<string, readonly number[]>>[]

export interface Contest {
  /** Contestants that could not run say why. */
  readonly failures: Partial<Record<Contestant, string>>
  readonly backends: Partial<Record<Contestant, string>>
  /** In how many of the pictures everybody found a face: only these are timed. */
  readonly pictures: number
  readonly stills: Partial<Record<Contestant, Rounds>>
  readonly video: Partial<Record<Contestant, Rounds>>
  /** What this machine's SIMD did at best between the rounds; thousand million multiply-adds a second. */
  readonly peakGmacs: readonly number[]
  /** Tensors more after the last picture than after the first round. */
  readonly tensorsLeft: Partial<Record<Contestant, number>>
}

export interface ContestOptions {
  readonly page: Page
  readonly site: LocalSite
  readonly names: readonly Contestant[]
  /** Names below `/pictures/`. */
  readonly stills: readonly string[]
  readonly frames: readonly string[]
  readonly rounds: number
  /** A contestant that has used so many milliseconds up sits the remaining rounds out. */
  readonly patienceMs: number
  readonly say: (line: string) => void
}

export async function runContest({
  page,
  site,
  names,
  stills,
  frames,
  rounds,
  patienceMs,
  say,
}: ContestOptions): Promise<Contest> {
  await page.goto(site.origin)
  await page.waitForFunction(() => 'contest' in window)
  const failures: Partial<Record<Contestant, string>> = {}
  const backends: Partial<Record<Contestant, string>> = {}
  for (const name of names) {
    try {
      const { backend, faces } = await startContestant(page, name, stills[0]!)
      backends[name] = backend
      if (faces === 0) throw new Error('no face in the first picture')
    } catch (error) {
      failures[name] = String(error).split('\n')[0]!
    }
    say(`${name}: ${failures[name] ?? backends[name]}`)
  }
  const running = contestants.filter((name) => names.includes(name) && !failures[name])
  const spent = new Map<Contestant, number>()
  const peak: number[] = []
  const play = async (list: readonly string[], video: boolean, times: number) => {
    const results: Partial<Record<Contestant, Record<string, number[]>[]>> = {}
    for (let round = 0; round < times; round++) {
      peak.push(await page.evaluate(() => window.contest.peakGmacs()))
      for (const [index, path] of list.entries()) {
        for (const name of running) {
          const rests = (spent.get(name) ?? 0) > patienceMs
          if (rests) continue
          const started = performance.now()
          const looked = await lookAt(page, name, path, video)
          spent.set(name, (spent.get(name) ?? 0) + performance.now() - started)
          const mine = results[name] ?? []
          mine[round] = collected(mine[round], looked)
          results[name] = mine
        }
        if (index % 20 === 19) say(`${video ? 'video' : 'stills'}: round ${round + 1}, ${index + 1} of ${list.length}`)
      }
    }
    return results
  }
  // A round to warm up, which counts for nothing but that what one of them finds no face in is nobody's picture.
  const common: string[] = []
  for (const path of stills) {
    const found: boolean[] = []
    for (const name of running) found.push((await lookAt(page, name, path, false)).faces > 0)
    if (found.every(Boolean)) common.push(path)
  }
  say(`stills: all find a face in ${common.length} of ${stills.length}`)
  const before = await tensorsOf(page, running)
  const stillRounds = await play(common, false, rounds)
  const videoRounds = await play(frames, true, 1)
  const after = await tensorsOf(page, running)
  const tensorsLeft = Object.fromEntries(
    running.flatMap((name) => {
      const [first, last] = [before.get(name), after.get(name)]
      return first === undefined || last === undefined ? [] : [[name, last - first]]
    }),
  )
  return {
    failures,
    backends,
    pictures: common.length,
    stills: stillRounds,
    video: videoRounds,
    peakGmacs: peak,
    tensorsLeft,
  }
}

export function startContestant(page: Page, name: Contestant, first: string) {
  const needed = neededFiles({ embedder: 'mobilefacenet', detectors: ['mediapipe'] }).map(({ file }) => file)
  const files = name === 'faceseal' ? needed : []
  return page.evaluate((input) => window.contest.start(input.name, input.files, input.first), {
    name,
    files,
    first: `/pictures/${first}`,
  })
}

function lookAt(page: Page, name: Contestant, path: string, video: boolean): Promise<Looked> {
  return page.evaluate((input) => window.contest.look(input.name, input.url, input.video), {
    name,
    url: `/pictures/${path}`,
    video,
  })
}

async function tensorsOf(page: Page, names: readonly Contestant[]): Promise<Map<Contestant, number | undefined>> {
  const counted = new Map<Contestant, number | undefined>()
  for (const name of names) counted.set(name, await page.evaluate((one) => window.contest.tensors(one), name))
  return counted
}

/** Where no face was found there is nothing to compare. */
function collected(round: Record<string, number[]> = {}, { faces, ms }: Looked): Record<string, number[]> {
  if (faces === 0) return { ...round }
  const stages = Object.entries(ms).map(([stage, value]) => ({ [stage]: [...(round[stage] ?? []), value] }))
  return Object.assign({ ...round }, ...stages)
}
