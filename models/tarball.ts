import { gunzipSync } from 'node:zlib'
import { PrepareError } from './prepare-error.js'

const BLOCK = 512
const latin1 = new TextDecoder('latin1')

/**
 * The wanted files of an npm tarball (gzip, ustar: POSIX.1-1988), by their path without the leading `package/`.
 * Check the tarball's integrity first: this reads what it is given.
 * Throws `archive_invalid` when the archive is damaged or a wanted file is not in it.
 */
export function filesOfTarball(tarball: Uint8Array, wanted: readonly string[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  try {
    for (const { path, content } of entries(gunzipSync(tarball))) {
      const inside = path.slice(path.indexOf('/') + 1)
      if (wanted.includes(inside)) files.set(inside, content)
    }
  } catch (cause) {
    throw new PrepareError('archive_invalid', `Not a readable package archive: ${(cause as Error).message}`, { cause })
  }
  const missing = wanted.filter((path) => !files.has(path))
  if (missing.length > 0) throw new PrepareError('archive_invalid', `The package has no ${missing.join(', ')}`)
  return files
}

function* entries(archive: Uint8Array): Generator<{ path: string; content: Uint8Array }> {
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK)
    if (header[0] === 0) return
    const field = (from: number, length: number): string =>
      latin1.decode(header.subarray(from, from + length)).replace(/\0.*$/s, '')
    const size = Number.parseInt(field(124, 12).trim() || '0', 8)
    const content = archive.subarray(at + BLOCK, at + BLOCK + size)
    if (!(size >= 0) || content.length !== size) throw new RangeError('an entry runs past the end')
    const prefix = field(345, 155)
    // Plain files only; npm writes extended headers just for names too long for any file that is wanted here.
    if (header[156] === 0x30 || header[156] === 0) {
      yield { path: prefix ? `${prefix}/${field(0, 100)}` : field(0, 100), content }
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
}
