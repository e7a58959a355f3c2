import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { memory, zeros } from '@tensorflow/tfjs-core'
import jpeg from 'jpeg-js'
import { beforeAll, describe, expect, it } from 'vitest'
import { BlazeFace } from '../../../src/worker/vision/blazeface'
import { onEnough } from '../../../src/worker/vision/enough'
import { Picture } from '../../../src/worker/vision/picture'
import { TfliteModel } from '../../../src/worker/vision/tflite-model'
import { preparePhotos } from '../../browser/worker/photos'
import { startEngines } from '../models/engines'

/** What MediaPipe's task answers for the photo, made 640 px wide. */
const mediaPipe = { x: 232, y: 173, width: 272, roll: -0.12 }

let file: ArrayBuffer
let photo: Picture

beforeAll(async () => {
  await startEngines()
  const models = join(import.meta.dirname, '../../../models/dist')
  file = new Uint8Array(await readFile(`${models}/blazeface-short-range.tflite`)).buffer
  photo = pictureOf(await readFile(`${await preparePhotos()}/franck_02159.jpg`))
})

function pictureOf(bytes: Uint8Array): Picture {
  const { width, height, data } = jpeg.decode(bytes, { useTArray: true })
  return new Picture(width, height, new Uint8ClampedArray(data))
}

/** A copy of the photo, moved to the right and down on a larger, black picture. */
function movedBy(x: number, y: number): Picture {
  const [width, height] = [photo.width + x, photo.height + y]
  const rgba = new Uint8ClampedArray(4 * width * height)
  for (let row = 0; row < photo.height; row++) {
    const line = photo.rgba.subarray(4 * row * photo.width, 4 * (row + 1) * photo.width)
    rgba.set(line, 4 * ((row + y) * width + x))
  }
  return new Picture(width, height, rgba)
}

describe('BlazeFace on tfjs', () => {
  it.each([
    ['on the picture', (net: BlazeFace) => net.detect(photo, 0.4)],
    ['on its half', (net: BlazeFace) => onEnough(photo, 'glance', (shown) => net.detect(shown, 0.4))],
  ])("sees the one face where MediaPipe's run of the same file sees it, %s", (_, detect) => {
    expect(Math.max(photo.width, photo.height)).toBeGreaterThanOrEqual(512)
    const faces = detect(new BlazeFace(file))
    expect(faces).toHaveLength(1)
    const { box, score, roll } = faces[0]!
    expect(score).toBeGreaterThan(0.8)
    expect(Math.abs(roll - mediaPipe.roll)).toBeLessThan(0.02)
    const scale = 640 / photo.width
    for (const side of ['x', 'y', 'width'] as const) {
      expect(Math.abs(scale * box[side] - mediaPipe[side])).toBeLessThan(0.03 * mediaPipe.width)
    }
  })

  it('moves its answer with the face', () => {
    const net = new BlazeFace(file)
    const [here] = net.detect(photo, 0.4)
    const [there] = net.detect(movedBy(40, 60), 0.4)
    expect(Math.abs(there!.box.x - here!.box.x - 40)).toBeLessThan(0.06 * here!.box.width)
    expect(Math.abs(there!.box.y - here!.box.y - 60)).toBeLessThan(0.06 * here!.box.width)
  })

  it('sees nobody where nobody is, and leaves no tensor', () => {
    const net = new BlazeFace(file)
    const before = memory().numTensors
    expect(net.detect(new Picture(64, 48, new Uint8ClampedArray(4 * 64 * 48).fill(120)), 0.4)).toEqual([])
    expect(memory().numTensors).toBe(before)
  })
})

describe('a TFLite file', () => {
  it('gives boxes and scores of 896 anchors', () => {
    const outputs = new TfliteModel(file).run(zeros([1, 128, 128, 3]))
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [1, 896, 16],
      [1, 896, 1],
    ])
  })

  it('is refused where it is cut off or not one', () => {
    expect(() => new TfliteModel(file.slice(0, 5000))).toThrow(RangeError)
    expect(() => new TfliteModel(new ArrayBuffer(64))).toThrow(RangeError)
  })
})
