import { randomBytes } from 'node:crypto'
import { CompactSign, exportJWK, generateKeyPair } from 'jose'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { policyHash } from '../../../src/policy/material.ts'
import { parsePolicy } from '../../../src/policy/parse.ts'
import { guardianType } from '../../../src/wire/guardian.ts'
import { policy, signedOptions, signer } from './options.ts'
import { type Answer, type AskOptions, answerOf, ask, type ConsentStage, dialogs, openConsentStage } from './site.ts'

let stage: ConsentStage
beforeAll(async () => {
  stage = await openConsentStage()
})
afterAll(() => stage.close())

async function withPage<T>(use: (page: Page) => Promise<T>): Promise<T> {
  const page = await stage.open()
  try {
    return await use(page)
  } finally {
    await page.context().close()
  }
}

async function agree(page: Page, options: AskOptions = {}): Promise<Answer> {
  await ask(page, options)
  await page.locator('[data-act="agree-once"]').click()
  if (options.wantsTransmit) {
    await page.getByText('是否发送加密摘要').waitFor()
    await page.locator('[data-act="agree-once"]').click()
  }
  return answerOf(page)
}

async function decline(page: Page, options: AskOptions = {}): Promise<Answer> {
  await ask(page, options)
  await page.locator('[data-act="decline"]').click()
  return answerOf(page)
}

/** Code that `useGrant` or `consumeGrant` throws for the decision's grant, or `ok`. */
function tryGrant(page: Page, number: number, how: object = {}): Promise<string> {
  const given = { call: 'useGrant', scope: 'process', which: 'process', tenant: 'estate', purpose: 'door', ...how }
  return page.evaluate(
    async ({ number, given }) => {
      const { consent } = globalThis
      const decision = consent.decisions[number]
      if (decision?.kind !== 'granted') return 'no decision'
      const { call, scope, which, ...expected } = given
      try {
        const grant = which === 'transmit' ? decision.transmit : decision.process
        await Reflect.apply(call === 'consumeGrant' ? consent.consumeGrant : consent.useGrant, undefined, [
          grant,
          scope,
          expected,
        ])
        return 'ok'
      } catch (error) {
        return consent.codeOf(error)
      }
    },
    { number, given },
  )
}

describe('L06: no asking again', () => {
  it('L06 ten reloads and ten calls after a refusal show no dialog; the settings show one', () =>
    withPage(async (page) => {
      const { receipt } = await decline(page)
      expect(receipt).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
      for (let reload = 0; reload < 10; reload++) {
        await page.reload()
        await page.waitForFunction(() => 'consent' in globalThis)
        await ask(page)
        expect(await answerOf(page)).toMatchObject({ kind: 'alternative', reason: 'declined_before', chosen: 'card' })
        expect(await dialogs(page)).toBe(0)
      }
      for (let call = 0; call < 10; call++) {
        await ask(page, { wantsTransmit: true })
        expect(await answerOf(page)).toMatchObject({ reason: 'declined_before', receipt: null })
      }
      expect(await dialogs(page)).toBe(0)
      await page.locator('#start').click()
      await ask(page, { reason: 'settings' })
      await page.locator('dialog[open]').waitFor()
      expect(await dialogs(page)).toBe(1)
    }))

  it('L06 `settings` without an act of the person is not believed', () =>
    withPage(async (page) => {
      await decline(page)
      const optionsJSON = await signedOptions(new URL(page.url()).origin)
      await page.reload()
      await page.waitForFunction(() => 'consent' in globalThis)
      // A timer, long after any gesture: what a page does by itself.
      await page.evaluate((options) => {
        globalThis.lastDecision = new Promise((resolve) => setTimeout(resolve, 6000))
          .then(() => globalThis.consent.openDeviceStore())
          .then((records) =>
            globalThis.consent.requestConsent({ options, records, wantsTransmit: false, reason: 'settings' }),
          )
      }, optionsJSON)
      expect(await answerOf(page)).toMatchObject({ kind: 'alternative', reason: 'declined_before' })
    }))

  it('L06 L19 a refused second consent is not asked for again either', () =>
    withPage(async (page) => {
      await ask(page, { wantsTransmit: true })
      await page.locator('[data-act="agree-once"]').click()
      await page.getByText('是否发送加密摘要').waitFor()
      await page.locator('[data-act="decline"]').click()
      expect(await answerOf(page)).toMatchObject({ kind: 'granted', transmit: null })
      await ask(page, { wantsTransmit: true })
      await page.locator('[data-act="agree-once"]').click()
      expect(await answerOf(page)).toMatchObject({ kind: 'granted', transmit: null })
    }))

  it('L13 a refusal binds one person and purpose, not another', () =>
    withPage(async (page) => {
      await decline(page)
      await ask(page, { options: { subject: 'AAAAAAAAAAAAAAAAAAAAAA' } })
      await page.locator('dialog[open]').waitFor()
    }))
})

