import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHandler, generateServerKeys, importServerKeys } from '../../../src/server/index.js'
import { createMemoryStore } from '../../../src/server/memory.js'
import { policy } from '../../browser/consent/options.js'
import { type CaseSite, openCaseSite } from './case-site.js'

let site: CaseSite
beforeAll(async () => {
  site = await openCaseSite()
})
afterAll(() => site.close())

/** "Your face, or you stay outside." */
const onlyFace = { alternatives: [], necessity: { reason: '物业统一要求', necessary: true } }

describe('L04 L05: no face, no entry (Suzhou, 2021) cannot start', () => {
  it('L04 L05 in the page: policy_invalid with the rules; no dialog, no camera, no worker', async () => {
    await site.start(onlyFace)
    const outcome = await site.outcome()
    expect(outcome).toMatchObject({ kind: 'error', code: 'policy_invalid' })
    expect(outcome.ids).toEqual(expect.arrayContaining(['L04', 'L05']))
    expect(await site.page.locator('dialog').count()).toBe(0)
    expect(await site.cameraCalls()).toBe(0)
    expect(await site.workers()).toBe(0)
  })

  it('L04 L05 on the backend: the handler is not made', async () => {
    const keys = await importServerKeys(await generateServerKeys())
    const make = (configuration: object) =>
      createHandler({
        ...{ store: createMemoryStore(), keys, tenant: 'estate', purpose: 'door', basePath: '/face' },
        policy: { ...policy, ...configuration },
        expectedOrigin: 'https://estate.example',
        resolveSubject: async () => undefined,
      })
    expect(() => make(onlyFace)).toThrow(expect.objectContaining({ code: 'policy_invalid' }))
    expect(() => make({})).not.toThrow()
  })

  it('L05 with a card as the other way it starts, and the card is as good', async () => {
    await site.start({})
    await site.page.locator('[data-act="decline"]').click()
    expect(await site.outcome()).toMatchObject({ kind: 'alternative', chosen: 'card' })
    expect(await site.cameraCalls()).toBe(0)
  })
})
