import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { generateServerKeys, generateTemplateKey } from '../../../src/server/keys.ts'
import { environmentKeyProvider, fileKeyProvider } from '../../../src/server/node.ts'
import type { FaceSealError } from '../../../src/wire/errors.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faceseal-keys-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

async function rotated() {
  const before = await generateServerKeys()
  return { before, after: { ...before, templates: [generateTemplateKey(), ...before.templates] } }
}

describe('keys from a file', () => {
  it('are read again when the file is replaced, without a restart, and imported once for each text', async () => {
    const path = join(folder, 'keys.json')
    const { before, after } = await rotated()
    await writeFile(path, JSON.stringify(before))
    const provider = fileKeyProvider(path)
    const [first, again] = await Promise.all([provider.keys(), provider.keys()])
    expect(await provider.keys()).toBe(first)
    expect(again.templates.map(({ kid }) => kid)).toEqual(before.templates.map(({ kid }) => kid))
    await writeFile(join(folder, 'next.json'), JSON.stringify(after))
    await rename(join(folder, 'next.json'), path)
    expect((await provider.keys()).templates.map(({ kid }) => kid)).toEqual(after.templates.map(({ kid }) => kid))
  })

  it('stay in use while a later file is half-written, wrong or gone; each is told once, and no secret with it', async () => {
    const path = join(folder, 'keys.json')
    const { before, after } = await rotated()
    await writeFile(path, JSON.stringify(before))
    const problems: FaceSealError[] = []
    const provider = fileKeyProvider(path, { onProblem: (error) => problems.push(error) })
    const good = await provider.keys()
    await writeFile(path, JSON.stringify(after).slice(0, -40))
    expect(await provider.keys()).toBe(good)
    expect(await provider.keys()).toBe(good)
    await writeFile(path, JSON.stringify({ ...after, digest: 'short' }))
    expect(await provider.keys()).toBe(good)
    await rm(path)
    expect(await provider.keys()).toBe(good)
    expect(problems.map(({ code }) => code)).toEqual(Array(3).fill('configuration_invalid'))
    const told = problems.map((error) => `${error.message} ${error.detail} ${error.stack}`).join()
    expect(told).not.toContain(before.digest.slice(0, 12))
    await writeFile(path, JSON.stringify(after))
    expect((await provider.keys()).templates).toHaveLength(2)
  })

  it('are refused while there never was a good file, and taken once there is', async () => {
    const path = join(folder, 'keys.json')
    const provider = fileKeyProvider(path)
    await expect(provider.keys()).rejects.toMatchObject({ code: 'configuration_invalid', detail: 'keys: no file' })
    await writeFile(path, '{')
    await expect(provider.keys()).rejects.toMatchObject({ code: 'configuration_invalid', detail: 'keys: not JSON' })
    await writeFile(path, JSON.stringify(await generateServerKeys()))
    expect((await provider.keys()).templates).toHaveLength(1)
  })
})

describe('keys from the environment', () => {
  it('are read at every request, from the variable that is named', async () => {
    const provider = environmentKeyProvider('FACESEAL_TEST_KEYS')
    await expect(provider.keys()).rejects.toMatchObject({ detail: 'keys: no FACESEAL_TEST_KEYS' })
    const { before, after } = await rotated()
    vi.stubEnv('FACESEAL_TEST_KEYS', JSON.stringify(before))
    expect((await provider.keys()).templates).toHaveLength(1)
    vi.stubEnv('FACESEAL_TEST_KEYS', JSON.stringify(after))
    expect((await provider.keys()).templates).toHaveLength(2)
  })
})
