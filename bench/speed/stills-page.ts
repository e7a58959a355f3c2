// The page of the contest: one worker for each contestant, and one picture after the other through each of them in turn.
import { type Remote, transfer, wrap } from 'comlink'
import type { Contestant, ContestantApi, Looked } from './contestant'
import { peakGmacs } from './roofline'

declare global {
  interface Window {
    readonly contest: typeof contest
  }
}

const workers = new Map<Contestant, Remote<ContestantApi>>()
const pictures = new Map<string, ImageBitmap>()

const contest = {
  /** Milliseconds from nothing to the first answer, as a page sees it, and what it computes on. */
  start: async (name: Contestant, files: readonly string[], first: string) => {
    const started = performance.now()
    const assets: Record<string, ArrayBuffer> = {}
    await Promise.all(
      files.map(async (file) => {
        assets[file] = await (await fetch(`/assets/${file}`)).arrayBuffer()
      }),
    )
    const worker = new Worker(`/bench/speed-${name}-worker.js`, { type: 'module' })
    const failed = new Promise<never>((_, reject) => {
      worker.onerror = ({ message }) => reject(new Error(`${name}: ${message}`))
    })
    const api = wrap<ContestantApi>(worker)
    workers.set(name, api)
    const backend = await Promise.race([failed, api.start(transfer({ assets }, Object.values(assets)))])
    const { faces } = await contest.look(name, first, false)
    return { backend, faces, ms: performance.now() - started }
  },

  look: async (name: Contestant, url: string, video: boolean): Promise<Looked> => {
    const api = workers.get(name)
    if (!api) throw new TypeError(`${name} has not started`)
    const picture = pictures.get(url) ?? (await cameraSized(url))
    pictures.set(url, picture)
    const copy = await createImageBitmap(picture)
    return await api.look(transfer(copy, [copy]), video)
  },

  peakGmacs,

  tensors: (name: Contestant) => workers.get(name)?.tensors(),
}

/** At most 640 px on the long side, as a camera would give it. */
async function cameraSized(url: string): Promise<ImageBitmap> {
  const whole = await createImageBitmap(await (await fetch(url)).blob())
  const scale = Math.min(1, 640 / Math.max(whole.width, whole.height))
  const [resizeWidth, resizeHeight] = [Math.round(whole.width * scale), Math.round(whole.height * scale)]
  return createImageBitmap(whole, { resizeWidth, resizeHeight, resizeQuality: 'high' })
}

Object.assign(window, { contest })
