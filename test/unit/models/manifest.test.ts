import { expect, it } from 'vitest'
import files from '../../../models/files.json' with { type: 'json' }
import { manifest } from '../../../models/manifest.js'
import { fileIndexOf, parseManifest } from '../../../models/manifest-schema.js'
import { REMEDIES } from '../../../models/prepare-error.js'
import { smallManifest } from './package-writer.js'

const faultOf = (change: (copy: ReturnType<typeof loose>) => void): string => {
  const copy = loose()
  change(copy)
  try {
    parseManifest(copy)
  } catch (error) {
    expect(error).toMatchObject({ code: 'manifest_invalid', remedy: REMEDIES.manifest_invalid })
    return (error as Error).message
  }
  return 'none'
}
// biome-ignore lint/suspicious/noExplicitAny: what is parsed here is wrong on purpose
const loose = (): any => structuredClone(smallManifest)

it('has files.json as its part for pages', () => {
  expect(files).toEqual(fileIndexOf(manifest))
})

it('pins every package to one exact version with a hash', () => {
  for (const { version, integrity } of Object.values(manifest.packages)) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(integrity).toMatch(/^sha512-/)
  }
})

it('accepts the small manifest of these tests unchanged', () => {
  expect(faultOf(() => {})).toBe('none')
})

it.each<[string, (copy: ReturnType<typeof loose>) => void]>([
  ['packages.small.version', (copy) => (copy.packages.small.version = '^1.0.0')],
  ['packages.small.name', (copy) => (copy.packages.small.name = '--registry=x y')],
  ['packages.small.integrity', (copy) => (copy.packages.small.integrity = 'sha1-abc')],
  ['entries.0.outputs.0.file', (copy) => (copy.entries[0].outputs[0].file = '../a.bin')],
  ['entries.0.outputs.0.bytes', (copy) => (copy.entries[0].outputs[0].bytes = 0)],
  ['entries.1.sources.0.sha256', (copy) => (copy.entries[1].sources[0].sha256 = 'ABC')],
  ['entries.0.surplus', (copy) => (copy.entries[0].surplus = 1)],
  ['same id', (copy) => (copy.entries[1].id = 'first')],
  ['same file name', (copy) => (copy.entries[1].outputs[0].file = 'A.BIN')],
  ['not listed', (copy) => (copy.entries[0].package = 'other')],
  ['as many outputs', (copy) => copy.entries[0].outputs.push({ ...copy.entries[0].outputs[0], file: 'c.bin' })],
])('names the fault: %s', (words, change) => {
  expect(faultOf(change)).toContain(words)
})

it('refuses what is no manifest at all', () => {
  for (const input of [null, [], 'text', {}]) expect(() => parseManifest(input)).toThrow('not valid')
})