describe('grants cannot be made, copied or stretched', () => {
  it('L01 forged and copied objects are refused', () =>
    withPage(async (page) => {
      await agree(page)
      const codes = await page.evaluate(() => {
        const { consent } = globalThis
        const [decision] = consent.decisions
        if (decision?.kind !== 'granted') return []
        const real = decision.process
        const forged = [
          { ...real },
          Object.create(real) as object,
          new Proxy(real, {}),
          structuredClone({ scope: 'process', tenant: 'estate', purpose: 'door', expiresAt: 9e9 }),
          JSON.parse(JSON.stringify(real)) as object,
          {},
          () => real,
        ]
        return forged.map((grant) => {
          try {
            Reflect.apply(consent.useGrant, undefined, [grant, 'process', { tenant: 'estate', purpose: 'door' }])
            return 'ok'
          } catch (error) {
            return consent.codeOf(error)
          }
        })
      })
      expect(codes).toEqual(Array(7).fill('consent_required'))
      expect(
        await page.evaluate(() => {
          const [decision] = globalThis.consent.decisions
          return (
            decision?.kind === 'granted' &&
            Object.isFrozen(decision.process) &&
            !Reflect.set(decision.process, 'expiresAt', 9e12)
          )
        }),
      ).toBe(true)
    }))

  it('L13 another purpose, tenant or step: consent_scope', () =>
    withPage(async (page) => {
      const { number } = await agree(page, { wantsTransmit: true })
      expect(await tryGrant(page, number!)).toBe('ok')
      expect(await tryGrant(page, number!, { purpose: 'payment' })).toBe('consent_scope')
      expect(await tryGrant(page, number!, { tenant: 'other' })).toBe('consent_scope')
      expect(await tryGrant(page, number!, { scope: 'transmit' })).toBe('consent_scope')
      expect(await tryGrant(page, number!, { which: 'transmit', scope: 'transmit' })).toBe('ok')
    }))

  it('L21 a destination that no recipient lists: consent_scope', () =>
    withPage(async (page) => {
      const { number } = await agree(page, { wantsTransmit: true })
      const to = { which: 'transmit', scope: 'transmit' }
      expect(await tryGrant(page, number!, { ...to, destination: stage.site.origin })).toBe('ok')
      expect(await tryGrant(page, number!, { ...to, destination: 'https://tracker.example' })).toBe('consent_scope')
    }))

  it('L22 a changed policy: reconsent_required', () =>
    withPage(async (page) => {
      const { number } = await agree(page)
      const changed = await policyHash(parsePolicy({ ...policy, retention: { kind: 'days', days: 31 } }))
      expect(await tryGrant(page, number!, { policyHash: await policyHash(parsePolicy(policy)) })).toBe('ok')
      expect(await tryGrant(page, number!, { policyHash: changed })).toBe('reconsent_required')
    }))

  it('L09 a grant is used up once; then consent_consumed, also for a new request with the same challenge', () =>
    withPage(async (page) => {
      const sid = randomBytes(16).toString('base64url')
      const { number } = await agree(page, { options: { sid } })
      expect(await tryGrant(page, number!, { call: 'consumeGrant' })).toBe('ok')
      expect(await tryGrant(page, number!)).toBe('consent_consumed')
      expect(await tryGrant(page, number!, { call: 'consumeGrant' })).toBe('consent_consumed')
      await ask(page, { options: { sid } })
      expect(await answerOf(page)).toMatchObject({ kind: 'error', code: 'consent_consumed' })
    }))

  it('L09 two tabs with the same challenge: one use', () =>
    withPage(async (first) => {
      const second = await stage.open({}, first)
      const options = { sid: randomBytes(16).toString('base64url') }
      const [a, b] = [await agree(first, { options }), await agree(second, { options })]
      const codes = await Promise.all([
        tryGrant(first, a.number!, { call: 'consumeGrant' }),
        tryGrant(second, b.number!, { call: 'consumeGrant' }),
      ])
      expect(codes.sort()).toEqual(['consent_consumed', 'ok'])
    }))

  it('L09 past its end: consent_expired, and the signal fires', () =>
    withPage(async (page) => {
      const now = Math.floor(Date.now() / 1000)
      const { number } = await agree(page, { options: { iat: now, exp: now + 5 } })
      expect(await tryGrant(page, number!)).toBe('ok')
      await page.waitForFunction((n) => {
        const decision = globalThis.consent.decisions[n]
        return decision?.kind === 'granted' && decision.process.signal.aborted
      }, number!)
      expect(await tryGrant(page, number!)).toBe('consent_expired')
    }))

  it('mounting twice at once: already_running, and one dialog', () =>
    withPage(async (page) => {
      await ask(page)
      await page.locator('dialog[open]').waitFor()
      await ask(page)
      expect(await answerOf(page)).toMatchObject({ kind: 'error', code: 'already_running' })
      expect(await dialogs(page)).toBe(1)
    }))
})

