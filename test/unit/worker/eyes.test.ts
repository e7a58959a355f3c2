import { expect, test, vi } from 'vitest'
import { irisContrast } from '../../../src/worker/liveness/eyes'
import { Picture } from '../../../src/worker/vision/picture'

const eye = (left: number) => [left, left + 40].map((x) => ({ x, y: 60 }))
/** Only the corners of both eyes count. */
const landmarks = Array.from({ length: 68 }, () => ({ x: 0, y: 0 }))
for (const [at, left] of [
  [36, 20],
  [42, 100],
] as const) {
  const [a, b] = eye(left)
  landmarks[at] = a!
  landmarks[at + 3] = b!
}

/** Two eyes: white, with an iris of `iris` on skin of 120. */
function face(iris: number) {
  const [width, height] = [160, 120]
  const rgba = new Uint8ClampedArray(width * height * 4).fill(120)
  for (let y = 50; y < 70; y++) {
    for (const left of [20, 100]) {
      for (let x = left; x < left + 40; x++) {
        const value = Math.abs(x - left - 20) < 8 ? iris : 220
        rgba.fill(value, (y * width + x) * 4, (y * width + x) * 4 + 3)
      }
    }
  }
  return new Picture(width, height, rgba)
}

test('L17 the pixels of the eyes stay in no array that is left behind', () => {
  // a plain array cannot be told apart from the rest of the heap afterwards: none may be sorted
  const plain = vi.spyOn(Array.prototype, 'sort')
  const sorted: ArrayLike<number>[] = []
  const typed = Object.getPrototypeOf(Float32Array.prototype) as Float32Array
  const real = typed.sort
  const spy = vi.spyOn(typed, 'sort').mockImplementation(function (this: Float32Array, ...all) {
    sorted.push(this)
    return real.apply(this, all)
  })
  try {
    const contrast = irisContrast(face(20), landmarks)
    expect(contrast).toBeGreaterThan(0.5)
    expect(irisContrast(face(120), landmarks)).toBeLessThan(contrast / 1.5)
    expect(plain).not.toHaveBeenCalled()
    expect(sorted).toHaveLength(4)
    for (const values of sorted) expect(Array.from(values).every((value) => value === 0)).toBe(true)
  } finally {
    spy.mockRestore()
    plain.mockRestore()
  }
})
