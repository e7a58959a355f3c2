const scratch = new DataView(new ArrayBuffer(4))

/** Bits after the point of a binary16. */
const allFractionBits = 10

/**
 * The IEEE 754 binary16 bits nearest to `value` (ties to even, subnormals kept), of those whose last
 * `10 - fractionBits` bits are zero. Throws `RangeError` for NaN, infinity and what rounds past the largest of them
 * (65504 with all ten): a weight like that is a broken model.
 */
export function float16Bits(value: number, fractionBits = allFractionBits): number {
  scratch.setFloat32(0, value)
  const bits = scratch.getUint32(0)
  const sign = (bits >>> 16) & 0x8000
  const exponent = (bits >>> 23) & 0xff
  // The hidden bit is written out, so that normal and subnormal results are the same shift and round.
  const mantissa = (bits & 0x7fffff) | (exponent === 0 ? 0 : 0x800000)
  if (exponent === 0xff) throw new RangeError(`${value} has no float16 value`)

  const halfExponent = exponent - 127 + 15
  const spare = allFractionBits - fractionBits
  if (halfExponent < -fractionBits) return sign
  const shift = (halfExponent > 0 ? 13 : 14 - halfExponent) + spare
  const kept = mantissa >>> shift
  const rest = mantissa & ((1 << shift) - 1)
  const tie = 1 << (shift - 1)
  const rounded = kept + (rest > tie || (rest === tie && (kept & 1) === 1) ? 1 : 0)
  // Adding instead of or-ing lets a carry out of the mantissa raise the exponent, as it must.
  const magnitude = (halfExponent > 0 ? (halfExponent - 1) << 10 : 0) + (rounded << spare)
  if (magnitude >= 0x7c00) throw new RangeError(`${value} is beyond float16`)
  return sign | magnitude
}

/** Little-endian float16 bytes, two for each value; `fractionBits` and `RangeError` as with {@link float16Bits}. */
export function encodeFloat16(values: Float32Array, fractionBits = allFractionBits): Uint8Array {
  const bytes = new Uint8Array(values.length * 2)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < values.length; index++)
    view.setUint16(index * 2, float16Bits(values[index]!, fractionBits), true)
  return bytes
}
