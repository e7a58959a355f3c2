import * as v from 'valibot'
import { expect, it } from 'vitest'
import files from '../../../models/files.json' with { type: 'json' }
import { manifest } from '../../../models/manifest.js'
import { fileIndexOf, parseManifest } from '../../../models/manifest-schema.js'
import { REMEDIES } from '../../../models/prepare-error.js'
import { smallManifest } from './package-writer.js'

function faultOf(input: unknown): string {
  try {
    parseManifest(input)
  } catch (error) {
    expect(error).toMatchObject({ code: 'manifest_invalid', remedy: REMEDIES.manifest_invalid })
    return error instanceof Error ? error.message : ''
  }
  return 'none'
}

/** A copy in which something else stands at one place; dots part the place's keys and indices. */
function withAt(place: string, next: unknown): unknown {
  const replace = (value: unknown, [key, ...rest]: readonly string[]): unknown => {
    if (key === undefined) return next
    if (Array.isArray(value)) return value.with(Number(key), replace(value[Number(key)], rest))
    const fields = v.parse(v.record(v.string(), v.unknown()), value)
    return { ...fields, [key]: replace(fields[key], rest) }
  }
  return replace(smallManifest, place.split('.'))
}

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
  expect(faultOf(smallManifest)).toBe('none')
})

const [first] = smallManifest.entries
it.each([
  ['packages.small.version', 'packages.small.version', '^1.0.0'],
  ['packages.small.name', 'packages.small.name', '--registry=x y'],
  ['packages.small.integrity', 'packages.small.integrity', 'sha1-abc'],
  ['entries.0.outputs.0.file', 'entries.0.outputs.0.file', '../a.bin'],
  ['entries.0.outputs.0.bytes', 'entries.0.outputs.0.bytes', 0],
  ['entries.1.sources.0.sha256', 'entries.1.sources.0.sha256', 'ABC'],
  ['entries.0.surplus', 'entries.0.surplus', 1],
  ['same id', 'entries.1.id', 'first'],
  ['same file name', 'entries.1.outputs.0.file', 'A.BIN'],
  ['not listed', 'entries.0.package', 'other'],
  ['as many outputs', 'entries.0.outputs', [...first!.outputs, { ...first!.outputs[0], file: 'c.bin' }]],
])('names the fault: %s', (words, place, value) => {
  expect(faultOf(withAt(place, value))).toContain(words)
})

it('refuses what is no manifest at all', () => {
  for (const input of [null, [], 'text', {}]) expect(() => parseManifest(input)).toThrow('not valid')
})
