/**
 * Bits that differ. Looks at every byte whatever it finds: the time says nothing about where or how much the templates
 * differ. Throws RangeError for different lengths, which the caller has excluded by the models' names.
 */
export function hammingDistance(left: Uint8Array, right: Uint8Array): number {
  if (left.length !== right.length) throw new RangeError('templates of different length')
  let distance = 0
  for (let i = 0; i < left.length; i++) {
    let bits = left[i]! ^ right[i]!
    bits -= (bits >> 1) & 0x55
    bits = (bits & 0x33) + ((bits >> 2) & 0x33)
    distance += (bits + (bits >> 4)) & 0x0f
  }
  return distance
}
