import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { errorCatalogue } from '../../../src/wire/errors.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const codes = Object.keys(errorCatalogue)

/** The text of every source under `folder`, without those whose path matches `besides`. */
async function sources(folder: string, besides: RegExp): Promise<string> {
  const names = (await readdir(join(root, folder), { recursive: true }))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts') && !besides.test(name))
  return (await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')))).join('\n')
}

describe('the catalogue of errors', () => {
  it('has at least 30 codes, each with a remedy of its own', () => {
    expect(codes.length).toBeGreaterThanOrEqual(30)
    expect(new Set(Object.values(errorCatalogue).map(({ remedy }) => remedy)).size).toBe(codes.length)
  })

  it('has no code that nothing throws', async () => {
    const code = await sources('src', /wire\/errors\.ts|\/i18n\//)
    expect(codes.filter((name) => !code.includes(`'${name}'`))).toEqual([])
  })

  it('has no code that no test expects', async () => {
    // The names alone, in lists of states, prove nothing: what counts is a line that expects the code.
    const tests = await sources('test', /errors\/catalogue\.test\.ts|element\/words\.test\.ts/)
    const expecting = tests.split('\n').filter((line) => /expect|problemShown|code:|reason:|detail:|\[.*'/.test(line))
    const reached = (name: string) => expecting.some((line) => new RegExp(`['"]${name}\\b`).test(line))
    expect(codes.filter((name) => !reached(name))).toEqual([])
  })
})
