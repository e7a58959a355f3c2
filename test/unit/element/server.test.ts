import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSSRApp, h } from 'vue'
import { renderToString as renderVue } from 'vue/server-renderer'

/** Whatever reads one of these on a server breaks there. */
const browserOnly = ['window', 'document', 'localStorage', 'HTMLElement', 'customElements']
beforeEach(() => {
  for (const name of browserOnly)
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get() {
        throw new Error(`touched ${name}`)
      },
    })
})
afterEach(forget)

function forget(): void {
  for (const name of browserOnly) Reflect.deleteProperty(globalThis, name)
}

it('faceseal/react renders on a server and touches no browser global', async () => {
  const { FaceSeal } = await import('../../../src/react/index.ts')
  const link = createElement('a', { slot: 'alternative', href: '/sms' }, 'SMS')
  const page = createElement(FaceSeal, { baseUrl: '/face', className: 'mine' }, link)
  expect(renderToString(page)).toBe('<face-seal class="mine"><a slot="alternative" href="/sms">SMS</a></face-seal>')
})

it('faceseal/vue renders on a server, and its import touches no browser global', async () => {
  const { FaceSeal } = await import('../../../src/vue/index.ts')
  // Vue itself asks whether there is a window.
  forget()
  const slots = { alternative: () => h('a', { href: '/sms' }, 'SMS') }
  const page = createSSRApp({ render: () => h(FaceSeal, { baseUrl: '/face', class: 'mine' }, slots) })
  const text = await renderVue(page)
  expect(text).toMatch(/^<face-seal[^>]*class="mine"[^>]*>/)
  expect(text).toContain('<a href="/sms" slot="alternative">SMS</a>')
})

it('faceseal/element can be imported on a server, where it only exports', async () => {
  // Lit asks whether these exist; they do not.
  forget()
  const { FaceSealElement } = await import('../../../src/element/index.ts')
  expect(FaceSealElement.formAssociated).toBe(true)
  for (const name of ['window', 'document', 'localStorage']) expect(name in globalThis).toBe(false)
})
