// The benchmark's page: starts the workers, shares the images among them, and hands results to node as base64.
import { transfer, wrap } from 'comlink'
import type { EmbedderName } from '../../src/wire/ceremony-options'
import type { ComputeBackend, DetectorName } from '../../src/wire/worker-protocol'
import type { EvalToken, EvalWorkerApi, StageTimes } from './worker'

export interface PageStart {
  readonly embedder: EmbedderName
  readonly workers: number
  readonly files: readonly string[]
  readonly token: { readonly secret: string; readonly salt: string; readonly context: EvalToken['context'] }
  readonly backend?: ComputeBackend
  readonly detector?: DetectorName
}

export interface PageStarted {
  readonly model: string
  readonly backend: string
  readonly detector: string
  readonly mean: string
}

/** One image, in JSON: floats and bits as base64; nothing but the URL where no face was found. */
export interface PageImage {
  readonly url: string
  readonly embedding?: string
  readonly template?: string
  readonly times?: StageTimes
  readonly hint?: string
  readonly quality?: number
}

declare global {
  interface Window {
    startEval(input: PageStart): Promise<PageStarted>
    evaluateImages(urls: readonly string[]): Promise<readonly PageImage[]>
  }
}

const workers: ReturnType<typeof wrap<EvalWorkerApi>>[] = []

window.startEval = async ({ embedder, workers: count, files, token, backend, detector }) => {
  const reports = []
  for (let index = 0; index < count; index++) {
    const assets: Record<string, ArrayBuffer> = {}
    for (const file of files) assets[file] = await (await fetch(`/assets/${file}`)).arrayBuffer()
    const api = wrap<EvalWorkerApi>(new Worker('/bench/eval-worker.js', { type: 'module' }))
    const start = { assets, embedder, ...(backend && { backend }), ...(detector && { detector }) }
    const shared = { ...token, secret: bytesOf(token.secret), salt: bytesOf(token.salt) }
    reports.push(await api.start(transfer(start, Object.values(assets)), shared))
    workers.push(api)
  }
  const { model, backend: chosen, detector: found, mean } = reports[0]!
  return { model, backend: chosen, detector: found, mean: base64(mean) }
}

window.evaluateImages = async (urls) => {
  const results: PageImage[] = []
  let next = 0
  await Promise.all(
    workers.map(async (worker) => {
      while (next < urls.length) {
        const index = next++
        const url = urls[index]!
        const { embedding, template, ...rest } = await worker.evaluate(new URL(url, location.href).href)
        results[index] = {
          url,
          ...rest,
          ...(embedding && { embedding: base64(embedding) }),
          ...(template && { template: base64(template) }),
        }
      }
    }),
  )
  return results
}

function base64(values: Uint8Array | Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return btoa(String.fromCharCode(...bytes))
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
