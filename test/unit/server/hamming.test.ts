import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hammingDistance } from '../../../src/server/hamming'

test('Hamming distance agrees with counting bit by bit', () => {
  const slow = (left: Uint8Array, right: Uint8Array) => {
    let distance = 0
    for (let i = 0; i < left.length * 8; i++) distance += ((left[i >> 3]! ^ right[i >> 3]!) >> (i & 7)) & 1
    return distance
  }
  const pair = fc
    .nat({ max: 256 })
    .chain((length) =>
      fc.tuple(
        fc.uint8Array({ minLength: length, maxLength: length }),
        fc.uint8Array({ minLength: length, maxLength: length }),
      ),
    )
  fc.assert(fc.property(pair, ([left, right]) => hammingDistance(left, right) === slow(left, right)))
  expect(() => hammingDistance(new Uint8Array(1), new Uint8Array(2))).toThrow(RangeError)
})
