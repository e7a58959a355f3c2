import { beforeEach, describe, expect, it, vi } from 'vitest'
import { collectFrames } from '../../../src/worker/collect'
import type { Engine } from '../../../src/worker/engine'
import { Frame, framesHeld } from '../../../src/worker/frames'
import { StageClock } from '../../../src/worker/stage-clock'
import type { DetectedFace } from '../../../src/worker/vision/detect'
import { Picture } from '../../../src/worker/vision/picture'

/** A frontal face around (150, 120), 80 px between the eyes; only the points that are read. */
function frontal() {
  const points = Array.from({ length: 68 }, () => ({ x: 150, y: 150 }))
  const put = (index: number, x: number, y: number) => {
    points[index] = { x: 150 + 80 * x, y: 100 + 80 * y }
  }
  for (const index of [36, 37, 41]) put(index, -0.71, 0)
  for (const index of [38, 39, 40]) put(index, -0.29, 0.02)
  for (const index of [42, 43, 47]) put(index, 0.29, 0.02)
  for (const index of [44, 45, 46]) put(index, 0.71, 0)
  put(30, 0, 0.72)
  put(33, 0, 0.92)
  put(48, -0.41, 1.3)
  put(54, 0.41, 1.3)
  put(8, 0, 2.05)
  return points
}

/** What one frame shows: a person by a direction, how crisp, how many faces, … */
interface Shot {
  readonly person?: number
  readonly crisp?: number
  /** How surely the embedder sees a face; left out, it does not say. */
  readonly strength?: number
  /** Share of the contrast that open eyes have. */
  readonly open?: number
  readonly faces?: readonly DetectedFace[]
  readonly unreadable?: boolean
}

const face = (width: number): DetectedFace => ({ box: { x: 70, y: 60, width, height: width }, score: 0.9, roll: 0 })
const lowEyes = { box: { x: 0, y: 0, width: 40, height: 40 }, score: 0.7, roll: 0 }

const pictures: Picture[] = []
const embeddings: Float32Array[] = []
/** How each frame's landmarks were sought, in order; and its faces, when they were found closely (`undefined`) or at a glance. */
const looks: string[] = []
const searches: (string | undefined)[] = []

/** Looks at shots instead of pixels, with the real gates in between. */
function engineOf(shots: readonly Shot[]): Engine {
  let at = -1
  return {
    reader: {
      read: () => {
        at += 1
        if (shots[at]?.unreadable) throw new TypeError('closed')
        const picture = new Picture(300, 300, new Uint8ClampedArray(300 * 300 * 4))
        const { crisp = 1, open = 1 } = shots[at] ?? {}
        picture.rgba.forEach((_, index) => {
          const [x, y] = [(index >> 2) % 300, Math.floor((index >> 2) / 300)]
          const [across, down] = [40 * open * Math.sin(x / 5), 40 * Math.sin(y / 4)]
          picture.rgba[index] = 120 + across + down + 20 * crisp * (((x >> 1) + (y >> 1)) % 2)
        })
        pictures.push(picture)
        return picture
      },
      wipe: () => undefined,
    } as unknown as Engine['reader'],
    detector: {
      name: 'mediapipe',
      detect: async (_, care) => {
        searches.push(care)
        return shots[at]?.faces ?? [face(160)]
      },
      forget: async () => undefined,
    },
    landmarks: {
      find: () => {
        looks.push('find')
        return frontal()
      },
      glance: () => {
        looks.push('glance')
        return frontal()
      },
    },
    embedder: {
      name: 'mobilefacenet',
      modelId: 'mobilefacenet.00000000',
      mean: new Float32Array(4),
      embed: () => {
        const embedding = new Float32Array(4)
        embedding[shots[at]?.person ?? 0] = 1
        embeddings.push(embedding)
        return { embedding, strength: shots[at]?.strength }
      },
    },
    spoof: undefined,
  }
}

class FakeImage {
  close(): void {}
}

async function collect(shots: readonly Shot[], needed = 3) {
  let left = shots.length
  const reader = {
    take: async () => {
      if (left === 0) throw Object.assign(new Error('end'), { code: 'end' })
      left -= 1
      return new Frame(new FakeImage() as unknown as ImageBitmap)
    },
    close: () => undefined,
  }
  const hints: string[] = []
  const result = await collectFrames(engineOf(shots), reader, needed, new StageClock(), ({ hint }) => hints.push(hint))
  return { ...result, hints }
}

beforeEach(() => {
  pictures.length = 0
  embeddings.length = 0
  looks.length = 0
  searches.length = 0
  vi.stubGlobal('ImageBitmap', FakeImage)
  // A clock of its own: how long frames are gathered must not depend on how fast this machine paints them.
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 2
    return now
  })
})

const allWiped = () =>
  pictures.every(({ rgba }) => rgba.every((value) => value === 0)) &&
  embeddings.every((embedding) => embedding.every((value) => value === 0))

