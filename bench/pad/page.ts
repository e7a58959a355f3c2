// The presentation-attack benchmark's page: decodes stills and clips and hands frame after frame to the worker.
import { transfer, wrap } from 'comlink'
import { clipRate, picturesOf } from '../../test/browser/mjpeg'
import { type ClipSampling, clipFrames } from '../common/clip-frames'
import { type PadFrame, seenAt } from './frame'
import type { PadWorkerApi } from './worker'

declare global {
  interface Window {
    startPad(files: readonly string[]): Promise<void>
    lookAtFile(url: string, sampling: ClipSampling): Promise<readonly PadFrame[]>
  }
}

const api = wrap<PadWorkerApi>(new Worker('/bench/pad-worker.js', { type: 'module' }))

window.startPad = async (files) => {
  const assets: Record<string, ArrayBuffer> = {}
  for (const file of files) assets[file] = await (await fetch(`/assets/${file}`)).arrayBuffer()
  await api.start(transfer({ assets, embedder: 'mobilefacenet' }, Object.values(assets)))
}

window.lookAtFile = async (url, { rate, seconds }) => {
  const blob = await (await fetch(url)).blob()
  if (url.endsWith('.mjpeg')) return await framesOfPictures(await blob.bytes(), { rate, seconds })
  if (!/\.(mp4|webm|mov|mkv)$/i.test(url)) return [await frameOf(await createImageBitmap(blob), 0)]
  const frames: PadFrame[] = []
  for await (const { image, t } of clipFrames(blob, url, { rate, seconds })) frames.push(await frameOf(image, t))
  return frames
}

/** As a camera that plays the file plays it: over and over. Each picture is looked at once. */
async function framesOfPictures(clip: Uint8Array<ArrayBuffer>, { rate, seconds }: ClipSampling): Promise<PadFrame[]> {
  const pictures = picturesOf(clip)
  const looked = new Map<number, PadFrame>()
  const frames: PadFrame[] = []
  for (let index = 0; index / rate < seconds; index++) {
    const at = Math.floor((index / rate) * clipRate) % pictures.length
    const picture = pictures[at]
    if (!picture) continue
    const seen = looked.get(at) ?? (await frameOf(await createImageBitmap(picture), 0))
    looked.set(at, seen)
    frames.push(seenAt(seen, (1000 * index) / rate))
  }
  return frames
}

async function frameOf(image: ImageBitmap, t: number): Promise<PadFrame> {
  const face = await api.look(transfer(image, [image]), t)
  return face ? { t, face } : { t }
}
