// Runs in the page: the widget and its wrappers, and a way for the tests to put them up and take them down.
import { createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createApp, h, ref } from 'vue'
import type { FaceSealElement } from '../../../src/element/index.ts'
import '../../../src/element/index.ts'
import { FaceSeal as ReactFaceSeal } from '../../../src/react/index.ts'
import { FaceSeal as VueFaceSeal } from '../../../src/vue/index.ts'

/** Every event of any widget, as `type detail`, in order. */
const heard: string[] = []
for (const type of ['facesealstatechange', 'facesealresult', 'facesealerror', 'facesealalternative'])
  document.addEventListener(type, (event) => {
    heard.push(`${type.slice('faceseal'.length)} ${JSON.stringify((event as CustomEvent).detail)}`)
  })

const room = () => document.getElementById('room')!

const fixture = {
  heard,
  /** What the wrappers told their handlers. */
  told: [] as string[],
  element: () => document.querySelector<FaceSealElement>('face-seal')!,
  /** Answers how to take it down. */
  mountReact(): () => void {
    const root = createRoot(room())
    const told = (name: string) => (detail: object) => fixture.told.push(`${name} ${JSON.stringify(detail)}`)
    const props = { baseUrl: '/face', className: 'mine', mode: 'enrol', locale: 'en' } as const
    const handlers = { onStateChange: told('state'), onAlternative: told('alternative') }
    const otherWay = createElement('a', { slot: 'alternative', href: '#other' }, 'Door card')
    root.render(createElement(StrictMode, null, createElement(ReactFaceSeal, { ...props, ...handlers }, otherWay)))
    return () => root.unmount()
  },
  mountVue(): () => void {
    const mode = ref<'verify' | 'enrol'>('verify')
    const app = createApp({
      render: () =>
        h(
          VueFaceSeal,
          {
            baseUrl: '/face',
            mode: mode.value,
            locale: 'en',
            class: 'mine',
            onStatechange: (detail: object) => fixture.told.push(`state ${JSON.stringify(detail)}`),
          },
          { alternative: () => h('a', { href: '#other' }, 'Door card') },
        ),
    })
    app.mount(room())
    mode.value = 'enrol'
    return () => app.unmount()
  },
  unmount: () => {},
  /** The same backend by functions of the page's own, instead of `base-url`. */
  useFunctions(broken = false): void {
    const post = async (path: string, type: string, body: BodyInit, signal: AbortSignal) => {
      if (broken) throw new Error('not today')
      const response = await fetch(`/face${path}`, { method: 'POST', headers: { 'content-type': type }, body, signal })
      return await response.json()
    }
    fixture.element().backend = {
      options: (kind, signal) => post(`/${kind}/options`, 'application/json', '{}', signal),
      receipts: (receipts, signal) => {
        fixture.told.push(`receipts ${receipts.length}`)
        return post('/receipts', 'application/json', JSON.stringify({ receipts }), signal)
      },
      answer: async (kind, outcome, signal) => {
        if (outcome.kind === 'local') return await post('/local', 'application/jose', outcome.statement, signal)
        return { ...(await post(`/${kind}`, 'application/octet-stream', outcome.response, signal)), id: 'answer-1' }
      },
    }
  },
}
declare global {
  var widget: typeof fixture
}
globalThis.widget = fixture
