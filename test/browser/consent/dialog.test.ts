import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerOf, ask, type ConsentStage, dialogs, openConsentStage } from './site.ts'

let stage: ConsentStage
beforeAll(async () => {
  stage = await openConsentStage()
})
afterAll(() => stage.close())

async function withPage<T>(use: (page: Page) => Promise<T>, options = {}): Promise<T> {
  const page = await stage.open(options)
  try {
    return await use(page)
  } finally {
    await page.context().close()
  }
}

interface Looks {
  readonly act: string
  readonly area: number
  readonly font: string
  readonly colours: string
  readonly border: string
  readonly top: number
}

/** Everything by which one choice could look better than another. */
function looksOf(page: Page): Promise<readonly Looks[]> {
  return page.locator('.choices button').evaluateAll((buttons) =>
    buttons.map((button) => {
      const { width, height, top } = button.getBoundingClientRect()
      const style = getComputedStyle(button)
      return {
        act: button.getAttribute('data-act') ?? '',
        area: width * height,
        font: `${style.fontSize} ${style.fontWeight} ${style.fontFamily} ${style.textTransform}`,
        colours: `${style.color} on ${style.backgroundColor} ${style.opacity}`,
        border: `${style.borderTopWidth} ${style.borderTopStyle} ${style.borderTopColor} ${style.boxShadow}`,
        top,
      }
    }),
  )
}

const views = [
  { name: 'phone, light', viewport: { width: 360, height: 740 }, colorScheme: 'light' },
  { name: 'phone, dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  { name: 'desktop', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: '320 px', viewport: { width: 320, height: 568 }, colorScheme: 'light' },
] as const
const standing = { grantDuration: { kind: 'standing', days: 30 } }

describe('L05: the choices are equal', () => {
  for (const { name, ...view } of views) {
    for (const locale of ['zh-CN', 'zh-TW', 'en']) {
      it(`L05 same size, type and colour: ${name}, ${locale}`, () =>
        withPage(async (page) => {
          await ask(page, { locale, policy: standing, wantsTransmit: true })
          await page.locator('dialog[open]').waitFor()
          for (const screen of ['process', 'transmit']) {
            const looks = await looksOf(page)
            expect(looks.length, screen).toBe(screen === 'process' ? 3 : 2)
            for (const look of looks) {
              const ratio = look.area / looks[0]!.area
              expect(ratio).toBeGreaterThanOrEqual(0.9)
              expect(ratio).toBeLessThanOrEqual(1.1)
              expect({ ...look, act: '', area: 0, top: 0 }).toEqual({ ...looks[0], act: '', area: 0, top: 0 })
            }
            if (screen === 'process') await page.locator('[data-act="agree-once"]').click()
            await page
              .locator(`.choices button`)
              .nth(screen === 'process' ? 0 : 1)
              .waitFor()
          }
        }, view))
    }
  }

  it('L05 one click either way', () =>
    withPage(async (page) => {
      await ask(page)
      await page.locator('[data-act="decline"]').click()
      expect(await answerOf(page)).toMatchObject({ kind: 'alternative', reason: 'declined', chosen: 'card' })
      await ask(page, { options: { subject: 'AAAAAAAAAAAAAAAAAAAAAA' } })
      await page.locator('[data-act="agree-once"]').click()
      expect(await answerOf(page)).toMatchObject({ kind: 'granted' })
    }))

  it('L01 L04 no choice is focused, checked or armed when the dialog opens; nothing counts down', () =>
    withPage(async (page) => {
      await ask(page, { policy: standing })
      await page.locator('dialog[open]').waitFor()
      const state = await page.evaluate(() => {
        const root = document.querySelector('[data-faceseal-dialog]')!.shadowRoot!
        return {
          focused: root.activeElement?.tagName,
          ticks: root.querySelectorAll('input, [checked], [aria-checked="true"], [selected]').length,
          text: root.querySelector('dialog')!.textContent,
        }
      })
      expect(state.focused).toBe('H2')
      expect(state.ticks).toBe(0)
      await page.waitForTimeout(1200)
      expect(
        await page.evaluate(
          () => document.querySelector('[data-faceseal-dialog]')!.shadowRoot!.querySelector('dialog')!.textContent,
        ),
      ).toBe(state.text)
    }))
})

describe('L01: what is not an affirmative act declines', () => {
  const ways: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    Escape: (page) => page.keyboard.press('Escape'),
    'the backdrop': async (page) => {
      await page.waitForTimeout(450)
      await page.mouse.click(3, 3)
    },
    'the close button': (page) => page.locator('.close').click(),
    'dialog.close() of the page': (page) =>
      page.evaluate(() =>
        document.querySelector('[data-faceseal-dialog]')!.shadowRoot!.querySelector('dialog')!.close(),
      ),
  }
  for (const [name, way] of Object.entries(ways)) {
    it(`L01 ${name} declines`, () =>
      withPage(async (page) => {
        await ask(page)
        await page.locator('dialog[open]').waitFor()
        await way(page)
        expect(await answerOf(page)).toMatchObject({ kind: 'alternative', reason: 'declined' })
        expect(await dialogs(page)).toBe(0)
      }))
    it(`L19 ${name} on the second screen means no, and the first consent stays`, () =>
      withPage(async (page) => {
        await ask(page, { wantsTransmit: true })
        await page.locator('[data-act="agree-once"]').click()
        await page.getByText('是否发送加密摘要').waitFor()
        await way(page)
        const answer = await answerOf(page)
        expect(answer).toMatchObject({ kind: 'granted', transmit: null })
        expect(answer.receipts).toHaveLength(1)
      }))
  }

  it("L01 a script's click on agree is no act", () =>
    withPage(async (page) => {
      await ask(page)
      await page.locator('dialog[open]').waitFor()
      await page.evaluate(() => {
        const root = document.querySelector('[data-faceseal-dialog]')!.shadowRoot!
        root.querySelector<HTMLButtonElement>('[data-act="agree-once"]')!.click()
        root.querySelector('[data-act="agree-once"]')!.dispatchEvent(new MouseEvent('click', { bubbles: true }))
      })
      expect(await dialogs(page)).toBe(1)
      await page.keyboard.press('Escape')
      expect(await answerOf(page)).toMatchObject({ kind: 'alternative' })
    }))

  it('L01 L19 a double click answers one question only', () =>
    withPage(
      async (page) => {
        await ask(page, { wantsTransmit: true })
        // Both screens fill this height, so that the second button lies where the first one was.
        await page.locator('[data-act="agree-once"]').dblclick()
        await page.waitForTimeout(600)
        expect(await page.getByText('是否发送加密摘要').count()).toBe(1)
      },
      { viewport: { width: 390, height: 600 } },
    ))

  it('a page that tears the dialog down gets `aborted`: nobody answered, nothing is recorded', () =>
    withPage(async (page) => {
      await ask(page)
      await page.locator('dialog[open]').waitFor()
      await page.evaluate(() => document.querySelector('[data-faceseal-dialog]')!.remove())
      expect(await answerOf(page)).toMatchObject({ kind: 'error', code: 'aborted' })
      await ask(page)
      await page.locator('dialog[open]').waitFor()
    }))
})

