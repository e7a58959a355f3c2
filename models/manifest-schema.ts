import * as v from 'valibot'
import { PrepareError } from './prepare-error.js'

const text = v.pipe(v.string(), v.nonEmpty())
const fileName = v.pipe(v.string(), v.regex(/^[\w-][\w.-]*$/, 'must be a plain file name'))
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex'))
const shape = v.array(v.pipe(v.number(), v.integer()))

const PinnedPackageSchema = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^(@[\w.-]+\/)?[\w.-]+$/, 'must be an npm package name')),
  version: v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+$/, 'must be an exact version')),
  integrity: v.pipe(v.string(), v.regex(/^sha512-[A-Za-z0-9+/]{86}==$/, 'must be a sha512 integrity string')),
  licence: text,
})

const OutputFileSchema = v.strictObject({
  file: fileName,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
  sha256,
})

const common = {
  id: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/, 'must be lower-case words joined by hyphens')),
  package: text,
  sources: v.pipe(v.array(v.strictObject({ path: text, sha256 })), v.minLength(1)),
  outputs: v.pipe(v.array(OutputFileSchema), v.minLength(1)),
}

const ModelSchema = v.strictObject({
  kind: v.literal('model'),
  ...common,
  step: v.picklist(['copy', 'tflite-metadata', 'onnx-to-tfjs']),
  /** How many of float16's ten fraction bits `onnx-to-tfjs` keeps of large tensors: the rest costs bytes on the wire. */
  fractionBits: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10))),
  licence: text,
  /** Who made the weights, and what they were trained on, as far as is known. */
  origin: text,
  training: text,
  /** What FaceSeal uses it for. */
  use: text,
  input: v.strictObject({ tensor: v.optional(text), shape, layout: text, channels: text, range: text }),
  output: v.strictObject({ tensor: v.optional(text), shape, meaning: text }),
  /** Where a decision needs a number: what is measured, the value, and where the value comes from. */
  thresholds: v.optional(v.array(v.strictObject({ measure: text, value: v.number(), source: text }))),
  /** What was measured, on which set, by which command of this project. */
  figures: v.array(v.strictObject({ measure: text, value: text, set: text, command: text })),
  /** What it is not good at, and what nobody has tested. */
  limits: v.pipe(v.array(text), v.minLength(1)),
})

/** Files that an engine needs beside it; copied unchanged. */
const RuntimeSchema = v.strictObject({ kind: v.literal('runtime'), ...common, step: v.literal('copy') })

const EntrySchema = v.variant('kind', [ModelSchema, RuntimeSchema])

export const ManifestSchema = v.pipe(
  v.strictObject({
    version: v.literal(1),
    packages: v.record(v.string(), PinnedPackageSchema),
    entries: v.pipe(v.array(EntrySchema), v.minLength(1)),
  }),
  v.check(({ entries }) => isUnique(entries.map(({ id }) => id)), 'two entries have the same id'),
  v.check(
    ({ entries }) => isUnique(entries.flatMap(({ outputs }) => outputs.map(({ file }) => file.toLowerCase()))),
    'two outputs have the same file name',
  ),
  v.check(
    ({ entries, packages }) => entries.every((entry) => Object.hasOwn(packages, entry.package)),
    'an entry names a package that is not listed',
  ),
  v.check(
    ({ entries }) => entries.every(({ step, sources, outputs }) => fileCounts(step, sources.length, outputs.length)),
    'copy has as many outputs as sources; tflite-metadata one of each; onnx-to-tfjs one source and a .json, a .bin',
  ),
)

export type PinnedPackage = v.InferOutput<typeof PinnedPackageSchema>
export type OutputFile = v.InferOutput<typeof OutputFileSchema>
export type ManifestEntry = v.InferOutput<typeof EntrySchema>
export type Manifest = v.InferOutput<typeof ManifestSchema>

/** What a page needs to fetch and check an entry's files: `{ [id]: [{ file, bytes, sha256 }] }`. */
export type FileIndex = Readonly<Record<string, readonly OutputFile[]>>

/** Throws `manifest_invalid`, which names each wrong field by its path. */
export function parseManifest(input: unknown): Manifest {
  const result = v.safeParse(ManifestSchema, input)
  if (result.success) return result.output
  const faults = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'manifest'}: ${issue.message}`)
  throw new PrepareError('manifest_invalid', `models/manifest.json is not valid:\n  ${faults.join('\n  ')}`)
}

/** The part of a manifest that goes into a page; kept beside it as `files.json`. */
export function fileIndexOf(manifest: Manifest): FileIndex {
  return Object.fromEntries(manifest.entries.map(({ id, outputs }) => [id, outputs]))
}

function isUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length
}

function fileCounts(step: ManifestEntry['step'], sources: number, outputs: number): boolean {
  if (step === 'copy') return sources === outputs
  return sources === 1 && outputs === (step === 'onnx-to-tfjs' ? 2 : 1)
}
