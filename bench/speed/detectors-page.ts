/// <reference path="../../src/worker/modules.d.ts" />
// Both detectors, and both readings of the points, over one picture after another; with the shipped worker's modules.
import { type Engine, startEngine } from '../../src/worker/engine'
import type { Landmarks } from '../../src/worker/vision/align'
import { overlap } from '../../src/worker/vision/blazeface'
import { createDetector, type Detector } from '../../src/worker/vision/detect'
import { centroid } from '../../src/worker/vision/geometry'
import { readFace } from '../../src/worker/vision/read-face'
import { centralFace } from '../common/central-face'

/** What differs in one picture; distances in eye distances, angles in degrees. */
export interface Compared {
  /** Whether each of the two found a face; the rest is there when both did. */
  readonly found: readonly [mediapipe: boolean, blazeface: boolean]
  /** Between the two detectors: intersection over union, scores, and the points found from either box. */
  readonly overlap?: number
  readonly score?: number
  readonly points?: number
  /** Between a glance and a close look, MediaPipe's boxes; missing where the glance found no face. */
  readonly glance?: { readonly points: number; readonly yaw: number; readonly pitch: number }
}

declare global {
  interface Window {
    startDetectors(files: readonly string[]): Promise<void>
    compareDetectors(url: string): Promise<Compared>
  }
}

let engine: Engine
let other: Detector

window.startDetectors = async (files) => {
  const assets: Record<string, ArrayBuffer> = {}
  for (const file of files) assets[file] = await (await fetch(`/assets/${file}`)).arrayBuffer()
  engine = (await startEngine({ assets, embedder: 'mobilefacenet', detector: 'mediapipe' })).engine
  other = await createDetector(assets, 'blazeface')
}

window.compareDetectors = async (url) => {
  const image = await createImageBitmap(await (await fetch(url)).blob())
  const picture = engine.reader.read(image)
  image.close()
  const [one, two] = await Promise.all(
    [engine.detector, other].map(async (detector) => centralFace(await detector.detect(picture), picture)),
  )
  const found = [one !== undefined, two !== undefined] as const
  if (!one || !two) return { found }
  const [close, same] = [readFace(engine, picture, one), readFace(engine, picture, two)]
  const spotted = centralFace(await engine.detector.detect(picture, 'glance'), picture)
  const glance = spotted && readFace(engine, picture, spotted, 'glance')
  return {
    found,
    overlap: overlap(one.box, two.box),
    score: Math.abs(one.score - two.score),
    points: distance(close.landmarks, same.landmarks),
    ...(glance && {
      glance: {
        points: distance(close.landmarks, glance.landmarks),
        yaw: Math.abs(close.pose.yaw - glance.pose.yaw),
        pitch: Math.abs(close.pose.pitch - glance.pose.pitch),
      },
    }),
  }
}

/** Mean distance of the points, in distances between the eyes of the first. */
function distance(a: Landmarks, b: Landmarks): number {
  const [left, right] = [centroid(a.slice(36, 42)), centroid(a.slice(42, 48))]
  const sum = a.reduce((total, { x, y }, index) => total + Math.hypot(x - b[index]!.x, y - b[index]!.y), 0)
  return sum / a.length / Math.hypot(right.x - left.x, right.y - left.y)
}