describe('L03: the notice', () => {
  it('L03 every item is in the accessibility tree before anything is opened, and the full text one step away', () =>
    withPage(async (page) => {
      await ask(page)
      const dialog = page.getByRole('dialog', { name: /要用人脸验证吗/ })
      await dialog.waitFor()
      const tree = await dialog.ariaSnapshot()
      for (const words of [
        '示例社区',
        'privacy@example.test',
        '门禁通行',
        '900帧',
        '1组特征',
        '加密摘要',
        '保存到',
        '有人忘带门卡',
        '冒用',
        '比对是否本人',
        '查阅、复制、更正、删除或撤回',
        '完整的处理规则',
        '未满14周岁',
        '门卡',
        '不推断年龄',
      ])
        expect(tree, words).toContain(words)
      expect(await page.getByText('个人信息保护影响评估').isVisible()).toBe(false)
      await page.locator('summary').click()
      expect(await page.getByText('个人信息保护影响评估').isVisible()).toBe(true)
      // Not behind a tick or a scroll: the choices are free at once.
      await page.locator('.choices button:enabled').first().waitFor()
    }))

  it('L03 L25 the receipt holds the hash of the exact text shown, and the store keeps that text', () =>
    withPage(async (page) => {
      await ask(page, { locale: 'en' })
      await page.locator('dialog[open]').waitFor()
      const shown = await page.evaluate(() => {
        const root = document.querySelector('[data-faceseal-dialog]')!.shadowRoot!
        const all = (selector: string) => [...root.querySelectorAll(selector)].map((each) => each.textContent)
        return [
          ...all('h2'),
          ...all('.lead'),
          ...all('dt'),
          ...all('dd'),
          ...all('summary'),
          ...all('li'),
          ...all('.choices button'),
        ]
      })
      await page.locator('[data-act="agree-once"]').click()
      const { receipts } = await answerOf(page)
      const payload = JSON.parse(Buffer.from(receipts![0]!.split('.')[1]!, 'base64url').toString()) as {
        notice: string
        locale: string
      }
      const kept = await page.evaluate(
        async (hash) => (await globalThis.consent.openDeviceStore()).getNotice(hash),
        payload.notice,
      )
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(kept))
      expect(Buffer.from(digest).toString('base64url')).toBe(payload.notice)
      expect(payload.locale).toBe('en')
      for (const text of shown) expect(kept).toContain(text!.trim())
    }))

  it('L02 one question in the DOM, and no other permission is asked for', () =>
    withPage(async (page) => {
      await page.evaluate(() => {
        const asked: string[] = []
        Object.assign(globalThis, { asked })
        const spy = (owner: object, name: string) =>
          Object.defineProperty(owner, name, {
            value: async () => {
              asked.push(name)
              throw new Error(name)
            },
          })
        spy(navigator.mediaDevices, 'getUserMedia')
        spy(navigator.geolocation, 'getCurrentPosition')
        spy(Notification, 'requestPermission')
        spy(navigator.storage, 'persist')
      })
      await ask(page)
      await page.locator('[data-act="agree-once"]').waitFor()
      expect(await dialogs(page)).toBe(1)
      await page.locator('[data-act="agree-once"]').click()
      await answerOf(page)
      expect(await page.evaluate(() => Reflect.get(globalThis, 'asked'))).toEqual([])
    }))
})

