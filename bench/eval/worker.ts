/// <reference path="../../src/worker/modules.d.ts" />
// The benchmark's worker: the same modules as the shipped one, built by the same configuration, but without the airlock,
// for embeddings must come out here to be scored. It is never shipped. bench/eval/agreement.ts proves on each run that the
// shipped worker makes the same templates.
import { expose } from 'comlink'
import type { StartReport, WorkerStart } from '../../src/wire/worker-protocol'
import { type Engine, startEngine } from '../../src/worker/engine'
import { deviceProtector, type TokenContext } from '../../src/worker/protect'
import { faceHint, faceScore, measureFace, strengthHint } from '../../src/worker/vision/quality'
import { readFace } from '../../src/worker/vision/read-face'
import { meanDirection } from '../../src/worker/vision/vectors'
import { centralFace } from '../common/central-face'

/** What all images share: one device secret, one salt (the stolen-token case). */
export interface EvalToken {
  readonly secret: Uint8Array<ArrayBuffer>
  readonly salt: Uint8Array<ArrayBuffer>
  readonly context: Omit<TokenContext, 'modelId'>
}

export interface StageTimes {
  readonly detect: number
  readonly landmarks: number
  readonly embed: number
  readonly protect: number
}

/** `undefined` fields: no face was found. */
export interface EvaluatedImage {
  readonly embedding?: Float32Array
  readonly template?: Uint8Array
  readonly times?: StageTimes
  /** The capture gate's verdict; stills are scored whatever it says. */
  readonly hint?: string
  readonly quality?: number
}

export interface EvalWorkerApi {
  start(input: WorkerStart, token: EvalToken): Promise<Omit<StartReport, 'removed'> & { readonly mean: Float32Array }>
  evaluate(url: string): Promise<EvaluatedImage>
}

let engine: Engine | undefined
let token: EvalToken | undefined
let secret: CryptoKey | undefined

const api: EvalWorkerApi = {
  start: async (input, shared) => {
    const started = await startEngine(input)
    engine = started.engine
    token = shared
    secret = await crypto.subtle.importKey('raw', shared.secret, 'HKDF', false, ['deriveBits'])
    return { ...started.report, mean: engine.embedder.mean }
  },
  evaluate: async (url) => {
    if (!engine || !token || !secret) throw new TypeError('not started')
    const image = await createImageBitmap(await (await fetch(url)).blob())
    const picture = engine.reader.read(image)
    image.close()
    const { result: faces, ms: detect } = await timed(() => engine!.detector.detect(picture))
    const face = centralFace(faces, picture)
    if (!face) return {}
    const { result: read, ms: landmarks } = await timed(() => readFace(engine!, picture, face))
    const measures = measureFace(picture, face, read)
    const { result: seen, ms: embed } = await timed(() => engine!.embedder.embed(picture, read.points))
    const { embedding, strength } = seen
    const { mean, modelId } = engine.embedder
    const protector = deviceProtector(secret, token.salt)
    const { result: template, ms: protect } = await timed(() =>
      // Three frames of one still, as the shipped worker averages them.
      protector.protect(meanDirection([embedding, embedding, embedding]), mean, { ...token!.context, modelId }),
    )
    const hint = faceHint(measures) ?? strengthHint(strength)
    const times = { detect, landmarks, embed, protect }
    return { embedding, template, times, quality: faceScore(measures, strength), ...(hint && { hint }) }
  },
}

expose(api)

async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const started = performance.now()
  const result = await work()
  return { result, ms: performance.now() - started }
}
