import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Manifest, manifest } from '../../../models/manifest.js'
import { PrepareError, type PrepareErrorCode } from '../../../models/prepare-error.js'
import { checkModels, prepareModels, rebuildModels } from '../../../models/prepare-models.js'
import { cacheDirectory as realCache } from './package-source.js'
import { fileA, fileB, packOf, smallManifest, tarball, writeTarball } from './package-writer.js'

let base: string
let outputDirectory: string
let cacheDirectory: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'faceseal-models-'))
  outputDirectory = join(base, 'dist')
  cacheDirectory = join(base, 'cache')
})
afterEach(() => rm(base, { recursive: true }))

const codeOf = async (attempt: Promise<unknown>): Promise<PrepareErrorCode | 'none'> => {
  try {
    await attempt
    return 'none'
  } catch (error) {
    if (error instanceof PrepareError) return error.code
    throw error
  }
}
const listing = (directory: string): Promise<string[]> => readdir(directory).catch(() => [])
const refuse = async (): Promise<void> => {
  throw new PrepareError('offline', 'no network in this test')
}
const withOutput = (change: Partial<Manifest['entries'][number]['outputs'][number]>): Manifest => {
  const [first, second] = smallManifest.entries as [Manifest['entries'][number], Manifest['entries'][number]]
  return { ...smallManifest, entries: [{ ...first, outputs: [{ ...first.outputs[0]!, ...change }] }, second] }
}

describe('prepareModels', () => {
  it('writes what the manifest lists, and nothing beside it', async () => {
    const pack = packOf(tarball)
    const written = await prepareModels({ manifest: smallManifest, outputDirectory, cacheDirectory, pack })
    expect(written).toEqual(['a.bin', 'b.bin'])
    expect(await listing(outputDirectory)).toEqual(['a.bin', 'b.bin'])
    expect([...(await readFile(join(outputDirectory, 'b.bin')))]).toEqual([...fileB])
    expect(await listing(cacheDirectory)).toEqual(['small-1.0.0.tgz'])
    expect(pack.calls).toBe(1)
  })

  it('needs no package when everything is there', async () => {
    await prepareModels({ manifest: smallManifest, outputDirectory, cacheDirectory, pack: packOf(tarball) })
    await rm(cacheDirectory, { recursive: true })
    const again = { manifest: smallManifest, outputDirectory, cacheDirectory, pack: refuse }
    expect(await prepareModels(again)).toEqual([])
  })

  it('repairs only what is wrong, from the kept tarball', async () => {
    await prepareModels({ manifest: smallManifest, outputDirectory, cacheDirectory, pack: packOf(tarball) })
    await writeFile(join(outputDirectory, 'b.bin'), fileB.subarray(0, 700))
    expect(await codeOf(checkModels(smallManifest, outputDirectory))).toBe('output_mismatch')
    const again = { manifest: smallManifest, outputDirectory, cacheDirectory, pack: refuse }
    expect(await prepareModels(again)).toEqual(['b.bin'])
    expect(await codeOf(checkModels(smallManifest, outputDirectory))).toBe('none')
  })

  it.each([
    ['a tampered tarball', writeTarball({ 'm/a.bin': fileA.map((byte) => byte ^ 1), 'm/b.bin': fileB })],
    ['a truncated tarball', tarball.subarray(0, tarball.length - 20)],
    ['no bytes at all', new Uint8Array(0)],
  ])('refuses %s and keeps nothing of it', async (_, bytes) => {
    const options = { manifest: smallManifest, outputDirectory, cacheDirectory, pack: packOf(bytes) }
    expect(await codeOf(prepareModels(options))).toBe('integrity_mismatch')
    expect(await listing(outputDirectory)).toEqual([])
    expect(await listing(cacheDirectory)).toEqual([])
  })

  it('fetches again when the kept tarball has been changed', async () => {
    await mkdir(cacheDirectory)
    await writeFile(join(cacheDirectory, 'small-1.0.0.tgz'), tarball.subarray(0, 40))
    const pack = packOf(tarball)
    await prepareModels({ manifest: smallManifest, outputDirectory, cacheDirectory, pack })
    expect(pack.calls).toBe(1)
  })

  it('refuses an output that comes out otherwise, and writes none of the entry', async () => {
    const wrong = withOutput({ sha256: '0'.repeat(64) })
    const options = { manifest: wrong, outputDirectory, cacheDirectory, pack: packOf(tarball) }
    expect(await codeOf(prepareModels(options))).toBe('output_mismatch')
    expect(await listing(outputDirectory)).toEqual([])
  })

  it('refuses a source that is not the one pinned', async () => {
    const [first] = smallManifest.entries as [Manifest['entries'][number]]
    const sources = [{ ...first.sources[0]!, sha256: '0'.repeat(64) }]
    const wrong: Manifest = { ...smallManifest, entries: [{ ...first, sources }] }
    expect(
      await codeOf(prepareModels({ manifest: wrong, outputDirectory, cacheDirectory, pack: packOf(tarball) })),
    ).toBe('source_mismatch')
  })

  it('names a file that the package lacks', async () => {
    const [first] = smallManifest.entries as [Manifest['entries'][number]]
    const wrong: Manifest = {
      ...smallManifest,
      entries: [{ ...first, sources: [{ ...first.sources[0]!, path: 'm/none.bin' }] }],
    }
    const attempt = prepareModels({ manifest: wrong, outputDirectory, cacheDirectory, pack: packOf(tarball) })
    await expect(attempt).rejects.toMatchObject({
      code: 'archive_invalid',
      message: expect.stringContaining('m/none.bin'),
    })
  })

  it('passes on that the network is missing, and stops on a signal', async () => {
    const options = { manifest: smallManifest, outputDirectory, cacheDirectory }
    expect(await codeOf(prepareModels({ ...options, pack: refuse }))).toBe('offline')
    const signal = AbortSignal.abort()
    expect(await codeOf(prepareModels({ ...options, pack: packOf(tarball), signal }))).toBe('aborted')
    expect(await listing(outputDirectory)).toEqual([])
  })
})

describe('checkModels', () => {
  it('says what is missing', async () => {
    expect(await codeOf(checkModels(smallManifest, outputDirectory))).toBe('output_missing')
  })
})

describe('the real manifest', () => {
  it('comes out with the same bytes each time', async () => {
    const twice = [join(base, 'one'), join(base, 'two')]
    for (const directory of twice) {
      const rebuilt = await rebuildModels({ manifest, outputDirectory: directory, cacheDirectory: realCache })
      expect(rebuilt).toEqual(manifest)
      await checkModels(manifest, directory)
    }
  }, 120_000)
})
