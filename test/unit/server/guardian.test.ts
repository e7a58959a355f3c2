import { beforeAll, describe, expect, test } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import { verifyGuardianToken } from '../../../src/page/consent/guardian'
import { policyHash } from '../../../src/policy'
import { parsePolicy } from '../../../src/policy/parse'
import { type CeremonyOptionsJSON, type GuardianTokenRequest, issueGuardianToken } from '../../../src/server'
import { publicJwkOf } from '../../../src/wire/es256'
import { createDevice } from './client'
import { createWorld, origin, scope, type World } from './world'

let world: World
let options: CeremonyOptionsJSON
let hash: string

beforeAll(async () => {
  world = await createWorld()
  options = await world.options('verify', 'child')
  hash = await policyHash(parsePolicy(policy))
})

const issue = (change: Partial<GuardianTokenRequest> = {}) =>
  issueGuardianToken({
    ...{ store: world.store, keys: world.keys, ...scope, origin, policy, now: world.now },
    ...{ child: { account: 'child' }, guardian: { account: 'mother' }, ...change },
  })

const check = async (token: string, ownDevice = 'of-the-child') =>
  verifyGuardianToken({
    ...{
      token,
      signer: publicJwkOf(world.keys.options.publicJwk),
      options,
      policyHash: hash,
      ownDevice,
      now: world.now + 1,
    },
  })

describe('L07: a token for a guardian', () => {
  test('the page of the child takes it, for this child, purpose and policy', async () => {
    expect(await check(await issue())).toMatchObject({ subject: options.subject, scopes: ['process'] })
  })

  test.each<[string, Partial<GuardianTokenRequest>]>([
    ['of another child', { child: { account: 'neighbour' } }],
    ['past its time', { lifetime: 1 }],
    ['of another origin', { origin: 'https://elsewhere.example' }],
    ['of another policy', { policy: { ...policy, retention: { kind: 'days', days: 31 } } }],
  ])('%s: refused', async (_name, change) => {
    await expect(check(await issue(change))).rejects.toMatchObject({ code: 'guardian_invalid' })
  })

  test("the child's own session or device gets none that counts", async () => {
    await expect(issue({ guardian: { account: 'child' } })).rejects.toMatchObject({ code: 'guardian_invalid' })
    const { thumbprint } = await createDevice()
    await expect(check(await issue({ device: thumbprint }), thumbprint)).rejects.toMatchObject({
      code: 'guardian_invalid',
    })
  })
})
