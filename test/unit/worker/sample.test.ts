import { describe, expect, it, vi } from 'vitest'
import { apply, scaled, squareOf } from '../../../src/worker/vision/geometry'
import { Picture } from '../../../src/worker/vision/picture'
import { mirrorChip, sampleChip, sampleLuma } from '../../../src/worker/vision/sample'

/** Red grows to the right by 10, green downwards by 10, blue is 7. */
function ramp(width: number, height: number): Picture {
  const rgba = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rgba.set([10 * x, 10 * y, 7, 255], 4 * (y * width + x))
  return new Picture(width, height, rgba)
}

/** Structure that repeats nowhere, in all channels; opaque. */
function noise(width: number, height: number): Picture {
  const rgba = new Uint8ClampedArray(width * height * 4)
  for (let at = 0, state = 1; at < rgba.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    rgba[at] = at % 4 === 3 ? 255 : state >>> 24
  }
  return new Picture(width, height, rgba)
}

const pixel = (chip: Float32Array, size: number, x: number, y: number) =>
  [...chip.subarray(3 * (y * size + x), 3 * (y * size + x) + 3)].map((value) => Math.round(value * 1000) / 1000)

describe('sampleChip', () => {
  it('copies pixels at scale one', () => {
    const chip = new Float32Array(4 * 4 * 3)
    sampleChip(ramp(8, 8), { a: 1, b: 0, tx: 2, ty: 1 }, 4, chip)
    expect(pixel(chip, 4, 0, 0)).toEqual([20, 10, 7])
    expect(pixel(chip, 4, 3, 2)).toEqual([50, 30, 7])
  })

  it('interpolates between centres', () => {
    const chip = new Float32Array(4 * 4 * 3)
    sampleChip(ramp(8, 8), { a: 0.5, b: 0, tx: 2, ty: 2 }, 4, chip)
    // Chip pixel 0 has its centre at 0.5·0.5 + 2 = 2.25, a quarter before the centre of picture pixel 2.
    expect(pixel(chip, 4, 0, 0)).toEqual([17.5, 17.5, 7])
  })

  it('averages when it shrinks, so that nothing aliases', () => {
    const stripes = new Picture(8, 8, new Uint8ClampedArray(8 * 8 * 4))
    for (let index = 0; index < 64; index++) stripes.rgba.fill(index % 2 ? 200 : 0, 4 * index, 4 * index + 4)
    const chip = new Float32Array(2 * 2 * 3)
    sampleChip(stripes, { a: 3, b: 0, tx: 0, ty: 0 }, 2, chip)
    // Dark, light, dark: one sample in the middle would see only the light stripe.
    expect(pixel(chip, 2, 0, 0)[0]).toBeCloseTo(200 / 3, 0)
  })

  it('turns', () => {
    const chip = new Float32Array(3)
    // A quarter turn: chip x runs down the picture.
    sampleChip(ramp(8, 8), { a: 0, b: 1, tx: 6, ty: 3 }, 1, chip)
    expect([...chip]).toEqual([50, 30, 7])
  })

  it('is black outside and fades at the edge', () => {
    const chip = new Float32Array(2 * 2 * 3)
    sampleChip(ramp(8, 8), { a: 1, b: 0, tx: -10, ty: -10 }, 2, chip)
    expect([...chip].every((value) => value === 0)).toBe(true)
  })

  it('writes where it is told', () => {
    const chip = new Float32Array(2 * 2 * 2 * 3).fill(-1)
    sampleChip(ramp(8, 8), { a: 1, b: 0, tx: 0, ty: 0 }, 2, chip, 12)
    expect(chip.subarray(0, 12).every((value) => value === -1)).toBe(true)
    expect(chip[12 + 3]).toBe(10)
  })
})

