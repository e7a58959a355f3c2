import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyEvidence } from '../../../src/policy/evidence.ts'
import { policy, signedOptions } from './options.ts'
import { answerOf, ask, type ConsentStage, dialogs, openConsentStage } from './site.ts'

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

type Backend = 'none' | 'works' | 'slow' | 'partial' | 'fails'

/** Opens the face settings; `settingsResult` on the page resolves when they are closed. */
async function openSettings(page: Page, backend: Backend = 'works', changes: object = {}): Promise<void> {
  const { subject } = await signedOptions(new URL(page.url()).origin)
  await page.evaluate(
    ({ subject, policy, backend }) => {
      const withdraw = async () => {
        if (backend === 'fails') throw new Error('offline')
        if (backend === 'slow') await new Promise((resolve) => setTimeout(resolve, 500))
        const outcome = backend === 'partial' ? ('failed' as const) : ('deleted' as const)
        return {
          status: backend === 'partial' ? ('partial' as const) : ('done' as const),
          stores: [{ store: 'templates', outcome }],
          receipt: 'a.b.c',
        }
      }
      const sent: string[][] = []
      const sendReceipts = async (receipts: readonly string[]) => {
        sent.push([...receipts])
        return { countersignatures: receipts.map(() => 'x.y.z') }
      }
      const result = globalThis.consent.openFaceSettings({
        ...{ tenant: 'estate', purpose: 'door', subject, policy },
        ...(backend !== 'none' && { backend: { withdraw, sendReceipts } }),
      })
      Object.assign(globalThis, { settingsResult: result, sentReceipts: sent })
    },
    { subject, policy: { ...policy, ...changes }, backend },
  )
  await page.locator('[data-act="export"]').waitFor()
}

async function closeSettings(page: Page): Promise<unknown> {
  await page.locator('.choices [data-act="close"]').click()
  return page.evaluate(() => Reflect.get(globalThis, 'settingsResult') as Promise<object>)
}

async function agree(page: Page, wantsTransmit = false): Promise<void> {
  await ask(page, { wantsTransmit })
  await page.locator('[data-act="agree-once"]').click()
  if (wantsTransmit) {
    await page.getByText('是否发送加密摘要').waitFor()
    await page.locator('[data-act="agree-once"]').click()
  }
  await answerOf(page)
}

async function putTemplate(page: Page): Promise<void> {
  const { subject } = await signedOptions(new URL(page.url()).origin)
  await page.evaluate(async (subject) => {
    const store = await globalThis.consent.openDeviceStore()
    const scope = { tenant: 'estate', purpose: 'door', subject }
    await store.deviceKeys(scope)
    await store.writeLocalTemplate(scope, {
      iv: new Uint8Array(12),
      ciphertext: new Uint8Array(272),
      model: 'mobilefacenet.00000000',
      bits: 2048,
    })
  }, subject)
}

const held = (page: Page, what: string) => page.locator(`[data-held="${what}"]`).textContent()

/** Whether the grant of the last decision still lives, and why not. */
function grantState(page: Page): Promise<string> {
  return page.evaluate(() => {
    const decision = globalThis.consent.decisions.at(-1)
    if (decision?.kind !== 'granted') return 'none'
    const { signal } = decision.process
    return signal.aborted ? globalThis.consent.codeOf(signal.reason) : 'live'
  })
}

describe('L10: withdrawal', () => {
  it('L10 one press, no more than granting took; the grant ends at once, and nobody asks again', () =>
    withPage(async (page) => {
      await agree(page)
      expect(await grantState(page)).toBe('live')
      await openSettings(page)
      await page.locator('[data-act="withdraw"]').click()
      await page.getByText('已撤回').waitFor()
      expect(await grantState(page)).toBe('consent_withdrawn')
      expect(await closeSettings(page)).toMatchObject({ withdrawn: true, deleted: 'done' })
      await ask(page)
      expect(await answerOf(page)).toMatchObject({ kind: 'alternative', reason: 'declined_before' })
    }))

  it('L10 L11 closing the settings does not leave a withdrawal half-done', () =>
    withPage(async (page) => {
      await agree(page)
      await putTemplate(page)
      await openSettings(page, 'slow')
      await page.evaluate(() => {
        const { shadowRoot } = document.querySelector('[data-faceseal-dialog]')!
        const press = (act: string) => shadowRoot!.querySelector<HTMLElement>(`[data-act="${act}"]`)!.click()
        for (const button of shadowRoot!.querySelectorAll('button')) button.disabled = false
        press('withdraw')
        press('close')
      })
      const result = await page.evaluate(() => Reflect.get(globalThis, 'settingsResult') as Promise<object>)
      expect(result).toMatchObject({ withdrawn: true, deleted: 'done' })
    }))

  it('L10 in another tab as well', () =>
    withPage(async (first) => {
      await agree(first)
      const second = await stage.open({}, first)
      await openSettings(second)
      await second.locator('[data-act="withdraw"]').click()
      await second.getByText('已撤回').waitFor()
      await expect.poll(() => grantState(first)).toBe('consent_withdrawn')
    }))

  it('L10 L19 the second consent alone: the first lives on', () =>
    withPage(async (page) => {
      await agree(page, true)
      await openSettings(page)
      await page.locator('[data-act="withdraw-transmit"]').click()
      await page.getByText('已撤回').waitFor()
      expect(await grantState(page)).toBe('live')
      const transmit = await page.evaluate(() => {
        const decision = globalThis.consent.decisions.at(-1)
        return decision?.kind === 'granted' && decision.transmit?.signal.aborted
      })
      expect(transmit).toBe(true)
      expect(await closeSettings(page)).toMatchObject({ withdrawn: false, transmitWithdrawn: true, deleted: 'done' })
    }))
})

