// Runs in the page: puts up one screen of FaceSeal at a time, the real one, in a given state.
import { FaceSealElement } from '../../../src/element/face-seal.ts'
import { openCaptureView } from '../../../src/page/capture/view.ts'
import { requestConsent } from '../../../src/page/consent/gate.ts'
import { loadMessages } from '../../../src/page/i18n/index.ts'
import { openFaceSettings } from '../../../src/page/settings.ts'
import { openDeviceStore } from '../../../src/page/store.ts'
import type { CeremonyOptionsJSON } from '../../../src/wire/ceremony-options.ts'
import type { LocaleTag } from '../../../src/wire/locale.ts'
import type { CaptureProgress } from '../../../src/wire/worker-protocol.ts'
import type { CardAnswer } from './answers.ts'
import { readFaults, readGrid, readParts } from './read-screen.ts'

if (!customElements.get('face-seal')) customElements.define('face-seal', FaceSealElement)

export type CaptureState = 'loading' | 'guidance' | 'movement' | 'problem'

const progress: CaptureProgress = { hint: 'hold_still', accepted: 2, needed: 5, seen: 9, timings: {} }
const movement = { step: 'turn_left', done: 1, of: 2, progress: 0.5 } as const

const screens = {
  parts: readParts,
  faults: readFaults,
  grid: readGrid,
  async consent(options: CeremonyOptionsJSON, locale: LocaleTag): Promise<void> {
    const records = await openDeviceStore()
    requestConsent({ options, records, wantsTransmit: true, reason: 'first', locale }).catch((error: Error) =>
      console.error(error.stack),
    )
  },
  async settings(options: CeremonyOptionsJSON, locale: LocaleTag): Promise<void> {
    const { tenant, purpose, subject, policy } = options
    openFaceSettings({ tenant, purpose, subject, policy, locale }).catch((error: Error) => console.error(error.stack))
  },
  async capture(state: CaptureState, locale: LocaleTag, elder: boolean, alternative: string): Promise<void> {
    const words = await loadMessages(locale)
    const view = openCaptureView({ mount: document.querySelector('#mount')!, words, elder, alternative })
    if (state === 'loading') view.loading({ loaded: 6_100_000, total: 15_700_000 })
    else if (state === 'problem')
      view.problem('camera_lost', new AbortController().signal).catch((error: Error) => console.error(error.stack))
    else {
      view.capturing(document.createElement('video'))
      view.hint(state === 'movement' ? { ...progress, hint: 'turn_left', challenge: movement } : progress)
    }
  },
  async card(answer: CardAnswer | 'idle', locale: LocaleTag): Promise<void> {
    const element = new FaceSealElement()
    element.locale = locale
    element.baseUrl = '/face'
    document.querySelector('#mount')!.append(element)
    await element.updateComplete
    if (answer === 'idle') return
    globalThis.cardAnswer = answer
    await element.start()
    await element.updateComplete
  },
}

declare global {
  var look: typeof screens
}
globalThis.look = screens
