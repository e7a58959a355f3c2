import { afterEach, expect, test, vi } from 'vitest'
import { performCeremony } from '../../../src/page/ceremony'
import type { CeremonyInit } from '../../../src/page/ceremony-types'
import { settings, verify } from '../../../src/page/client'
import type { ConsentRequest } from '../../../src/page/consent/grant'
import { readMoment } from '../../../src/page/consent/moment'
import { openFaceSettings, startEnrolment, startVerification } from '../../../src/page/on-demand'
import { readPolicy } from '../../../src/page/policy'

// No chunk's request ever ends.
vi.mock('../../../src/page/arrived', async (original) => {
  const { arrived } = await original<typeof import('../../../src/page/arrived')>()
  return { arrived: (_: unknown, signal?: AbortSignal) => arrived(new Promise(() => undefined), signal) }
})
vi.mock('../../../src/page/surroundings', () => ({ checkSurroundings: () => undefined }))
vi.mock('../../../src/wire/options-signature', () => ({
  verifyOptions: async (options: unknown) => ({ options }),
}))

afterEach(() => vi.unstubAllGlobals())

const optionsJSON = {
  ...{ kind: 'verify', origin: 'https://face.example', policy: { packs: ['eu'] }, protection: { token: 'device' } },
} as unknown as CeremonyInit['optionsJSON']

const calls: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
  verify: (signal) => verify({ baseUrl: '/face', locale: 'en', signal }),
  settings: (signal) => settings({ baseUrl: '/face', signal }),
  startEnrolment: (signal) => startEnrolment({ optionsJSON, signal }),
  startVerification: (signal) => startVerification({ optionsJSON, signal }),
  openFaceSettings: (signal) => openFaceSettings({ tenant: 't', purpose: 'p', subject: 's', policy: {}, signal }),
  readPolicy: (signal) => readPolicy({ packs: ['eu'] }, signal),
  readMoment: (signal) =>
    readMoment({ options: { ...optionsJSON, exp: Number.MAX_SAFE_INTEGER }, signal } as ConsentRequest),
  performCeremony: (signal) => performCeremony('verify', { optionsJSON, signal }),
}

test.each(Object.keys(calls))(
  '%s: a chunk that never comes ends with the signal, whatever its reason',
  async (name) => {
    const origin = 'https://face.example'
    vi.stubGlobal('location', { href: `${origin}/`, origin })
    vi.stubGlobal('fetch', async () => Response.json({}))
    const reason = new DOMException('the page went on', 'TimeoutError')
    // Twice: the first leaves nothing behind that the second would find running.
    for (let time = 0; time < 2; time += 1) {
      const stop = new AbortController()
      const ended = expect(calls[name]!(stop.signal)).rejects.toMatchObject({ code: 'aborted', cause: reason })
      await new Promise((resolve) => setTimeout(resolve))
      stop.abort(reason)
      await ended
    }
  },
)
