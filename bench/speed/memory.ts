// What a long stay costs: many verifications one after another in one worker, and the memory of the browser's process.
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { openLab } from '../../test/browser/worker/lab.ts'
import { prepareClips } from '../../test/e2e/clips.ts'
import { fixtures } from '../../test/e2e/clips-folder.ts'
import { openCollector } from './garbage.ts'
import { median, rounded } from './statistics.ts'

/** Private memory of the renderer, page and worker together; `undefined` where the system does not tell. */
export interface Growth {
  /** Megabytes that are held: after garbage was collected, median of the last quarter. */
  readonly steadyMB: number | undefined
  /** Megabytes with the garbage, most of all. */
  readonly peakMB: number | undefined
  /** What is held in the last quarter over the second, so that warming up does not count; percent. */
  readonly growthPct: number | undefined
}

export interface MemoryResult extends Growth {
  readonly verifications: number
  /** Tensors and bytes of them in the worker, more after the last than after the first. */
  readonly tensorsLeft: number
  readonly tensorBytesLeft: number
  readonly framesLeft: number
}

export async function runMemory(verifications: number, say: (line: string) => void): Promise<MemoryResult> {
  const clips = await prepareClips()
  const lab = await openLab({ clips: fixtures, shipped: true })
  try {
    const clip = clips['man-a'].replace(fixtures, '/clips/')
    const started = await lab.start()
    if ('code' in started) throw new Error(`worker: ${started.code}`)
    const verify = async () => {
      const input = { shots: [], clip, binding: lab.binding(), timeoutMs: 60_000 }
      const outcome = await lab.page.evaluate((capture) => window.lab.capture(capture), input)
      if (outcome.kind !== 'sealed') throw new Error(`verification: ${outcome.failure?.code}`)
    }
    const counters = () => lab.page.evaluate(() => window.lab.memory())
    await verify()
    const first = await counters()
    const samples: Sample[] = []
    const sample = await openSampler(lab.page)
    for (let index = 1; index < verifications; index++) {
      await verify()
      const now = await sample()
      if (now) samples.push(now)
      if (index % 20 === 0) say(`memory: ${index} of ${verifications} verifications, ${now?.held.toFixed(0)} MB`)
    }
    const last = await counters()
    return {
      verifications,
      ...growthOf(samples),
      tensorsLeft: last.tensors - first.tensors,
      tensorBytesLeft: last.bytes - first.bytes,
      framesLeft: last.frames,
    }
  } finally {
    await lab.close()
  }
}

/** One capture that never ends well: a covered face is looked at and guided for so many minutes. */
export async function runSoak(minutes: number, say: (line: string) => void): Promise<Growth> {
  const clips = await prepareClips()
  const lab = await openLab({ clips: fixtures, shipped: true })
  try {
    const started = await lab.start()
    if ('code' in started) throw new Error(`worker: ${started.code}`)
    const clip = clips.covered.replace(fixtures, '/clips/')
    const input = { shots: [], clip, binding: lab.binding(), timeoutMs: 60_000 * minutes }
    let running = true
    const capture = lab.page
      .evaluate((request) => window.lab.capture(request), input)
      .finally(() => {
        running = false
      })
    const samples: Sample[] = []
    const sample = await openSampler(lab.page)
    while (running) {
      await new Promise((resolve) => setTimeout(resolve, 5000))
      const now = await sample()
      if (now) samples.push(now)
    }
    const { failure } = await capture
    if (failure?.code !== 'capture_timeout') throw new Error(`the capture ended with ${failure?.code}`)
    say(`memory: a capture of ${minutes} minutes`)
    return growthOf(samples)
  } finally {
    await lab.close()
  }
}

/** Megabytes of the renderer, with its garbage and without. */
interface Sample {
  readonly used: number
  readonly held: number
}

async function openSampler(page: Page): Promise<() => Promise<Sample | undefined>> {
  const browser = page.context().browser()
  const collector = await openCollector(page)
  return async () => {
    const used = await rendererMemory(browser)
    await collector.collect()
    const held = await rendererMemory(browser)
    return used === undefined || held === undefined ? undefined : { used, held }
  }
}

function growthOf(samples: readonly Sample[]): Growth {
  const quarter = Math.floor(samples.length / 4)
  if (quarter === 0) return { steadyMB: undefined, peakMB: undefined, growthPct: undefined }
  const held = samples.map((sample) => sample.held)
  const [early, late] = [held.slice(quarter, 2 * quarter), held.slice(3 * quarter)].map(median)
  return {
    steadyMB: rounded(late!, 1),
    peakMB: rounded(Math.max(...samples.map(({ used }) => used)), 1),
    growthPct: rounded(100 * (late! / early! - 1), 1),
  }
}

/** Of the largest renderer; Linux tells, other systems do not. */
async function rendererMemory(browser: Browser | null): Promise<number | undefined> {
  if (!browser) return undefined
  const session = await browser.newBrowserCDPSession()
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const used = await Promise.all(processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => privateMB(id)))
    return Math.max(...used.filter((value) => value !== undefined))
  } catch {
    return undefined
  } finally {
    await session.detach()
  }
}

async function privateMB(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}
