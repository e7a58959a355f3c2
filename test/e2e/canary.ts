/**
 * Finds the coloured blocks of the `canary` clip (draw-clip.ts) in bytes of any origin: as pixels of any channel order,
 * as a luma plane, as floats, or inside a file format that holds pictures. Finding nothing means something only because
 * the tests also show that it finds them where they are.
 */
export function pictureIn(bytes: Uint8Array): string | undefined {
  return encodedPicture(bytes) ?? rawPixels(bytes) ?? lumaPlane(bytes) ?? floatPixels(bytes)
}

/** The same for text, which may carry bytes as base64 (either alphabet), hex or a list of numbers. */
export function pictureInText(text: string): string | undefined {
  if (/data:(image|video)\//.test(text)) return 'data: URL of a picture'
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{64,}={0,2}/g)) {
    for (const encoding of ['base64', 'hex'] as const) {
      const found = pictureIn(Buffer.from(run, encoding))
      if (found) return `${encoding}: ${found}`
    }
  }
  for (const [list] of text.matchAll(/-?\d[\d.e-]*(?:,\s*-?\d[\d.e-]*){127,}/g)) {
    const numbers = list.split(',').map(Number)
    const found = rawPixels(numbers) ?? lumaPlane(numbers) ?? normalised(numbers)
    if (found) return `numbers: ${found}`
  }
  return undefined
}

/** Half-way between the colours as drawn and as the camera gives them, which stretches them a little. */
const green = [62, 186, 97] as const
const pink = [178, 64, 131] as const
/** Luma of the two (BT.601). */
const greenLuma = 139
const pinkLuma = 106
const slack = 16
const lumaSlack = 12

function encodedPicture(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('latin1')
  if (/\xff\xd8\xff[\xe0\xe1\xdb]/.test(text)) return 'JPEG'
  if (text.includes('\x89PNG\r\n')) return 'PNG'
  if (/RIFF....WEBP/s.test(text)) return 'WebP'
  if (/GIF8[79]a/.test(text)) return 'GIF'
  return text.includes('ftypavif') || text.includes('\x1aE\xdf\xa3') ? 'AVIF or WebM' : undefined
}

/** Three or four channels, forwards or backwards: six green pixels in a row, and six pink ones. */
function rawPixels(values: ArrayLike<number>): string | undefined {
  for (const stride of [3, 4]) {
    for (const order of [0, 1]) {
      if (
        hasRun(values, stride, order ? green.toReversed() : green) &&
        hasRun(values, stride, order ? pink.toReversed() : pink)
      ) {
        return `pixels of ${stride} channels`
      }
    }
  }
  return undefined
}

function hasRun(values: ArrayLike<number>, stride: number, colour: readonly number[]): boolean {
  const wanted = 6
  for (let start = 0; start < stride; start++) {
    let run = 0
    for (let i = start; i + 2 < values.length; i += stride) {
      run = colour.every((channel, c) => Math.abs(values[i + c]! - channel) <= slack) ? run + 1 : 0
      if (run === wanted) return true
    }
  }
  return false
}

/** Blocks of one tone after the other: at least six of each in turn, three times. */
function lumaPlane(values: ArrayLike<number>): string | undefined {
  let turns = 0
  let run = 0
  let tone = greenLuma
  for (let i = 0; i < values.length; i++) {
    const near = (luma: number) => Math.abs(values[i]! - luma) <= lumaSlack
    const other = tone === greenLuma ? pinkLuma : greenLuma
    if (near(tone)) run += 1
    else if (run >= 6 && near(other)) {
      turns += 1
      run = 1
      tone = other
      if (turns === 4) return 'luma plane'
    } else {
      run = near(greenLuma) ? 1 : 0
      tone = greenLuma
      turns = 0
    }
  }
  return undefined
}

function floatPixels(bytes: Uint8Array): string | undefined {
  for (let offset = 0; offset < 4; offset++) {
    const count = Math.max(0, (bytes.length - offset) >> 2)
    const copy = bytes.slice(offset, offset + count * 4)
    const found = normalised(new Float32Array(copy.buffer, 0, count))
    if (found) return `floats: ${found}`
  }
  return undefined
}

/** Ranges that nets use: 0..1, −1..1 and 0..255. */
function normalised(values: ArrayLike<number>): string | undefined {
  const scales = [(value: number) => value * 255, (value: number) => (value + 1) * 127.5, (value: number) => value]
  for (const scale of scales) {
    const scaled = Array.from(values, scale)
    const found = rawPixels(scaled) ?? lumaPlane(scaled)
    if (found) return found
  }
  return undefined
}
