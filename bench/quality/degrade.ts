// Degraded copies of a picture, the same on each run: a copy is a kind, a level 0..1 and a seed.
import type { Landmarks } from '../../src/worker/vision/align'
import { apply, type Box, centroid, type Point, type Similarity } from '../../src/worker/vision/geometry'
import { Picture } from '../../src/worker/vision/picture'
import { sampleChip } from '../../src/worker/vision/sample'
import { seededRandom } from '../common/random'

/** `jpeg` is made by the browser's own encoder, in the worker. */
export const copyKinds = [
  'clean',
  'blur',
  'motion',
  'low_resolution',
  'dark',
  'bright',
  'side_light',
  'low_contrast',
  'noise',
  'small',
  'jpeg',
  'rolled',
  'off_centre',
  'mask',
  'hand',
  'one_eye',
  'sunglasses',
] as const
export type CopyKind = (typeof copyKinds)[number]

export interface Copy {
  readonly kind: CopyKind
  /** 0 hardly … 1 hopeless. */
  readonly level: number
  readonly seed: number
}

/** Where the face is in the clean picture. */
export interface FacePlace {
  readonly box: Box
  readonly landmarks: Landmarks
}

type Colour = readonly [number, number, number]
type Degrade = (picture: Picture, level: number, random: () => number, place: FacePlace) => Picture

/** JPEG quality as `convertToBlob` takes it. */
export const jpegQuality = (level: number) => between(level, 0.5, 0)

export function degrade(picture: Picture, { kind, level, seed }: Copy, place: FacePlace): Picture {
  if (kind === 'clean' || kind === 'jpeg') return picture
  return degradations[kind](picture, level, seededRandom(seed), place)
}

const degradations: Readonly<Record<Exclude<CopyKind, 'clean' | 'jpeg'>, Degrade>> = {
  blur: (picture, level, _random, place) => blurred(picture, level * 0.06 * sideOf(place), true),
  motion: (picture, level, _random, place) => blurred(picture, level * 0.1 * sideOf(place), false),
  low_resolution: (picture, level, _random, place) => {
    const scale = Math.max(1, sideOf(place) / geometric(level, 90, 9))
    return resized(resized(picture, 1 / scale), scale, picture)
  },
  // A sensor in the dark: less light and the same noise.
  dark: (picture, level, random) => noisy(mapped(picture, times(geometric(level, 0.7, 0.03))), 2.5, random),
  bright: (picture, level) => mapped(picture, times(geometric(level, 1.2, 7))),
  side_light: (picture, level, random, place) => {
    const centre = place.box.x + place.box.width / 2
    const towards = random() < 0.5 ? -1 : 1
    const shadow = geometric(level, 0.6, 0.02)
    const gain = (x: number) => {
      const share = 1 / (1 + Math.exp((-6 * towards * (x - centre)) / place.box.width))
      return shadow + (1 - shadow) * share
    }
    return noisy(
      mapped(picture, (value, x) => value * gain(x)),
      2.5,
      random,
    )
  },
  low_contrast: (picture, level, random) => {
    const share = geometric(level, 0.7, 0.02)
    return noisy(
      mapped(picture, (value) => 140 + (value - 140) * share),
      1.5,
      random,
    )
  },
  noise: (picture, level, random) => noisy(picture, geometric(level, 6, 90), random),
  small: (picture, level, random, place) => {
    const scale = Math.max(1, sideOf(place) / geometric(level, 100, 14))
    const grey = painted(picture, (_x, _y, old) => old.map(() => 110 + 30 * random()) as unknown as Colour)
    const { width, height } = picture
    const centre = { x: width / 2, y: height / 2 }
    return warped(picture, { a: scale, b: 0, tx: centre.x * (1 - scale), ty: centre.y * (1 - scale) }, grey)
  },
  rolled: (picture, level, random, { box }) => {
    const angle = (random() < 0.5 ? -1 : 1) * level * (Math.PI / 3)
    const [a, b] = [Math.cos(angle), Math.sin(angle)]
    const { x, y } = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    return warped(picture, { a, b, tx: x - a * x + b * y, ty: y - b * x - a * y })
  },
  off_centre: (picture, level, random, { box }) => {
    const beyond = level * 0.6
    const ways = [
      { tx: box.x + beyond * box.width, ty: 0 },
      { tx: box.x + box.width - beyond * box.width - picture.width, ty: 0 },
      { tx: 0, ty: box.y + beyond * box.height },
      { tx: 0, ty: box.y + box.height - beyond * box.height - picture.height },
    ]
    return warped(picture, { a: 1, b: 0, ...ways[Math.floor(4 * random())]! })
  },
  mask: (picture, level, random, { landmarks }) => {
    const colours: readonly Colour[] = [
      [120, 170, 200],
      [225, 228, 230],
      [25, 25, 28],
      [150, 120, 110],
      [90, 110, 80],
    ]
    const colour = colours[Math.floor(colours.length * random())]!
    // Its upper edge goes from the lower lip to high on the nose.
    const from = level < 0.3 ? 4 : level < 0.6 ? 3 : 2
    const top = mixed(landmarks[8]!, landmarks[28]!, between(level, 0.5, 0.9))
    const jaw = landmarks.slice(from, 17 - from)
    return covered(picture, [...jaw, top], shaded(colour, picture, 0.25, random))
  },
  hand: (picture, level, random, { landmarks }) => {
    const eyes = between2(landmarks, 36, 45)
    const places = [centroid(landmarks.slice(48, 68)), landmarks[41]!, landmarks[46]!, landmarks[3]!, landmarks[33]!]
    const at = places[Math.floor(places.length * random())]!
    const skin = colourAt(picture, mixed(landmarks[30]!, landmarks[2]!, 0.5))
    const tint = 0.8 + 0.4 * random()
    const colour: Colour = [skin[0] * tint, skin[1] * tint, skin[2] * tint]
    return covered(
      picture,
      ellipse(at, between(level, 0.15, 0.75) * eyes, between(level, 0.12, 0.6) * eyes, random() * Math.PI),
      shaded(colour, picture, 0.35, random),
    )
  },
  one_eye: (picture, level, random, { landmarks }) => {
    const first = random() < 0.5 ? 36 : 42
    const width = between2(landmarks, first, first + 3)
    const colour: Colour = random() < 0.5 ? [30, 25, 22] : colourAt(picture, landmarks[30]!)
    const patch = ellipse(centroid(landmarks.slice(first, first + 6)), between(level, 0.3, 1.1) * width, width * 0.8, 0)
    return covered(picture, patch, shaded(colour, picture, 0.2, random))
  },
  sunglasses: (picture, level, random, { landmarks }) => {
    const opacity = between(level, 0.4, 1)
    const tint = 10 + 40 * random()
    const lens = (first: number) => {
      const width = between2(landmarks, first, first + 3)
      const roll = Math.atan2(
        landmarks[first + 3]!.y - landmarks[first]!.y,
        landmarks[first + 3]!.x - landmarks[first]!.x,
      )
      return ellipse(centroid(landmarks.slice(first, first + 6)), 0.95 * width, 0.7 * width, roll)
    }
    const dark = (old: Colour) => old.map((value) => value * (1 - opacity) + tint * opacity) as unknown as Colour
    const one = covered(picture, lens(36), (_x, _y, old) => dark(old))
    return covered(one, lens(42), (_x, _y, old) => dark(old))
  },
}