describe('what does not start', () => {
  it('L05 an alternative that does not answer: alternative_unavailable', () =>
    withPage(async (page) => {
      const gone = [{ ...policy.alternatives[0], endpoint: '/gone' }]
      await ask(page, { policy: { alternatives: gone } })
      expect(await answerOf(page)).toMatchObject({ kind: 'error', code: 'alternative_unavailable' })
      const absent = [{ id: 'card', label: '门卡', kind: 'component', selector: 'card-reader' }]
      await ask(page, { policy: { alternatives: absent } })
      expect(await answerOf(page)).toMatchObject({ kind: 'error', code: 'alternative_unavailable' })
      const there = [{ id: 'card', label: '门卡', kind: 'component', selector: '#start' }]
      await ask(page, { policy: { alternatives: there } })
      await page.locator('dialog[open]').waitFor()
    }))

  it('L02 L05 a configuration that breaks a rule: policy_invalid, no dialog', () =>
    withPage(async (page) => {
      for (const broken of [{ alternatives: [] }, { purpose: [policy.purpose, policy.purpose] }, { retention: null }]) {
        await ask(page, { policy: broken })
        expect(await answerOf(page)).toMatchObject({ kind: 'error', code: 'policy_invalid' })
      }
      expect(await dialogs(page)).toBe(0)
    }))

  it('L13 a policy of another purpose than the options: consent_scope', () =>
    withPage(async (page) => {
      await ask(page, { options: { purpose: 'payment' } })
      expect(await answerOf(page)).toMatchObject({ kind: 'error', code: 'consent_scope' })
    }))

  it('L12 enrolment under "this time only": policy_invalid', () =>
    withPage(async (page) => {
      await ask(page, { policy: { retention: { kind: 'single-use' } }, options: { kind: 'enrol' } })
      expect(await answerOf(page)).toMatchObject({ kind: 'error', code: 'policy_invalid' })
    }))

  it('L21 no recipient: the second consent is never asked', () =>
    withPage(async (page) => {
      await ask(page, { policy: { recipients: 'none' }, wantsTransmit: true })
      await page.locator('[data-act="agree-once"]').click()
      expect(await answerOf(page)).toMatchObject({ kind: 'granted', transmit: null })
    }))
})

describe('L09: standing consent', () => {
  const standing = { grantDuration: { kind: 'standing', days: 30 } }
  it('L09 a choice of its own, dated; serves later runs without a dialog, each with its own grant', () =>
    withPage(async (page) => {
      await ask(page, { policy: standing })
      await page.locator('[data-act="agree-standing"]').click()
      const first = await answerOf(page)
      await page.reload()
      await page.waitForFunction(() => 'consent' in globalThis)
      await ask(page, { policy: standing })
      const later = await answerOf(page)
      expect(later).toMatchObject({ kind: 'granted', receipts: first.receipts })
      expect(await tryGrant(page, later.number!, { call: 'consumeGrant' })).toBe('ok')
      expect(await tryGrant(page, later.number!)).toBe('ok')
    }))

  it('L22 a material change voids it: recorded, and asked again before anything opens', () =>
    withPage(async (page) => {
      await ask(page, { policy: standing })
      await page.locator('[data-act="agree-standing"]').click()
      await answerOf(page)
      await ask(page, { policy: { ...standing, retention: { kind: 'days', days: 60 } } })
      await page.getByText('处理规则有变化').waitFor()
      await page.locator('[data-act="decline"]').click()
      await answerOf(page)
      expect(await events(page)).toEqual(['grant', 'change', 'refuse'])
    }))
})