describe('L08: the written form', () => {
  const written = { consentForm: 'written' }
  it('L08 a click alone is rejected; a typed name is accepted, its digest signed with the text hash, and a copy offered', () =>
    withPage(async (page) => {
      await ask(page, { policy: written })
      await page.locator('[data-act="agree-once"]').click()
      expect(await page.getByRole('alert').textContent()).toContain('请先输入姓名')
      expect(await page.getByText('个人信息保护影响评估').isVisible()).toBe(true)
      await page.getByLabel('请输入您的姓名').fill('张三')
      await page.locator('[data-act="agree-once"]').click()
      const download = page.waitForEvent('download')
      await page.locator('[data-act="download"]').click()
      const copy = await (await download).createReadStream()
      const chunks: Buffer[] = []
      for await (const chunk of copy) chunks.push(chunk as Buffer)
      expect(Buffer.concat(chunks).toString()).toContain('张三')
      await page.locator('[data-act="carry-on"]').click()
      const { receipts } = await answerOf(page)
      const text = Buffer.from(receipts![0]!.split('.')[1]!, 'base64url').toString()
      const payload = JSON.parse(text) as { form: string; written: { salt: string; digest: string }; notice: string }
      expect(payload.form).toBe('written')
      expect(payload.notice).toMatch(/^[\w-]{43}$/)
      expect(text).not.toContain('张三')
      const digest = await crypto.subtle.digest(
        'SHA-256',
        Buffer.concat([Buffer.from(payload.written.salt, 'base64url'), Buffer.from('张三')]),
      )
      expect(Buffer.from(digest).toString('base64url')).toBe(payload.written.digest)
    }))

  it('L05 L08 the other way needs no name', () =>
    withPage(async (page) => {
      await ask(page, { policy: written })
      await page.locator('[data-act="decline"]').click()
      expect(await answerOf(page)).toMatchObject({ kind: 'alternative', reason: 'declined' })
    }))
})

describe('L07: age', () => {
  const declared = { age: { source: 'declaration' } }
  it('L07 under 14, and no answer, lead to the other way', () =>
    withPage(async (page) => {
      await ask(page, { policy: declared })
      await page.locator('[data-act="age-under14"]').click()
      expect(await answerOf(page)).toMatchObject({ kind: 'alternative', reason: 'under_age' })
      await ask(page, { policy: declared, options: { subject: 'AAAAAAAAAAAAAAAAAAAAAA' } })
      await page.getByText('请先选择年龄段').waitFor()
      await page.keyboard.press('Escape')
      expect(await answerOf(page)).toMatchObject({ kind: 'alternative', reason: 'age_unknown' })
    }))

  it('L07 14 to 17: asked, and this time only', () =>
    withPage(async (page) => {
      await ask(page, { policy: { ...declared, ...standing } })
      await page.locator('[data-act="age-14to17"]').click()
      await page.locator('[data-act="agree-once"]').waitFor()
      expect(await page.locator('[data-act="agree-standing"]').count()).toBe(0)
    }))

  it("L07 the integrator's under 14 or unknown: no dialog at all", () =>
    withPage(async (page) => {
      for (const [status, reason] of [
        ['under14', 'under_age'],
        ['unknown', 'age_unknown'],
      ]) {
        await ask(page, { policy: { age: { source: 'integrator', status } } })
        expect(await answerOf(page)).toMatchObject({ kind: 'alternative', reason, receipt: null })
      }
    }))
})

/** What axe finds in the dialog, WCAG 2.2 AA and best practices. */
function violationsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    interface Axe {
      run(where: Element, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
    }
    const axe = Reflect.get(globalThis, 'axe') as Axe
    const { violations } = await axe.run(document.querySelector('[data-faceseal-dialog]')!, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  })
}

