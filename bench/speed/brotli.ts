import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import { root } from '../../test/browser/harness.ts'

const compress = promisify(brotliCompress)
const file = `${root}bench/dist/brotli.json`
let known: Promise<Record<string, number>> | undefined

/**
 * Bytes on the wire under brotli: quality 11, and 9 for what is larger than 4 MB, where 11 takes half a minute and gains 1 %.
 * Remembered by content, for a build changes few files.
 */
export async function brotliBytes(content: Uint8Array): Promise<number> {
  known ??= readFile(file, 'utf8').then(JSON.parse, () => ({}))
  const sizes = await known
  const hash = createHash('sha256').update(content).digest('hex')
  const size = sizes[hash] ?? (await compressedLength(content))
  if (sizes[hash] === undefined) {
    sizes[hash] = size
    await mkdir(`${root}bench/dist`, { recursive: true })
    await writeFile(file, JSON.stringify(sizes))
  }
  return size
}

async function compressedLength(content: Uint8Array): Promise<number> {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants
  const params = {
    [BROTLI_PARAM_QUALITY]: content.length > 4e6 ? 9 : 11,
    [BROTLI_PARAM_LGWIN]: 24,
    [BROTLI_PARAM_SIZE_HINT]: content.length,
  }
  return (await compress(content, { params })).length
}
