import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { neededFiles } from '../../../src/page/assets.ts'
import { printStyles } from '../../../src/page/consent/dialog-styles.ts'
import { answerConsent, hintShown, otherWay, press, pressByKeyboard, problemShown } from '../../e2e/acts.ts'
import type { VisitOptions, Visitor } from '../../e2e/harness.ts'
import { installSpies } from '../../e2e/spies.ts'
import { axeFindings } from '../axe.ts'
import { launchChromium } from '../harness.ts'
import { openWidgetStage, type WidgetStage } from './site.ts'

let stage: WidgetStage
let visitor: Visitor
let page: Page

beforeAll(async () => {
  stage = await openWidgetStage()
})
afterAll(() => stage.close())
beforeEach(() => stage.show('no-face'))
afterEach(() => visitor.close())

async function visit(path: string, options: VisitOptions = {}): Promise<void> {
  visitor = await stage.visit({ path, ...options })
  page = visitor.page
  await page.waitForFunction(() => 'widget' in globalThis)
}

const face = (id = 'one') => page.locator(`face-seal#${id}`)
const button = (name: string, of: Locator = face()) => of.getByRole('button', { name, exact: true })
const inState = (state: string, id = 'one') => page.locator(`face-seal#${id}[state=${state}]`).waitFor()
const heard = () => page.evaluate(() => globalThis.widget.heard)
const focused = () => page.evaluate(() => document.activeElement?.localName)

async function expectDark(tracks: readonly string[]): Promise<void> {
  expect(await visitor.trackStates()).toEqual(tracks)
  await expect.poll(() => page.workers().length).toBe(0)
  expect(await page.locator('[data-faceseal-capture], [data-faceseal-dialog]').count()).toBe(0)
}

/** What a browser does when the person looks at another tab. */
async function hide(hidden: boolean): Promise<void> {
  await page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    },
    hidden ? 'hidden' : 'visible',
  )
}

