import { expect, test } from 'vitest'
import { onEnough } from '../../../src/worker/vision/enough'
import { Picture } from '../../../src/worker/vision/picture'

const picture = (width: number, height: number) => new Picture(width, height, new Uint8ClampedArray(4 * width * height))
const face = { box: { x: 10, y: -4, width: 61, height: 60 }, score: 0.8, roll: 0.1 }

test('faces are looked for on the half of a large picture, and lie in the whole one', () => {
  const large = picture(383, 512)
  const shown: Picture[] = []
  const faces = onEnough(large, (it) => {
    shown.push(it)
    return [face]
  })
  expect(shown).toEqual([large.half])
  expect(faces).toEqual([{ box: { x: 20, y: -8, width: 122, height: 120 }, score: 0.8, roll: 0.1 }])
})

test('a smaller picture is shown as it is', () => {
  const small = picture(511, 400)
  const faces = onEnough(small, (it) => {
    expect(it).toBe(small)
    return [face]
  })
  expect(faces).toEqual([face])
})
