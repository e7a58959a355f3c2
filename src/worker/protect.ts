import canonicalize from 'canonicalize'

/**
 * `srht-sign/v1`: a revocable bit string out of an embedding, integer-exact, so that every language and machine gets the
 * same bits. What another implementation must know, byte by byte:
 *
 * 1. x = (e - mean) / |e - mean|, in float64, summed in index order; e has unit length, both vectors have n float32 values.
 * 2. q[i] = floor(x[i]·2^14 + 0.5), zero-padded to D, the next power of two (512 → 512, 128 → 128, 640 → 1024).
 * 3. token = HKDF-SHA256(ikm = device secret, salt = subject salt, info = JCS (RFC 8785, UTF-8) of
 *    {scheme, tenant, origin, purpose, modelId, version, m}), 32 bytes.
 * 4. For block b = 0 … ceil(m / D) - 1: signs = HKDF-Expand-SHA256(PRK = token,
 *    info = "faceseal/srht-sign/v1/signs" ‖ b as u32 big endian), 3·D/8 bytes. Sign bit j of round r is bit
 *    i = r·D + j of that string, `signs[i >> 3] >> (i & 7) & 1`; 1 means negate.
 * 5. y = q; three times: y[j] = ±y[j] by the round's sign bits, then y = H·y, the Walsh-Hadamard transform in natural
 *    (Hadamard) order, not scaled. int32 is exact: |y| ≤ 2^14·D^1.5 < 2^30 for D ≤ 1024.
 * 6. Template bit b·D + j is (y[j] ≥ 0); bits beyond m are dropped; packed LSB first.
 */
export const protectionScheme = 'srht-sign/v1'
/** Counts changes of the pipeline before the scheme that make old templates useless. */
export const protectionVersion = 1

const quantum = 2 ** 14
const rounds = 3
const signsInfo = new TextEncoder().encode('faceseal/srht-sign/v1/signs')

/** What a token is bound to: another tenant, purpose, model or length gives unrelated bits. */
export interface TokenContext {
  readonly tenant: string
  readonly origin: string
  readonly purpose: string
  readonly modelId: string
  /** Template bits m. */
  readonly bits: number
}

/** Makes templates that can be revoked. Implementations differ in where the token comes from. */
export interface TemplateProtector {
  readonly scheme: typeof protectionScheme
  /** `bits / 8` bytes. `embedding` has unit length; the caller wipes both. */
  protect(embedding: Float32Array, mean: Float32Array, context: TokenContext): Promise<Uint8Array<ArrayBuffer>>
}

/** `srht-sign/device`: the token comes from this device's HKDF key and the subject salt that the backend renews to revoke. */
export function deviceProtector(secret: CryptoKey, subjectSalt: Uint8Array<ArrayBuffer>): TemplateProtector {
  return {
    scheme: protectionScheme,
    protect: async (embedding, mean, context) => {
      const token = await deriveToken(secret, subjectSalt, context)
      try {
        return await protectWithToken(embedding, mean, token, context.bits)
      } finally {
        token.fill(0)
      }
    },
  }
}

/** Step 3: 32 bytes. `secret` is an HKDF key with the usage `deriveBits`. */
export async function deriveToken(
  secret: CryptoKey,
  subjectSalt: Uint8Array<ArrayBuffer>,
  { tenant, origin, purpose, modelId, bits }: TokenContext,
): Promise<Uint8Array<ArrayBuffer>> {
  const binding = { scheme: protectionScheme, tenant, origin, purpose, modelId, version: protectionVersion, m: bits }
  const info = new TextEncoder().encode(canonicalize(binding))
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: subjectSalt, info }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, secret, 256))
}

/** Steps 1, 2 and 4 to 6. Throws `RangeError` when the embedding equals the mean. */
export async function protectWithToken(
  embedding: Float32Array,
  mean: Float32Array,
  token: Uint8Array<ArrayBuffer>,
  bits: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const quantised = quantise(embedding, mean)
  const size = quantised.length
  const template = new Uint8Array(bits / 8)
  const key = await crypto.subtle.importKey('raw', token, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const block = new Int32Array(size)
  try {
    for (let start = 0; start < bits; start += size) {
      const signs = await expand(key, start / size, (rounds * size) / 8)
      block.set(quantised)
      mix(block, signs)
      signs.fill(0)
      for (let j = 0; j < size && start + j < bits; j++) {
        if (block[j]! >= 0) template[(start + j) >> 3]! |= 1 << ((start + j) & 7)
      }
    }
    return template
  } finally {
    // Whoever holds these can undo the protection.
    quantised.fill(0)
    block.fill(0)
  }
}

/** Steps 1 and 2: D whole numbers. */
export function quantise(embedding: Float32Array, mean: Float32Array): Int32Array {
  const centred = Float64Array.from(embedding, (value, index) => value - mean[index]!)
  let square = 0
  for (const value of centred) square += value * value
  if (!(square > 0) || !Number.isFinite(square)) throw new RangeError('embedding equals the mean')
  const length = Math.sqrt(square)
  const quantised = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(8, centred.length))))
  centred.forEach((value, index) => {
    quantised[index] = Math.floor((value / length) * quantum + 0.5)
  })
  centred.fill(0)
  return quantised
}

/** Step 5, in place. */
function mix(values: Int32Array, signs: Uint8Array): void {
  const size = values.length
  for (let round = 0; round < rounds; round++) {
    for (let j = 0; j < size; j++) {
      const bit = round * size + j
      if ((signs[bit >> 3]! >> (bit & 7)) & 1) values[j] = -values[j]!
    }
    hadamard(values)
  }
}

function hadamard(values: Int32Array): void {
  for (let half = 1; half < values.length; half *= 2) {
    for (let start = 0; start < values.length; start += 2 * half) {
      for (let j = start; j < start + half; j++) {
        const a = values[j]!
        const b = values[j + half]!
        values[j] = a + b
        values[j + half] = a - b
      }
    }
  }
}

/** HKDF-Expand (RFC 5869 §2.3): T(i) = HMAC(PRK, T(i-1) ‖ info ‖ i). WebCrypto's HKDF would extract first. */
async function expand(key: CryptoKey, block: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const output = new Uint8Array(length)
  const counter = new Uint8Array(4)
  new DataView(counter.buffer).setUint32(0, block)
  let previous = new Uint8Array(0)
  for (let offset = 0, index = 1; offset < length; offset += 32, index++) {
    const input = new Uint8Array([...previous, ...signsInfo, ...counter, index])
    previous = new Uint8Array(await crypto.subtle.sign('HMAC', key, input))
    output.set(previous.subarray(0, Math.min(32, length - offset)), offset)
    input.fill(0)
  }
  previous.fill(0)
  return output
}

/** Differing bits of two templates of the same length. */
export function hammingDistance(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new RangeError('templates of different lengths')
  let distance = 0
  for (let index = 0; index < a.length; index++) {
    let difference = a[index]! ^ b[index]!
    for (; difference; difference &= difference - 1) distance++
  }
  return distance
}