describe('one person', () => {
  it('enrols by keyboard alone, verifies, and the form follows', async () => {
    await stage.show('man-a')
    await visit('/form.html')
    const value = () => page.evaluate(() => new FormData(document.querySelector('form')!).get('face'))
    expect(await page.evaluate(() => document.querySelector('form')!.checkValidity())).toBe(false)
    expect(await page.evaluate(() => globalThis.widget.element().validity.valueMissing)).toBe(true)
    expect(await value()).toBeNull()
    expect(await axeFindings(page)).toEqual([])

    // Sending the form leads to the widget, not past it.
    await page.click('#go')
    expect(await focused()).toBe('face-seal')
    await page.evaluate(() => {
      globalThis.widget.element().mode = 'enrol'
    })
    await button('Enrol face').waitFor()
    await button('Enrol face').focus()
    await page.keyboard.press('Enter')
    await pressInDialog('Agree, this time only')
    await pressInDialog('Allow, this time only')
    await finish('enrolled')
    expect(await face().getByRole('status').textContent()).toBe('Enrolled.')
    expect(await focused()).toBe('face-seal')
    expect(await value()).toBe('enrolled')
    expect(await axeFindings(page)).toEqual([])

    // An enrolment is no verification.
    await page.evaluate(() => {
      globalThis.widget.element().mode = 'verify'
    })
    await inState('idle')
    expect(await value()).toBeNull()
    expect(await page.evaluate(() => document.querySelector('form')!.checkValidity())).toBe(false)
    // This time over functions of the page's own, whose answer names itself.
    await page.evaluate(() => globalThis.widget.useFunctions())
    await button('Verify with face').click()
    await answerConsent(visitor)
    await finish('accepted')
    expect(await value()).toBe('answer-1')
    expect(await page.evaluate(() => document.querySelector('form')!.checkValidity())).toBe(true)
    const results = (await heard()).filter((line) => line.startsWith('result'))
    expect(results.map((line) => JSON.parse(line.slice('result '.length)))).toEqual([
      { kind: 'enrolled', by: 'backend' },
      { kind: 'verified', verified: true, by: 'backend', sufficient: true },
    ])
    // Another check that comes to nothing does not leave the answer of the one before.
    await page.evaluate(() => void globalThis.widget.element().start())
    await page.getByRole('dialog').waitFor()
    await page.evaluate(() => globalThis.widget.element().stop())
    await inState('stopped')
    expect(await value()).toBeNull()
    expect(await page.evaluate(() => document.querySelector('form')!.checkValidity())).toBe(false)
    await page.evaluate(() => document.querySelector('form')!.reset())
    await inState('idle')
    await expectDark((await visitor.trackStates()).map(() => 'ended'))
    // Vue, which is on the page as well, would like a Trusted Types policy of its own; the demo has none for it.
    expect(visitor.logs.filter((line) => !/^info|policy.*vue/i.test(line))).toEqual([])
  })

  it('L05 L06 declines: the other way at once, no second question, and the settings are where it is lifted', async () => {
    await visit('/form.html')
    await button('Verify with face').click()
    await answerConsent(visitor, { process: 'otherwise' })
    await inState('alternative')
    expect((await heard()).at(-1)).toBe('alternative {"chosen":"sms-code","reason":"declined"}')
    expect(await button('Start again').count()).toBe(0)
    expect(await axeFindings(page)).toEqual([])
    await expectDark([])

    await button('Face settings').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Reconsider' }).click()
    await page.getByRole('dialog').getByText('All right: next time you will be asked once more.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click()
    await inState('idle')
    expect(await face().getByRole('status').textContent()).toBe('All right: you will be asked once more.')
    await button('Verify with face').click()
    await page.getByRole('dialog').waitFor()
  })
})

it('ended by the page the moment it starts: the end stands, and nothing later waits for it', async () => {
  await visit('/form.html')
  const states = await page.evaluate(async () => {
    const one = globalThis.widget.element()
    const form = document.querySelector('form')!
    const ends = [() => one.stop(), () => one.remove(), () => form.reset()]
    const settle = () => new Promise((resolve) => setTimeout(resolve))
    const seen: string[] = []
    for (const end of ends) {
      one.addEventListener('facesealstatechange', end, { once: true })
      void one.start()
      await settle()
      seen.push(one.state)
      form.prepend(one)
      void one.start()
      end()
      await settle()
      seen.push(one.state)
      form.prepend(one)
    }
    return seen
  })
  expect(states).toEqual(['stopped', 'stopped', 'idle', 'idle', 'idle', 'idle'])
  await button('Verify with face').click()
  await page.getByRole('dialog').waitFor()

  // Another mode ends what runs; set together with a start, it is what starts.
  await page.evaluate(() => {
    globalThis.widget.element().mode = 'enrol'
  })
  await inState('idle')
  await expectDark([])
  await page.evaluate(() => {
    const one = globalThis.widget.element()
    one.mode = 'verify'
    void one.start()
  })
  await page.getByRole('dialog').waitFor()
  expect(await page.evaluate(() => globalThis.widget.element().state)).toBe('asking')
})

it("L05 a hidden or empty alternative of the page leaves the widget's own button, and no gap", async () => {
  await visit('/form.html')
  const own = button('Use another way')
  await page.evaluate(() => {
    const link = document.createElement('a')
    link.slot = 'alternative'
    link.href = '#other'
    globalThis.widget.element().append(link)
  })
  const theirs = page.locator('face-seal > a')
  await own.waitFor()
  expect(await theirs.isVisible()).toBe(false)
  const ways: ((link: HTMLElement) => void)[] = [
    (link) => {
      link.toggleAttribute('hidden')
    },
    (link) => {
      link.style.display = link.style.display ? '' : 'none'
    },
    (link) => {
      link.textContent = link.textContent?.trim() ? ' ' : 'Door card'
    },
  ]
  await theirs.evaluate(ways[2]!)
  await theirs.waitFor()
  expect(await own.count()).toBe(0)
  for (const way of ways) {
    await theirs.evaluate(way)
    await own.waitFor()
    expect(await theirs.isVisible()).toBe(false)
    await theirs.evaluate(way)
    await theirs.waitFor()
    expect(await own.count()).toBe(0)
  }
  await theirs.evaluate(ways[0]!)
  await own.click()
  expect((await heard()).at(-1)).toBe('alternative {"chosen":null,"reason":"other_way"}')
})

it("the README's lines work as they stand, with at most 60 kB of code before the grant", async () => {
  visitor = await stage.visit({ path: '/readme.html' })
  page = visitor.page
  await page.getByRole('button', { name: 'Enrol face' }).click()
  await page.getByRole('dialog').waitFor()
  const scripts = visitor.requests.map(({ url }) => url.pathname).filter((path) => path.endsWith('.js'))
  const bytes = [...new Set(scripts)].map((path) => stage.readmeScripts.get(path) ?? Number.NaN)
  expect(bytes.length).toBeGreaterThan(3)
  expect(bytes.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(60_000)
  await page.keyboard.press('Escape')
  await page.waitForURL('**/login/sms-code')
  await expectDark([])
})

it("L04 the README's lines without the element ask, and lead the other way", async () => {
  visitor = await stage.visit({ path: '/headless.html' })
  page = visitor.page
  await page.locator('#face').getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.waitForURL('**/login/sms-code')
  await expectDark([])
})

/** A machine that is busy with something else may see too few frames in time: whoever sits there tries again. */
async function finish(state: string): Promise<void> {
  const late = page.locator('[data-faceseal-capture][data-problem=capture_timeout]')
  const end = page.locator(`face-seal#one[state=${state}]`)
  for (;;) {
    await end.or(late).first().waitFor()
    if ((await late.count()) === 0) return
    await press(visitor, 'Try again')
  }
}

const pressInDialog = (name: string) =>
  pressByKeyboard(page, page.getByRole('dialog').locator('[data-act]:enabled', { hasText: name }))

describe('prefetch (L01)', () => {
  const asked = () => visitor.requests.map(({ url }) => url.pathname).filter((path) => path.startsWith('/assets/'))
  const all = neededFiles({ embedder: 'mobilefacenet', detectors: ['blazeface'] }).map(({ file }) => `/assets/${file}`)
  const fetched = async () => {
    await expect.poll(() => asked().length).toBeGreaterThanOrEqual(all.length)
    await page.waitForTimeout(500)
    expect(asked().sort()).toEqual(all.toSorted())
  }
  /** As the React and Vue wrappers do while the element's code is still on its way. */
  const setBeforeDefined = () =>
    new MutationObserver((_, observer) => {
      const element = document.querySelector('face-seal')
      if (!element) return
      observer.disconnect()
      Object.assign(element, { profile: 'lite', prefetch: true })
    }).observe(document, { childList: true, subtree: true })

  it('without the opt-in nothing is fetched; with it the files of this profile, once, and nothing is started', async () => {
    await visit('/form.html')
    await page.waitForTimeout(500)
    expect(asked()).toEqual([])
    await page.evaluate(() => {
      Object.assign(globalThis.widget.element(), { profile: 'lite', prefetch: true })
    })
    await fetched()
    expect(await face().getAttribute('state')).toBe('idle')
    expect([await visitor.count('getUserMedia'), await visitor.count('workers')]).toEqual([0, 0])
    // Taken out in the same breath, it asks for nothing more.
    await page.evaluate(() => {
      const element = globalThis.widget.element()
      element.profile = 'full'
      element.remove()
    })
    await fetched()
  })

  it('by attributes, and by properties from before the element was defined', async () => {
    await visit('/ahead.html')
    await fetched()
    await visitor.close()
    await visit('/form.html', { before: (tab) => tab.addInitScript(setBeforeDefined) })
    await fetched()
  })
})

describe('mounts', () => {
  it('React in StrictMode: nothing starts by itself, unmounting in the middle ends camera and worker, and again', async () => {
    await visit('/empty.html')
    await mount('mountReact')
    const start = button('Enrol face', page.locator('face-seal.mine'))
    await start.waitFor()
    expect(await page.locator('face-seal').count()).toBe(1)
    expect(await visitor.count('workers')).toBe(0)
    expect(visitor.requests.filter(({ url }) => url.pathname.startsWith('/face'))).toEqual([])

    // Pressed twice: one run.
    await start.evaluate((node: HTMLElement) => {
      node.click()
      node.click()
    })
    await answerConsent(visitor)
    await hintShown(visitor, 'no_face')
    expect(await page.evaluate(() => globalThis.widget.element().state)).toBe('capturing')
    expect(await axeFindings(page)).toEqual([])
    await page.evaluate(() => globalThis.widget.unmount())
    await expectDark(['ended'])
    expect(visitor.requests.filter(({ url }) => url.pathname === '/face/enrol/options')).toHaveLength(1)
    const told = await page.evaluate(() => globalThis.widget.told)
    expect(told.slice(0, 2)).toEqual(['state {"state":"preparing"}', 'state {"state":"asking"}'])

    await mount('mountReact')
    await start.click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Door card' }).click()
    const alternatives = (await page.evaluate(() => globalThis.widget.told)).filter((line) => line.startsWith('alt'))
    expect(alternatives).toHaveLength(2)
  })

  it('Vue: properties, slot and events; taken down while the dialog is open, nobody has answered', async () => {
    await visit('/empty.html')
    await mount('mountVue')
    const start = button('Enrol face', page.locator('face-seal.mine'))
    await start.click()
    await page.getByRole('dialog').waitFor()
    expect(await page.evaluate(() => globalThis.widget.told)).toEqual([
      'state {"state":"preparing"}',
      'state {"state":"asking"}',
    ])
    await page.evaluate(() => globalThis.widget.unmount())
    await expectDark([])
    await mount('mountVue')
    await page.getByRole('link', { name: 'Door card' }).waitFor()
  })

  it('two on a page: the second says that it waits, and can start when the first is over', async () => {
    await visit('/two.html')
    await button('Enrol face').click()
    await page.getByRole('dialog').waitFor()
    await page.evaluate(() => document.querySelector<HTMLElement & { start(): void }>('#two')!.start())
    await inState('waiting', 'two')
    await page.evaluate(() => document.querySelector<HTMLElement & { stop(): void }>('#one')!.stop())
    await inState('stopped')
    await inState('idle', 'two')
    await button('Enrol face', face('two')).click()
    await page.getByRole('dialog').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(1)
  })

  it("functions of the page's own: one that fails is a backend that is down; a refusal reaches it", async () => {
    await visit('/form.html')
    await page.evaluate(() => globalThis.widget.useFunctions(true))
    await button('Verify with face').click()
    await inState('error')
    expect((await heard()).at(-1)).toContain('backend_unavailable')
    expect(await button('Face settings').count()).toBe(0)
    await page.evaluate(() => globalThis.widget.useFunctions())
    await button('Start again').click()
    await answerConsent(visitor, { process: 'escape' })
    await inState('alternative')
    expect(await page.evaluate(() => globalThis.widget.told)).toEqual(['receipts 1'])
  })

  it('disabled while it runs: ended, and no button works; L08 what the dialog prints is seen inside the widget too', async () => {
    await visit('/form.html')
    await button('Verify with face').click()
    await page.getByRole('dialog').waitFor()
    await page.emulateMedia({ media: 'print' })
    const seen = await page.getByRole('dialog').evaluate((dialog, css) => {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(css)
      document.adoptedStyleSheets = [sheet]
      return [dialog, document.querySelector('h1')!].map((node) => getComputedStyle(node).visibility)
    }, printStyles)
    expect(seen).toEqual(['visible', 'hidden'])
    await page.emulateMedia({ media: 'screen' })
    await page.evaluate(() => {
      globalThis.widget.element().disabled = true
    })
    await inState('stopped')
    expect(await button('Start again').isDisabled()).toBe(true)
    await expectDark([])
  })
})

async function mount(name: 'mountReact' | 'mountVue'): Promise<void> {
  await page.evaluate((given) => {
    globalThis.widget.unmount = globalThis.widget[given]()
  }, name)
}

const cameras = () => page.locator('[data-faceseal-capture]').getByRole('combobox', { name: 'Camera' })

/** What the browser does when a device goes or its permission is taken back. */
async function endTracks(): Promise<void> {
  await page.evaluate(() => {
    for (const track of globalThis.seen.tracks) {
      track.stop()
      track.dispatchEvent(new Event('ended'))
    }
  })
}

/** The widget after both consents, in a browser with other cameras than the stage's. */
async function inBrowser(flags: readonly string[], use: () => Promise<void>): Promise<void> {
  const browser = await launchChromium(flags)
  try {
    const context = await browser.newContext({ locale: 'en-GB', permissions: ['camera'] })
    page = await context.newPage()
    page.setDefaultTimeout(120_000)
    await page.addInitScript(installSpies)
    await page.goto(`${stage.demo.url}/form.html`)
    visitor = { ...visitor, page, close: async () => undefined }
    await button('Verify with face').click()
    await answerConsent(visitor)
    await use()
  } finally {
    await browser.close()
  }
}

describe('what goes wrong has its own words and a way on', () => {
  it('a hidden tab turns the light off and offers to go on', async () => {
    await visit('/form.html')
    await button('Verify with face').click()
    await answerConsent(visitor)
    await hintShown(visitor, 'no_face')
    await hide(true)
    expect(await visitor.trackStates()).toEqual(['ended'])
    await inState('problem')
    await problemShown(visitor, 'page_hidden')
    await hide(false)
    expect(await axeFindings(page)).toEqual([])
    await press(visitor, 'Continue')
    await hintShown(visitor, 'no_face')
    await press(visitor, 'Cancel')
    await inState('stopped')
    expect(await face().getByRole('status').textContent()).toBe('Stopped; the camera is off.')
    await expectDark(['ended', 'ended'])
  })

  it('a camera that the browser denies', async () => {
    await visit('/form.html', { camera: 'denied' })
    await button('Verify with face').click()
    await answerConsent(visitor)
    await problemShown(visitor, 'camera_denied')
    await press(visitor, otherWay)
    await inState('alternative')
    expect((await heard()).at(-1)).toBe('alternative {"chosen":"sms-code","reason":"camera_denied"}')
    await button('Start again').waitFor()
    await expectDark([])
  })

  it('no camera', () =>
    inBrowser([], async () => {
      await problemShown(visitor, 'camera_not_found')
      const ways = await page.locator('[data-faceseal-capture]').getByRole('button').allTextContents()
      expect(ways).toEqual(['Try again', otherWay, 'Cancel'])
      expect(await cameras().isVisible()).toBe(false)
    }))

  it("the integrator's camera is gone and one other is left: the next try takes that", async () => {
    await visit('/form.html')
    await page.evaluate(() => {
      globalThis.widget.element().init = { deviceId: 'unplugged' }
    })
    await button('Verify with face').click()
    await answerConsent(visitor)
    await problemShown(visitor, 'camera_not_found')
    expect(await cameras().isVisible()).toBe(false)
    await press(visitor, 'Try again')
    await inState('capturing')
  })

  it('unplugged, with another camera there; then the permission taken back', () =>
    inBrowser(['--use-fake-device-for-media-stream=device-count=2'], async () => {
      await inState('capturing')
      await endTracks()
      await problemShown(visitor, 'camera_lost')
      await cameras().waitFor()
      const ids = await cameras()
        .locator('option')
        .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))
      expect(ids).toHaveLength(3)
      await cameras().selectOption(ids[2]!)
      await press(visitor, 'Try again')
      await inState('capturing')
      const used = await page.evaluate(() => globalThis.seen.tracks.at(-1)!.getSettings().deviceId)
      expect(used).toBe(ids[2])

      await page.context().clearPermissions()
      await endTracks()
      await problemShown(visitor, 'camera_revoked')
    }))

  it("a backend that is down; a swapped model; the widget's own button for the other way", async () => {
    await visit('/form.html')
    await page.route('**/face/**', (route) => route.abort())
    await button('Verify with face').click()
    await inState('error')
    expect(await face().getByRole('status').textContent()).toContain('The server does not answer right now.')
    expect((await heard()).at(-1)).toContain('backend_unavailable')
    expect(await axeFindings(page)).toEqual([])
    await page.unroute('**/face/**')

    await page.route('**/assets/*', (route) => route.fulfill({ body: 'changed', contentType: 'application/json' }))
    await button('Start again').click()
    await answerConsent(visitor)
    await inState('error')
    expect(await face().getByRole('status').textContent()).toContain('The recognition models differ')
    expect(await button('Start again').count()).toBe(0)
    await button('Use another way').click()
    expect((await heard()).at(-1)).toBe('alternative {"chosen":null,"reason":"other_way"}')
    await expectDark([])
  })
})