describe('L11: deletion', () => {
  it('L11 empties every store, destroys the keys, keeps the receipts and the proof', () =>
    withPage(async (page) => {
      await agree(page, true)
      await putTemplate(page)
      await openSettings(page)
      expect(await held(page, 'template')).toBe('有')
      await page.locator('[data-act="delete"]').click()
      await page.getByText('已删除。', { exact: true }).waitFor()
      expect(await held(page, 'template')).toBe('无')
      expect(await held(page, 'keys')).toBe('无')
      expect(await closeSettings(page)).toMatchObject({ deleted: 'done' })
      const sent = await page.evaluate(() => (Reflect.get(globalThis, 'sentReceipts') as string[][]).flat().length)
      expect(sent).toBe(4)
    }))

  for (const backend of ['partial', 'fails', 'none'] as const) {
    it(`L11 the backend ${backend}: partial, never done`, () =>
      withPage(async (page) => {
        await agree(page, true)
        await openSettings(page, backend)
        await page.locator('[data-act="delete"]').click()
        await page.getByText('部分内容没能删除').waitFor()
        expect(await closeSettings(page)).toMatchObject({ deleted: 'partial' })
      }))
  }
})

describe('L20: access and export', () => {
  it('L20 L25 the export equals the store, and its evidence verifies', () =>
    withPage(async (page) => {
      await agree(page, true)
      await putTemplate(page)
      await openSettings(page)
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator('[data-act="export"]').click()])
      const file = JSON.parse(await readFile((await download.path())!, 'utf8')) as {
        held: { receipts: number; template: boolean }
        localTemplate: { ciphertext: string }
        evidence: { receipts: readonly object[]; notices: object }
      }
      expect(file.held).toMatchObject({ receipts: 2, template: true })
      expect(file.localTemplate.ciphertext).toBe(Buffer.alloc(272).toString('base64url'))
      expect(Object.keys(file.evidence.notices)).toHaveLength(2)
      expect(await verifyEvidence(file)).toMatchObject({ ok: true, faults: [] })
    }))
})

describe('L06: changing one’s mind', () => {
  it('L06 reconsidering lifts the refusal; a script cannot', () =>
    withPage(async (page) => {
      await ask(page)
      await page.locator('[data-act="decline"]').click()
      await answerOf(page)
      await openSettings(page)
      expect(await held(page, 'refusal')).toBe('有')
      await page.evaluate(() =>
        document
          .querySelector('[data-faceseal-dialog]')!
          .shadowRoot!.querySelector<HTMLButtonElement>('[data-act="reconsider"]')!
          .click(),
      )
      expect(await held(page, 'refusal')).toBe('有')
      await page.locator('[data-act="reconsider"]').click()
      await page.getByText('下次办理时会再询问').waitFor()
      expect(await closeSettings(page)).toMatchObject({ reconsidered: true })
      await ask(page)
      await page.locator('dialog[open]').waitFor()
      expect(await dialogs(page)).toBe(1)
    }))
})

describe('access', () => {
  for (const locale of ['zh-CN', 'zh-TW', 'en'] as const) {
    it(`axe finds nothing in the settings: ${locale}`, async () => {
      const page = await stage.open({ locale, viewport: { width: 390, height: 844 } })
      await agree(page, false)
      await openSettings(page)
      await page.addScriptTag({ url: '/axe.js' })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.waitForTimeout(450)
        const violations = await page.evaluate(async () => {
          const axe = Reflect.get(globalThis, 'axe') as {
            run(where: Element): Promise<{ violations: { id: string }[] }>
          }
          return (await axe.run(document.querySelector('[data-faceseal-dialog]')!)).violations.map(({ id }) => id)
        })
        expect(violations).toEqual([])
      }
      await page.context().close()
    })
  }
})
