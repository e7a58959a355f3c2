import { randomBytes } from 'node:crypto'
import { CompactSign, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { policyHash } from '../../../src/policy/material.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { guardianType } from '../../../src/wire/guardian.js'
import { policy, signedOptions, signer } from '../../browser/consent/options.js'
import { type CaseSite, openCaseSite } from './case-site.js'

let site: CaseSite
beforeAll(async () => {
  site = await openCaseSite()
})
afterAll(() => site.close())

const child = {
  age: { source: 'integrator', status: 'under14' },
  guardian: { how: '请监护人在自己的账户里单独同意。' },
}

async function guardianToken(key: CryptoKey): Promise<string> {
  const { origin } = new URL(site.page.url())
  const now = Math.floor(Date.now() / 1000)
  const { subject } = await signedOptions(origin)
  const token = {
    ...{ v: 1, iat: now, exp: now + 600, tenant: 'estate', origin, purpose: 'door', subject, scopes: ['process'] },
    jti: randomBytes(16).toString('base64url'),
    guardian: randomBytes(16).toString('base64url'),
    policy: await policyHash(parsePolicy({ ...policy, ...child })),
  }
  return new CompactSign(new TextEncoder().encode(JSON.stringify(token)))
    .setProtectedHeader({ alg: 'ES256', typ: guardianType })
    .sign(key)
}

describe("L07: a child's door pass", () => {
  it("L07 the child's own click is never asked for: the other way, camera 0", async () => {
    await site.start(child)
    expect(await site.outcome()).toMatchObject({ kind: 'alternative', reason: 'under_age', chosen: 'card' })
    expect(await site.page.locator('dialog').count()).toBe(0)
    expect(await site.cameraCalls()).toBe(0)
  })

  it("L07 a token that the child's side signed itself is refused, camera 0", async () => {
    const own = await generateKeyPair('ES256')
    await site.start(child, { guardianToken: await guardianToken(own.privateKey) })
    expect(await site.outcome()).toMatchObject({ kind: 'error', code: 'guardian_invalid' })
    expect(await site.cameraCalls()).toBe(0)
  })

  it('L07 with the guardian’s consent, vouched for by the backend, the notice says so, and the card stays an equal choice', async () => {
    await site.start(child, { guardianToken: await guardianToken(signer.privateKey) })
    await site.page.getByText('您的监护人已于').waitFor()
    expect(await site.cameraCalls()).toBe(0)
    await site.page.locator('[data-act="decline"]').click()
    expect(await site.outcome()).toMatchObject({ kind: 'alternative', chosen: 'card' })
  })

  it('L07 an unknown age is treated like a child’s, and a face is never used to guess it', async () => {
    await site.start({ age: { source: 'integrator', status: 'unknown' } })
    expect(await site.outcome()).toMatchObject({ kind: 'alternative' })
    await site.start({ age: { source: 'face' } })
    expect(await site.outcome()).toMatchObject({ kind: 'error', code: 'policy_invalid' })
    expect(await site.cameraCalls()).toBe(0)
  })
})
