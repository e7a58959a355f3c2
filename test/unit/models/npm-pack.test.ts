import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { npmPack } from '../../../models/npm-pack.js'

const unheardOf = `faceseal-test-${process.pid}@1.0.0`
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faceseal-pack-'))
  // npm must not find anything, and must not wait and try again.
  vi.stubEnv('npm_config_fetch_retries', '0')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true })
})

it('says that it is offline', async () => {
  vi.stubEnv('npm_config_offline', 'true')
  await expect(npmPack(unheardOf, directory)).rejects.toMatchObject({ code: 'offline' })
  expect(await readdir(directory)).toEqual([])
})

it('says so when no registry answers', async () => {
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:1')
  await expect(npmPack(unheardOf, directory)).rejects.toMatchObject({ code: 'offline' })
})

it('passes on what npm says otherwise', async () => {
  const missing = join(directory, 'no-such-folder')
  await expect(npmPack(`file:${missing}`, directory)).rejects.toMatchObject({
    code: 'package_unavailable',
    message: expect.stringContaining('no-such-folder'),
  })
})

it('stops on a signal', async () => {
  await expect(npmPack(unheardOf, directory, AbortSignal.timeout(20))).rejects.toMatchObject({ code: 'aborted' })
})

it('writes a tarball even where a dry run was asked of the npm around it', async () => {
  vi.stubEnv('npm_config_dry_run', 'true')
  await npmPack(`file:${join(import.meta.dirname, '../../../node_modules/flatbuffers')}`, directory)
  expect(await readdir(directory)).toEqual([expect.stringMatching(/^flatbuffers-.*\.tgz$/)])
})