describe('sampleLuma', () => {
  const size = 16
  const lumaOfChip = (picture: Picture, toPicture: ReturnType<typeof squareOf>) => {
    const chip = new Float32Array(size * size * 3)
    sampleChip(picture, toPicture, size, chip)
    return Array.from({ length: size * size }, (_, index) => {
      const [r, g, b] = chip.subarray(3 * index, 3 * index + 3)
      return 0.299 * r! + 0.587 * g! + 0.114 * b!
    })
  }
  it.each([
    ['inside', { x: 40, y: 30 }, 30, 0.2],
    ['smaller than its chip', { x: 40, y: 30 }, 9, -0.4],
    ['over the left and upper edge', { x: 5, y: 3 }, 40, 0.3],
    ['over the right and lower edge', { x: 76, y: 58 }, 40, -0.3],
    ['larger than the picture', { x: 40, y: 30 }, 200, 0.1],
    ['far outside', { x: -300, y: 900 }, 20, 0],
  ])('is the luma of the chip: %s', (_, centre, side, roll) => {
    const toPicture = squareOf(centre, side, roll, size)
    const out = new Float32Array(size * size).fill(-1)
    sampleLuma(noise(80, 60), toPicture, size, out)
    const expected = lumaOfChip(noise(80, 60), toPicture)
    expect(Math.max(...expected.map((value, index) => Math.abs(value - out[index]!)))).toBeLessThan(1e-4)
  })

  it('L17 leaves no pixels in an array of its own', () => {
    const real = Int32Array
    const made: Int32Array[] = []
    vi.stubGlobal(
      'Int32Array',
      new Proxy(real, {
        construct: (target, input) => {
          made.push(Reflect.construct(target, input))
          return made.at(-1)!
        },
      }),
    )
    const picture = noise(80, 60)
    try {
      sampleLuma(picture, squareOf({ x: 40, y: 30 }, 30, 0, size), size, new Float32Array(size * size))
    } finally {
      vi.unstubAllGlobals()
    }
    const own = made.filter(({ buffer }) => buffer !== picture.rgba.buffer)
    expect(own.map(({ length }) => length > 800)).toEqual([true])
    expect(own[0]!.every((value) => value === 0)).toBe(true)
  })
})

describe('mirrorChip', () => {
  it('changes left and right, and is its own inverse', () => {
    const chip = new Float32Array(3 * 4 * 3)
    for (let index = 0; index < 12; index++) chip[index] = index
    mirrorChip(chip, 2, 0, 12)
    expect([...chip.subarray(12, 24)]).toEqual([3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8])
    mirrorChip(chip, 2, 12, 24)
    expect([...chip.subarray(24, 36)]).toEqual([...chip.subarray(0, 12)])
  })
})

describe('Picture', () => {
  it('is overwritten when it is wiped', () => {
    const picture = ramp(4, 4)
    picture.wipe()
    expect(picture.rgba.every((value) => value === 0)).toBe(true)
  })

  it('L17 is overwritten with its half', () => {
    const picture = noise(8, 6)
    const { half } = picture
    const quarter = half.half
    expect(half.rgba.some((value) => value > 0)).toBe(true)
    picture.wipe()
    for (const { rgba } of [picture, half, quarter]) expect(rgba.every((value) => value === 0)).toBe(true)
  })

  it('has a half: each pixel the mean of four, rounded half up, without an odd last row and column', () => {
    const picture = noise(81, 61)
    const { width, height, rgba } = picture.half
    expect([width, height, rgba.length]).toEqual([40, 30, 40 * 30 * 4])
    expect(picture.half).toBe(picture.half)
    const expected = Array.from(rgba, (_, at) => {
      const [channel, x, y] = [at % 4, (at >> 2) % width, Math.floor((at >> 2) / width)]
      const from = 4 * (2 * y * picture.width + 2 * x) + channel
      const four = [0, 4, 4 * picture.width, 4 * picture.width + 4].map((next) => picture.rgba[from + next]!)
      return Math.floor((four[0]! + four[1]! + four[2]! + four[3]! + 2) / 4)
    })
    expect([...rgba]).toEqual(expected)
  })

  it('has a half in which everything lies at half its place', () => {
    const toPicture = squareOf({ x: 11, y: 9 }, 8, 0, 4)
    const [whole, half] = [new Float32Array(4 * 4 * 3), new Float32Array(4 * 4 * 3)]
    sampleChip(ramp(22, 20), toPicture, 4, whole)
    sampleChip(ramp(22, 20).half, scaled(toPicture, 0.5), 4, half)
    expect([...half]).toEqual([...whole])
    const { x, y } = apply(scaled(toPicture, 0.5), { x: 1, y: 3 })
    expect({ x: 2 * x, y: 2 * y }).toEqual(apply(toPicture, { x: 1, y: 3 }))
  })
})
