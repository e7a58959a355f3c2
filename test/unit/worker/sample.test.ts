import { describe, expect, it } from 'vitest'
import { Picture } from '../../../src/worker/vision/picture'
import { mirrorChip, sampleChip } from '../../../src/worker/vision/sample'

/** Red grows to the right by 10, green downwards by 10, blue is 7. */
function ramp(width: number, height: number): Picture {
  const rgba = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rgba.set([10 * x, 10 * y, 7, 255], 4 * (y * width + x))
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
})
