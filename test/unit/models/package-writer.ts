import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { integrityOf, sha256 } from '../../../models/hashes.js'
import type { Manifest } from '../../../models/manifest.js'
import type { Pack } from '../../../models/npm-pack.js'

/** An npm tarball (ustar in gzip) of these files. */
export function writeTarball(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts = Object.entries(files).flatMap(([path, content]) => {
    const header = Buffer.alloc(512)
    header.write(`package/${path}`, 0, 100)
    header.write('0000644\0', 100)
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('0', 156)
    header.write('ustar\x0000', 257)
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]))
}

export const fileA = new TextEncoder().encode('first model')
export const fileB = new Uint8Array(1500).fill(7)
export const tarball = writeTarball({
  'package.json': new TextEncoder().encode('{}'),
  'm/a.bin': fileA,
  'm/b.bin': fileB,
})

/** One package, two entries that copy a file each. */
export const smallManifest: Manifest = {
  version: 1,
  packages: { small: { name: 'small', version: '1.0.0', integrity: integrityOf(tarball), licence: 'MIT' } },
  entries: [entry('first', 'm/a.bin', 'a.bin', fileA), entry('second', 'm/b.bin', 'b.bin', fileB)],
}

function entry(id: string, path: string, file: string, content: Uint8Array): Manifest['entries'][number] {
  return {
    kind: 'runtime',
    id,
    package: 'small',
    step: 'copy',
    sources: [{ path, sha256: sha256(content) }],
    outputs: [{ file, bytes: content.length, sha256: sha256(content) }],
  }
}

/** A `pack` that gives these bytes and counts how often it is asked. */
export function packOf(bytes: Uint8Array): Pack & { calls: number } {
  const pack = Object.assign(
    async (_: string, destination: string) => {
      pack.calls++
      await writeFile(join(destination, 'small-1.0.0.tgz'), bytes)
    },
    { calls: 0 },
  )
  return pack
}
