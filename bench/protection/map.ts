import { createHmac } from 'node:crypto'

const rounds = 3

/**
 * What whoever knows a token knows of `srht-sign/v1`: the linear map before the signs, in floats, and its transpose.
 * Written anew from the description in src/worker/protect.ts, as an attacker would; a test holds it against the real bits.
 */
export interface LinearMap {
  readonly bits: number
  readonly size: number
  /** `size` values in, `bits` values out; each block is a rotation. */
  forward(vector: Float64Array): Float64Array
  /** `bits` values in, `size` values out: the sum of the rows, each times its value. */
  transpose(values: Float64Array): Float64Array
}

export function linearMap(token: Uint8Array, size: number, bits: number): LinearMap {
  const signs = Array.from({ length: Math.ceil(bits / size) }, (_, block) => signsOf(token, block, size))
  return {
    bits,
    size,
    forward(vector) {
      const output = new Float64Array(bits)
      signs.forEach((blockSigns, block) => {
        const values = new Float64Array(size)
        values.set(vector)
        for (const round of blockSigns) {
          flip(values, round)
          hadamard(values)
        }
        output.set(values.subarray(0, Math.min(size, bits - block * size)), block * size)
      })
      return output
    },
    transpose(values) {
      const sum = new Float64Array(size)
      signs.forEach((blockSigns, block) => {
        const part = new Float64Array(size)
        part.set(values.subarray(block * size, Math.min(bits, (block + 1) * size)))
        for (const round of blockSigns.toReversed()) {
          hadamard(part)
          flip(part, round)
        }
        for (let index = 0; index < size; index++) sum[index]! += part[index]!
      })
      return sum
    },
  }
}

/** ±1 per bit of a template. */
export function signsOfTemplate(template: Uint8Array): Float64Array {
  return Float64Array.from({ length: template.length * 8 }, (_, bit) =>
    (template[bit >> 3]! >> (bit & 7)) & 1 ? 1 : -1,
  )
}

/** The inverse: bits of the values ≥ 0. */
export function templateOfValues(values: Float64Array): Uint8Array {
  const template = new Uint8Array(values.length / 8)
  values.forEach((value, bit) => {
    if (value >= 0) template[bit >> 3]! |= 1 << (bit & 7)
  })
  return template
}

function signsOf(token: Uint8Array, block: number, size: number): readonly Float64Array[] {
  const info = Buffer.concat([Buffer.from('faceseal/srht-sign/v1/signs'), Buffer.from([0, 0, 0, 0])])
  info.writeUInt32BE(block, info.length - 4)
  const bytes = Buffer.alloc((rounds * size) / 8)
  let previous = Buffer.alloc(0)
  for (let offset = 0, index = 1; offset < bytes.length; offset += 32, index++) {
    previous = createHmac('sha256', token)
      .update(Buffer.concat([previous, info, Buffer.from([index])]))
      .digest()
    previous.copy(bytes, offset)
  }
  return Array.from({ length: rounds }, (_, round) =>
    Float64Array.from({ length: size }, (_, j) => {
      const bit = round * size + j
      return (bytes[bit >> 3]! >> (bit & 7)) & 1 ? -1 : 1
    }),
  )
}

function flip(values: Float64Array, signs: Float64Array): void {
  for (let j = 0; j < values.length; j++) values[j] = values[j]! * signs[j]!
}

/** Scaled, so that it keeps lengths. */
function hadamard(values: Float64Array): void {
  for (let half = 1; half < values.length; half *= 2) {
    for (let start = 0; start < values.length; start += 2 * half) {
      for (let j = start; j < start + half; j++) {
        const [a, b] = [values[j]!, values[j + half]!]
        values[j] = (a + b) * Math.SQRT1_2
        values[j + half] = (a - b) * Math.SQRT1_2
      }
    }
  }
}
