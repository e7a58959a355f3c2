import { afterAll, beforeAll, expect, test } from 'vitest'
import policy from '../../demo/policy.json' with { type: 'json' }
import { perform } from './acts'
import { openStage, type Stage, type Visitor } from './harness'

/** A script that runs in the page as the page's own do (XSS): what it gets, and what it does not. SECURITY.md says the rest. */
let stage: Stage
let visitor: Visitor

beforeAll(async () => {
  stage = await openStage()
  visitor = await stage.visit({ before: (page) => page.addInitScript(keepPreviews) })
  expect(await perform(visitor, 'enrol', { transmit: 'refuse' })).toEqual({ state: 'enrolled', detail: 'device' })
})
afterAll(() => stage.close())

declare global {
  var previews: HTMLVideoElement[]
}

/** It is there from the beginning, and keeps every element of the preview, inside whatever shadow root. */
function keepPreviews(): void {
  globalThis.previews = []
  const { createElement } = Document.prototype
  document.createElement = (name: string, ...rest: unknown[]) => {
    const made = Reflect.apply(createElement, document, [name, ...rest])
    if (made instanceof HTMLVideoElement) globalThis.previews.push(made)
    return made
  }
}

test('key bytes: every stored key is a handle that no format exports', async () => {
  const keys = await visitor.page.evaluate(async () => {
    const answered = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const database = await answered(indexedDB.open('faceseal'))
    const rows = await Promise.all(
      ['device-keys', 'record-keys'].map((name) => answered(database.transaction(name).objectStore(name).getAll())),
    )
    database.close()
    const found = rows.flat().flatMap((row: object) => Object.entries(row))
    const handles = found.filter((entry): entry is [string, CryptoKey] => entry[1] instanceof CryptoKey)
    return await Promise.all(
      handles.map(async ([name, key]) => {
        const formats = ['raw', 'jwk', 'pkcs8', 'spki'] as const
        const exported = await Promise.allSettled(
          formats.map((format) => crypto.subtle.exportKey(format as 'raw', key)),
        )
        return { name, out: exported.filter(({ status }) => status === 'fulfilled').length }
      }),
    )
  })
  expect(keys.map(({ name }) => name).sort()).toEqual(['secret', 'signing', 'storage'])
  expect(keys.filter(({ out }) => out > 0)).toEqual([])
})

type Chunk = Record<string, (session: object) => Promise<unknown>>

test('a forged grant opens neither camera nor worker, whatever it looks like', async () => {
  const before = [await visitor.count('getUserMedia'), await visitor.count('workers')]
  const address = visitor.requests.find(({ url }) => /capture-[^/]*\.js$/.test(url.pathname))?.url.href
  // As text, for the test's own tools would rewrite an import().
  const chunk = await visitor.page.evaluateHandle<Chunk>(`import(${JSON.stringify(address)})`)
  const answers = await chunk.evaluate(async (exported, policy) => {
    const scope = { tenant: 'demo-estate', purpose: 'sign-in', embedder: 'mobilefacenet' }
    const { signal } = new AbortController()
    const grant = { ...scope, scope: 'process', expiresAt: Date.now(), singleUse: true, signal, receiptId: 'x' }
    const forged: readonly unknown[] = [
      grant,
      Object.freeze(grant),
      Object.create(grant),
      new Proxy(grant, {}),
      {},
      null,
    ]
    const tries = Object.values(exported).flatMap((start) =>
      forged.map((each) =>
        Promise.resolve()
          .then(() => start({ init: { locale: 'en' }, options: scope, request: {}, signal, policy, grant: each }))
          .then(
            () => 'worked',
            (error) => String(error.code ?? error),
          ),
      ),
    )
    return await Promise.all(tries)
  }, policy)
  expect(answers.length).toBeGreaterThan(5)
  expect(new Set(answers)).toEqual(new Set(['consent_required']))
  expect([await visitor.count('getUserMedia'), await visitor.count('workers')]).toEqual(before)
})

test('nothing that it can call asks, opens or sends without the person', async () => {
  const names = await visitor.page.evaluate(() => Object.keys(globalThis.faceseal).sort())
  const harmless = ['FaceSealError', 'decodeEnvelope', 'errorCatalogue', 'isFaceSealErrorCode', 'packageVersion']
  const throughTheDialog = ['enrol', 'openFaceSettings', 'settings', 'startEnrolment', 'startVerification', 'verify']
  // Fetches this origin's public files, and starts nothing: model-bytes.test.ts.
  const bytesAlone = 'prefetchModels'
  expect(names).toEqual([...harmless, ...throughTheDialog, bytesAlone, 'passkeyHeaders'].sort())

  const sent = visitor.requests.length
  await visitor.page.click('#verify')
  // Asked on an enrolment of this device; a click that no hand made is none.
  await visitor.page.getByRole('dialog').waitFor()
  await visitor.page.evaluate(() => {
    const roots = [...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? [])
    const buttons = roots.flatMap((root) => [...root.querySelectorAll<HTMLElement>('[data-act^=agree]')])
    if (buttons.length === 0) throw new TypeError('no button')
    for (const button of buttons) button.click()
    for (const button of buttons) button.dispatchEvent(new PointerEvent('click', { bubbles: true }))
  })
  expect(await visitor.page.getByRole('dialog').count()).toBe(1)
  expect(await visitor.count('getUserMedia')).toBe(1)
  await visitor.page.keyboard.press('Escape')
  await visitor.page.locator('#state[data-state=alternative]').waitFor()
  expect(visitor.requests.slice(sent).filter(({ contentType }) => /octet|jose/.test(contentType))).toEqual([])
})

test('no other script becomes the worker: blob, data and foreign addresses are refused', async () => {
  const refused = await visitor.page.evaluate(async () => {
    const own = URL.createObjectURL(new Blob(['postMessage(1)'], { type: 'text/javascript' }))
    const started = (address: string) =>
      new Promise<string>((resolve) => {
        try {
          const worker = new Worker(address, { type: 'module' })
          worker.onmessage = () => resolve('runs')
          worker.onerror = () => resolve('refused')
        } catch {
          resolve('refused')
        }
      })
    return await Promise.all(
      [own, 'data:text/javascript,postMessage(1)', 'https://elsewhere.example/w.js'].map(started),
    )
  })
  expect(refused).toEqual(['refused', 'refused', 'refused'])
  expect(stage.outside.attempts).toEqual([])
})

test('after the capture the preview that it kept shows nothing', async () => {
  const seen = await visitor.page.evaluate(() =>
    globalThis.previews.map((video) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 })
      const context = canvas.getContext('2d')
      context?.drawImage(video, 0, 0, 64, 48)
      const lit = context?.getImageData(0, 0, 64, 48).data.some((value, index) => index % 4 !== 3 && value > 0)
      return { lit, source: video.srcObject, connected: video.isConnected }
    }),
  )
  expect(seen).toEqual([{ lit: false, source: null, connected: false }])
  expect(await visitor.trackStates()).toEqual(['ended'])
})