function sideOf({ box }: FacePlace): number {
  return Math.max(box.width, box.height)
}

const between = (level: number, from: number, to: number) => from + level * (to - from)
const geometric = (level: number, from: number, to: number) => from * (to / from) ** level
const times = (gain: number) => (value: number) => value * gain
const mixed = (a: Point, b: Point, share: number) => ({ x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) })
const between2 = (points: Landmarks, a: number, b: number) =>
  Math.hypot(points[a]!.x - points[b]!.x, points[a]!.y - points[b]!.y)

function painted(
  { width, height, rgba }: Picture,
  paint: (x: number, y: number, old: Colour) => Colour | undefined,
): Picture {
  const out = new Uint8ClampedArray(rgba)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4
      const colour = paint(x, y, [rgba[at]!, rgba[at + 1]!, rgba[at + 2]!])
      if (colour) out.set(colour, at)
    }
  }
  return new Picture(width, height, out)
}

function mapped(picture: Picture, map: (value: number, x: number) => number): Picture {
  return painted(picture, (x, _y, [r, g, b]) => [map(r, x), map(g, x), map(b, x)])
}

function noisy(picture: Picture, sigma: number, random: () => number): Picture {
  // Sum of four uniforms: close enough to a Gaussian.
  const noise = () => (random() + random() + random() + random() - 2) * sigma * Math.sqrt(3)
  return painted(picture, (_x, _y, [r, g, b]) => [r + noise(), g + noise(), b + noise()])
}

/** Three box blurs come close to a Gaussian of this standard deviation; `both` axes, or across only, once. */
function blurred(picture: Picture, sigma: number, both: boolean): Picture {
  const radius = (sigma * Math.sqrt(12 / (both ? 3 : 1))) / 2
  let result = picture
  for (let pass = 0; pass < (both ? 3 : 1); pass++) {
    result = boxBlurred(result, radius, 4)
    if (both) result = boxBlurred(result, radius, 4 * picture.width)
  }
  return result
}