describe('access', () => {
  const screens: Readonly<Record<string, { policy?: object; reach?: (page: Page) => Promise<unknown> }>> = {
    notice: {},
    'notice, opened': { reach: (page) => page.locator('summary').click() },
    'notice, large': { policy: { presentation: { elder: true } } },
    written: { policy: { consentForm: 'written' }, reach: (page) => page.locator('[data-act="agree-once"]').click() },
    age: { policy: { age: { source: 'declaration' } } },
    transmit: { reach: (page) => page.locator('[data-act="agree-once"]').click() },
    copy: {
      policy: { consentForm: 'written' },
      reach: async (page) => {
        await page.locator('#written-name').fill('x')
        await page.locator('[data-act="agree-once"]').click()
        await page.locator('[data-act="agree-once"]').click()
        await page.locator('[data-act="carry-on"]').waitFor()
      },
    },
  }
  for (const [name, { policy, reach }] of Object.entries(screens)) {
    for (const locale of ['zh-CN', 'zh-TW', 'en']) {
      it(`axe finds nothing: ${name}, ${locale}`, () =>
        withPage(
          async (page) => {
            await ask(page, { locale, wantsTransmit: true, ...(policy && { policy: { ...policy } }) })
            await page.locator('dialog[open]').waitFor()
            await reach?.(page)
            await page.waitForTimeout(450)
            await page.addScriptTag({ url: '/axe.js' })
            for (const colorScheme of ['light', 'dark'] as const) {
              await page.emulateMedia({ colorScheme })
              expect(await violationsOf(page), colorScheme).toEqual([])
            }
          },
          { viewport: { width: 390, height: 844 } },
        ))
    }
  }

  it('the keyboard alone reaches every control and agrees', () =>
    withPage(async (page) => {
      await ask(page)
      await page.locator('dialog[open]').waitFor()
      // The choices rest for a moment after the dialog opens.
      await page.locator('[data-act="agree-once"]:enabled').waitFor()
      const reached: string[] = []
      for (let step = 0; step < 14; step++) {
        await page.keyboard.press('Tab')
        const label = await page.evaluate(() => {
          const active = document.querySelector('[data-faceseal-dialog]')!.shadowRoot!.activeElement
          return active?.getAttribute('data-act') ?? active?.tagName.toLowerCase() ?? 'outside'
        })
        reached.push(label)
        if (label === 'agree-once') break
      }
      expect(reached).toContain('summary')
      expect(reached).toContain('a')
      expect(reached.at(-1)).toBe('agree-once')
      await page.keyboard.press('Enter')
      expect(await answerOf(page)).toMatchObject({ kind: 'granted' })
    }))

  it('nothing is cut off at 320 px, nor with text at 200 %', () =>
    withPage(
      async (page) => {
        await ask(page, { locale: 'en', policy: standing })
        await page.locator('dialog[open]').waitFor()
        for (const size of ['100%', '200%']) {
          await page.evaluate((value) => {
            document
              .querySelector<HTMLElement>('[data-faceseal-dialog]')!
              .style.setProperty('font-size', value === '200%' ? '32px' : '')
          }, size)
          const wide = await page.evaluate(() => {
            const dialog = document.querySelector('[data-faceseal-dialog]')!.shadowRoot!.querySelector('dialog')!
            const over = [dialog, ...dialog.querySelectorAll<HTMLElement>('*')].filter(
              (each) =>
                each.scrollWidth > each.clientWidth + 1 &&
                each.clientWidth > 0 &&
                getComputedStyle(each).display !== 'inline',
            )
            return over.map((each) => `${each.tagName}.${each.className} ${each.scrollWidth} > ${each.clientWidth}`)
          })
          expect(wide, size).toEqual([])
          await page.locator('[data-act="decline"]').scrollIntoViewIfNeeded()
          expect(await page.locator('[data-act="decline"]').isVisible()).toBe(true)
        }
      },
      { viewport: { width: 320, height: 568 } },
    ))

  it('the large-text version says the same words, larger', () =>
    withPage(async (page) => {
      await ask(page)
      await page.locator('dialog[open]').waitFor()
      const read = () =>
        page.evaluate(() => {
          const root = document.querySelector('[data-faceseal-dialog]')!.shadowRoot!
          return {
            text: root.querySelector('dl')!.textContent,
            size: Number.parseFloat(getComputedStyle(root.querySelector('dd')!).fontSize),
          }
        })
      const before = await read()
      await page.getByRole('button', { name: '大字版' }).click()
      const after = await read()
      expect(after.text).toBe(before.text)
      expect(after.size / before.size).toBeGreaterThan(1.3)
    }))
})