async function events(page: Page): Promise<readonly string[]> {
  const { subject } = await signedOptions(new URL(page.url()).origin)
  return page.evaluate(async (subject) => {
    const store = await globalThis.consent.openDeviceStore()
    const { thumbprint } = await store.recordKey({ tenant: 'estate', purpose: 'door', subject })
    const receipts = await store.listReceipts(thumbprint)
    return receipts.map(
      ({ jws }) =>
        (
          JSON.parse(
            atob(jws.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')).replace(/[^\x20-\x7e]/g, '?'),
          ) as { event: string }
        ).event,
    )
  }, subject)
}

describe('L07: a guardian', () => {
  const child = { age: { source: 'integrator', status: 'under14' }, guardian: { how: '请监护人在自己的账户里同意。' } }
  async function token(change: object = {}, key: CryptoKey = signer.privateKey, header: object = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const { subject } = await signedOptions(stage.site.origin)
    const body = {
      v: 1,
      jti: randomBytes(16).toString('base64url'),
      iat: now,
      exp: now + 3600,
      tenant: 'estate',
      origin: stage.site.origin,
      purpose: 'door',
      subject,
      guardian: randomBytes(16).toString('base64url'),
      policy: await policyHash(parsePolicy({ ...policy, ...child })),
      scopes: ['process'],
      ...change,
    }
    return new CompactSign(new TextEncoder().encode(JSON.stringify(body)))
      .setProtectedHeader({ alg: 'ES256', typ: guardianType, ...header })
      .sign(key)
  }

  it('L07 a token that the backend issued to the guardian opens the notice, which the child may still decline', () =>
    withPage(async (page) => {
      await ask(page, { policy: child, guardianToken: await token(), wantsTransmit: true })
      await page.getByText('您的监护人已于').waitFor()
      await page.locator('[data-act="agree-once"]').click()
      const answer = await answerOf(page)
      expect(answer).toMatchObject({ kind: 'granted', transmit: null })
      const receipt = JSON.parse(Buffer.from(answer.receipts![0]!.split('.')[1]!, 'base64url').toString()) as object
      expect(receipt).toMatchObject({ age: { source: 'guardian', status: 'under14' } })
    }))

  it("L07 a token signed by the child's own device key, another key, or for another child is refused", () =>
    withPage(async (page) => {
      const { subject } = await signedOptions(stage.site.origin)
      const other = await generateKeyPair('ES256')
      const ownDevice = await page.evaluate(async (subject) => {
        const store = await globalThis.consent.openDeviceStore()
        return (await store.recordKey({ tenant: 'estate', purpose: 'door', subject })).thumbprint
      }, subject)
      const refused: Readonly<Record<string, string>> = {
        'another key': await token({}, other.privateKey),
        'a key brought along': await token({}, other.privateKey, { jwk: await exportJWK(other.publicKey) }),
        'the own device': await token({ device: ownDevice }),
        'the child as guardian': await token({ guardian: subject }),
        'another child': await token({ subject: 'AAAAAAAAAAAAAAAAAAAAAA' }),
        'another purpose': await token({ purpose: 'payment' }),
        expired: await token({ iat: 1_700_000_000, exp: 1_700_000_600 }),
        'another policy': await token({ policy: 'A'.repeat(43) }),
        'another type': await token({}, signer.privateKey, { typ: 'JWT' }),
      }
      for (const [name, guardianToken] of Object.entries(refused)) {
        await ask(page, { policy: child, guardianToken })
        expect(await answerOf(page), name).toMatchObject({ kind: 'error', code: 'guardian_invalid' })
      }
      expect(await dialogs(page)).toBe(0)
    }))

  it('L07 without a token: the other way, no dialog', () =>
    withPage(async (page) => {
      await ask(page, { policy: child })
      expect(await answerOf(page)).toMatchObject({ kind: 'alternative', reason: 'under_age' })
      expect(await dialogs(page)).toBe(0)
    }))
})

describe('where storage is refused', () => {
  it('works for this visit, and says so', () =>
    withPage(async (page) => {
      await page.evaluate(() => {
        Object.defineProperty(indexedDB, 'open', {
          value: () => {
            throw new DOMException('refused', 'SecurityError')
          },
        })
      })
      await ask(page)
      await page.getByText('只在本次访问期间有效').waitFor()
      await page.locator('[data-act="agree-once"]').click()
      expect(await answerOf(page)).toMatchObject({ kind: 'granted', persistent: false })
    }))
})