/** With fractional ends, so that a small level is a small blur. */
function boxBlurred({ width, height, rgba }: Picture, radius: number, step: number): Picture {
  const out = new Uint8ClampedArray(rgba)
  const whole = Math.floor(radius)
  const rest = radius - whole
  const [length, lines, lineStep] = step === 4 ? [width, height, 4 * width] : [height, width, 4]
  const value = (line: number, at: number, channel: number) =>
    rgba[line * lineStep + Math.min(length - 1, Math.max(0, at)) * step + channel]!
  for (let line = 0; line < lines; line++) {
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0
      for (let k = -whole; k <= whole; k++) sum += value(line, k, channel)
      for (let at = 0; at < length; at++) {
        const ends = value(line, at - whole - 1, channel) + value(line, at + whole + 1, channel)
        out[line * lineStep + at * step + channel] = Math.round((sum + rest * ends) / (2 * radius + 1))
        sum += value(line, at + whole + 1, channel) - value(line, at - whole, channel)
      }
    }
  }
  return new Picture(width, height, out)
}

function resized(picture: Picture, scale: number, size?: { readonly width: number; readonly height: number }): Picture {
  const width = size?.width ?? Math.max(8, Math.round(picture.width * scale))
  const height = size?.height ?? Math.max(8, Math.round(picture.height * scale))
  return sampled(picture, { a: 1 / scale, b: 0, tx: 0, ty: 0 }, width, height)
}

/** `toSource` takes the copy's pixels to the picture's; what lies outside comes from `ground`, else its nearest edge. */
function warped(picture: Picture, toSource: Similarity, ground?: Picture): Picture {
  const { width, height } = picture
  const copy = sampled(picture, toSource, width, height)
  return painted(copy, (x, y) => {
    const from = apply(toSource, { x: x + 0.5, y: y + 0.5 })
    if (from.x >= 0.5 && from.y >= 0.5 && from.x < width - 0.5 && from.y < height - 0.5) return undefined
    if (ground) return colourAt(ground, { x, y }, 0)
    return colourAt(picture, from, 0)
  })
}

/** By the same sampling as every chip. */
function sampled(picture: Picture, toSource: Similarity, width: number, height: number): Picture {
  const size = Math.max(width, height)
  const chip = new Float32Array(size * size * 3)
  sampleChip(picture, toSource, size, chip)
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      rgba.set(chip.subarray((y * size + x) * 3, (y * size + x) * 3 + 3), (y * width + x) * 4)
  }
  return new Picture(width, height, rgba)
}

/** Mean colour around a point. */
function colourAt({ width, height, rgba }: Picture, { x, y }: Point, radius = 2): Colour {
  const sum = [0, 0, 0]
  const clamp = (value: number, end: number) => Math.min(end - 1, Math.max(0, Math.round(value)))
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const at = (clamp(y + dy, height) * width + clamp(x + dx, width)) * 4
      for (let channel = 0; channel < 3; channel++) sum[channel]! += rgba[at + channel]!
    }
  }
  const count = (2 * radius + 1) ** 2
  return [sum[0]! / count, sum[1]! / count, sum[2]! / count]
}

/** A material: the colour, lighter towards one side, with folds and grain. */
function shaded(colour: Colour, picture: Picture, depth: number, random: () => number) {
  const [turn, phase, period] = [random() * Math.PI, random() * 6, picture.width * (0.05 + 0.1 * random())]
  return (x: number, y: number): Colour => {
    const along = (x * Math.cos(turn) + y * Math.sin(turn)) / period
    const light = 1 + depth * 0.5 * Math.sin(along + phase) + 0.06 * (random() - 0.5)
    return [colour[0] * light, colour[1] * light, colour[2] * light]
  }
}

function ellipse(centre: Point, a: number, b: number, turn: number): readonly Point[] {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  return Array.from({ length: 24 }, (_, index) => {
    const angle = (index * Math.PI) / 12
    const [x, y] = [a * Math.cos(angle), b * Math.sin(angle)]
    return { x: centre.x + x * cos - y * sin, y: centre.y + x * sin + y * cos }
  })
}

/** Paints a polygon (even-odd rule). */
function covered(
  picture: Picture,
  polygon: readonly Point[],
  paint: (x: number, y: number, old: Colour) => Colour,
): Picture {
  const inside = (x: number, y: number) =>
    polygon.reduce((odd, p, index) => {
      const q = polygon[(index + 1) % polygon.length]!
      const crosses = p.y > y !== q.y > y && x < ((q.x - p.x) * (y - p.y)) / (q.y - p.y) + p.x
      return crosses ? !odd : odd
    }, false)
  const xs = polygon.map(({ x }) => x)
  const ys = polygon.map(({ y }) => y)
  const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  return painted(picture, (x, y, old) =>
    x >= west && x <= east && y >= north && y <= south && inside(x + 0.5, y + 0.5) ? paint(x, y, old) : undefined,
  )
}
