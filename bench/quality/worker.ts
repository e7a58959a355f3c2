/// <reference path="../../src/worker/modules.d.ts" />
// The quality benchmark's worker: degrades pictures and looks at every copy with the shipped worker's modules, without
// the airlock, for measures and embeddings must come out here. Never shipped.
import { expose } from 'comlink'
import type { WorkerStart } from '../../src/wire/worker-protocol'
import { soleFace } from '../../src/worker/collect'
import { type Engine, startEngine } from '../../src/worker/engine'
import type { EmbeddedFace } from '../../src/worker/vision/embed'
import { Picture } from '../../src/worker/vision/picture'
import { type FaceMeasures, frameHint, measureFace, measureFrame } from '../../src/worker/vision/quality'
import { readFace } from '../../src/worker/vision/read-face'
import { centralFace } from '../common/central-face'
import { type Copy, degrade, jpegQuality } from './degrade'

/** What the pipeline makes of one copy. */
export interface Examined {
  readonly copy: Copy
  /** What the capture says before it measures the face, if anything. */
  readonly early: string | undefined
  /** Detector's score of the face; 0 where none was found. */
  readonly detected: number
  /** Missing where no face was found. The embedding is made whatever the gate says. */
  readonly face?: {
    readonly measures: FaceMeasures
  } & EmbeddedFace
}

export interface QualityWorkerApi {
  start(input: WorkerStart): Promise<void>
  /** Closes the image. Nothing where there is no face in the clean picture. */
  examine(image: ImageBitmap, copies: readonly Copy[]): Promise<readonly Examined[]>
}

let engine: Engine | undefined

const api: QualityWorkerApi = {
  start: async (input) => {
    engine = (await startEngine(input)).engine
  },
  examine: async (image, copies) => {
    if (!engine) throw new TypeError('not started')
    const clean = engine.reader.read(image)
    image.close()
    const face = centralFace(await engine.detector.detect(clean), clean)
    if (!face) return []
    const place = { box: face.box, landmarks: readFace(engine, clean, face).landmarks }
    const results: Examined[] = []
    for (const copy of copies) {
      const picture = copy.kind === 'jpeg' ? await jpegCopy(clean, copy.level) : degrade(clean, copy, place)
      results.push(await look(engine, picture, copy))
    }
    return results
  },
}

expose(api)

async function look(engine: Engine, picture: Picture, copy: Copy): Promise<Examined> {
  const dull = frameHint(measureFrame(picture))
  const faces = await engine.detector.detect(picture)
  const sole = soleFace(faces)
  const early = dull ?? (typeof sole === 'string' ? sole : undefined)
  const face = centralFace(faces, picture)
  if (!face) return { copy, early, detected: 0 }
  const read = readFace(engine, picture, face)
  const measures = measureFace(picture, face, read)
  return { copy, early, detected: face.score, face: { measures, ...engine.embedder.embed(picture, read.points) } }
}

async function jpegCopy({ width, height, rgba }: Picture, level: number): Promise<Picture> {
  const canvas = new OffscreenCanvas(width, height)
  canvas.getContext('2d')!.putImageData(new ImageData(rgba, width, height), 0, 0)
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: jpegQuality(level) })
  const image = await createImageBitmap(blob)
  const context = canvas.getContext('2d')!
  context.drawImage(image, 0, 0)
  image.close()
  return new Picture(width, height, context.getImageData(0, 0, width, height).data)
}
