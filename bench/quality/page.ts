// The quality benchmark's page: decodes stills and clips, shares them among the workers, hands results to node as base64.
import { transfer, wrap } from 'comlink'
import { type ClipSampling, clipFrames } from '../common/clip-frames'
import type { Copy } from './degrade'
import type { Examined, QualityWorkerApi } from './worker'

/** A still, or a clip at some frames a second, up to so many seconds. */
export interface Source {
  readonly url: string
  readonly copies: readonly Copy[]
  readonly clip?: ClipSampling
}

/** One copy, in JSON; `t` in milliseconds of the clip. */
export type PageExamined = Omit<Examined, 'face'> & {
  readonly t: number
  readonly face?: Omit<NonNullable<Examined['face']>, 'embedding'> & { readonly embedding: string }
}

declare global {
  interface Window {
    startQuality(input: { readonly files: readonly string[]; readonly workers: number }): Promise<void>
    examineSources(sources: readonly Source[]): Promise<readonly (readonly PageExamined[])[]>
  }
}

const workers: ReturnType<typeof wrap<QualityWorkerApi>>[] = []

window.startQuality = async ({ files, workers: count }) => {
  for (let index = 0; index < count; index++) {
    const assets: Record<string, ArrayBuffer> = {}
    for (const file of files) assets[file] = await (await fetch(`/assets/${file}`)).arrayBuffer()
    const api = wrap<QualityWorkerApi>(new Worker('/bench/quality-worker.js', { type: 'module' }))
    await api.start(transfer({ assets, embedder: 'mobilefacenet' }, Object.values(assets)))
    workers.push(api)
  }
}

window.examineSources = async (sources) => {
  const results: (readonly PageExamined[])[] = []
  let next = 0
  await Promise.all(
    workers.map(async (worker) => {
      while (next < sources.length) {
        const index = next++
        const found: PageExamined[] = []
        for await (const { image, t } of imagesOf(sources[index]!)) {
          const list = await worker.examine(transfer(image, [image]), sources[index]!.copies)
          found.push(...list.map((examined) => pageExamined(examined, t)))
        }
        results[index] = found
      }
    }),
  )
  return results
}

async function* imagesOf({ url, clip }: Source): AsyncGenerator<{ readonly image: ImageBitmap; readonly t: number }> {
  const blob = await (await fetch(url)).blob()
  if (!clip) {
    yield { image: await createImageBitmap(blob), t: 0 }
    return
  }
  yield* clipFrames(blob, url, clip)
}

function pageExamined({ face, ...rest }: Examined, t: number): PageExamined {
  return { ...rest, t, ...(face && { face: { ...face, embedding: base64(face.embedding) } }) }
}

function base64(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return btoa(String.fromCharCode(...bytes))
}
