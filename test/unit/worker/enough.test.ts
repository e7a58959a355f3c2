import { expect, test } from 'vitest'
import { onEnough } from '../../../src/worker/vision/enough'
import { Picture } from '../../../src/worker/vision/picture'

const picture = (width: number, height: number) => new Picture(width, height, new Uint8ClampedArray(4 * width * height))
const face = { box: { x: 10, y: -4, width: 61, height: 60 }, score: 0.8, roll: 0.1 }

test('a glance looks for faces on the half of a large picture, and they lie in the whole one', () => {
  const large = picture(383, 512)
  const shown: Picture[] = []
  const faces = onEnough(large, 'glance', (it) => {
    shown.push(it)
    return [face]
  })
  expect(shown).toEqual([large.half])
  expect(faces).toEqual([{ box: { x: 20, y: -8, width: 122, height: 120 }, score: 0.8, roll: 0.1 }])
})

test.each([
  [511, 400],
  [600, 1],
])('a picture of %d × %d is shown as it is', (width, height) => {
  const small = picture(width, height)
  const faces = onEnough(small, 'glance', (it) => {
    expect(it).toBe(small)
    return [face]
  })
  expect(faces).toEqual([face])
})

test('what is found closely is found on the whole picture', () => {
  const large = picture(640, 480)
  const shown: Picture[] = []
  for (const care of ['find', undefined] as const) {
    onEnough(large, care, (it) => {
      shown.push(it)
      return []
    })
  }
  expect(shown).toEqual([large, large])
})