describe('collectFrames', () => {
  it('what the detector hardly takes for a face is none: a drawn disc is not enrolled', async () => {
    const disc = { ...face(160), score: 0.52 }
    const { hints, seen } = await collect([{ faces: [disc] }, { faces: [disc] }, {}, {}, {}, {}, {}, {}])
    expect(hints).toContain('no_face')
    expect(seen).toBe(8)
  })

  it('guides by a glance, and takes no frame by one', async () => {
    const dull = { crisp: 0, open: 0 }
    const wall = { faces: [] }
    await collect([{}, wall, dull, dull, {}, {}, {}, {}, {}])
    // The first frame may be good, and whatever is taken was found; a frame after a good one is not glanced at.
    expect(looks).toEqual(['find', 'glance', 'glance', 'glance', 'find', 'find', 'find', 'find', 'find'])
    // So are its faces: both dull frames are glanced at, and the good one after them is looked at twice.
    const [close, glance] = [undefined, 'glance']
    expect(searches).toEqual([close, close, glance, glance, glance, close, close, close, close, close])
  })

  it('reads each fourth frame closely, so that no face fails for how a glance sees it', async () => {
    const dull = { crisp: 0, open: 0 }
    await collect([dull, dull, dull, dull, dull, dull]).catch(() => undefined)
    expect(looks).toEqual(['find', 'glance', 'glance', 'glance', 'find', 'glance'])
  })

  it('keeps the best of the frames seen, not the first, and wipes the others', async () => {
    const shots = [0.4, 0.4, 1, 0.4, 1, 1].map((crisp) => ({ crisp }))
    const { frames, seen, accepted } = await collect(shots)
    expect({ seen, accepted }).toEqual({ seen: 6, accepted: 6 })
    const scores = frames.map(({ score }) => score)
    expect(new Set(scores).size).toBe(1)
    expect(frames.map(({ embedding }) => embeddings.indexOf(embedding)).sort()).toEqual([2, 4, 5])
    for (const index of [0, 1, 3]) expect([...embeddings[index]!]).toEqual([0, 0, 0, 0])
    expect(pictures.every(({ rgba }) => rgba.every((value) => value === 0))).toBe(true)
  })

  it('keeps the frames in which the embedder is surest, and a blink only when nothing else is left', async () => {
    const strengths = [3, 4.1, 3.2, 4, 3.9, 3].map((strength) => ({ strength }))
    const sure = await collect(strengths)
    expect(sure.frames.map(({ embedding }) => embeddings.indexOf(embedding))).toEqual([1, 3, 4])

    embeddings.length = 0
    const blinks = [1, 0.3, 1, 0.3, 1, 0.3].map((open) => ({ open, strength: open < 1 ? 4.1 : 3.5 }))
    const { frames } = await collect(blinks)
    expect(frames.map(({ embedding }) => embeddings.indexOf(embedding)).sort()).toEqual([0, 2, 4])
  })

  it('says that the face is covered where the embedder sees little of one, and keeps nothing of it', async () => {
    const { hints, accepted, frames } = await collect([
      { strength: 2 },
      { strength: 2 },
      ...Array(6).fill({ strength: 4 }),
    ])
    expect(hints.slice(0, 2)).toEqual(['covered', 'covered'])
    expect(accepted).toBe(6)
    expect(frames).toHaveLength(3)
    for (const index of [0, 1]) expect([...embeddings[index]!]).toEqual([0, 0, 0, 0])
  })

  it('drops one odd frame, but refuses two in a row', async () => {
    const kept = await collect([{}, { person: 1 }, {}, {}, {}, {}, {}])
    expect(kept.accepted).toBe(6)
    await expect(collect([{}, {}, { person: 1 }, { person: 1 }, {}])).rejects.toMatchObject({
      code: 'identity_changed',
    })
  })

  it('counts a second face only when it is large beside the first', async () => {
    const several = { faces: [face(160), face(100)] }
    await expect(collect([several])).rejects.toThrow('end')
    const behind = { faces: [face(160), lowEyes] }
    expect((await collect(Array.from({ length: 6 }, () => behind))).accepted).toBe(6)
  })

  it('says what is wrong, steadily', async () => {
    const { hints } = await collect([{ faces: [] }, {}, {}, {}, {}, {}, {}])
    expect(hints[0]).toBe('no_face')
  })

  it.each<[string, readonly Shot[]]>([
    ['another person', [{}, {}, { person: 1 }, { person: 1 }]],
    ['the end of the source', [{}, {}]],
    ['a frame that cannot be read', [{}, { unreadable: true }]],
  ])('leaves nothing behind after %s', async (_what, shots) => {
    await expect(collect(shots)).rejects.toThrow()
    expect(framesHeld()).toBe(0)
    expect(allWiped()).toBe(true)
  })
})