describe('looks', () => {
  it.each(['/form.html', '/rtl.html'])(
    'L05 %s: start and the other way are equal; the longest words do not overflow',
    async (path) => {
      await visit(path)
      const [start, other] = await Promise.all(
        ['Verify with face', 'Use another way'].map(async (name) => {
          const node = button(name)
          const { width, height, x, y } = (await node.boundingBox())!
          const look = await node.evaluate((each) => {
            const { color, backgroundColor, fontSize, fontWeight, borderTopColor, borderTopWidth } =
              getComputedStyle(each)
            return { color, backgroundColor, fontSize, fontWeight, borderTopColor, borderTopWidth }
          })
          return { size: { width, height }, x, y, look }
        }),
      )
      expect(start!.size).toEqual(other!.size)
      expect(start!.look).toEqual(other!.look)
      const [inside, around] = await face().evaluate((host) => {
        for (const words of host.shadowRoot!.querySelectorAll('h2, [role=status], button'))
          words.textContent = 'Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung'
        const card = host.shadowRoot!.querySelector('.card')!
        return [card.scrollWidth - card.clientWidth, host.scrollWidth - host.clientWidth]
      })
      expect([inside, around]).toEqual([0, 0])
      // Stacked in a 320 px column whatever the window; side by side where there is room.
      if (path === '/rtl.html') expect(start!.x).toBe(other!.x)
      else expect(start!.x).toBeLessThan(other!.x)
    },
  )
})
