import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openVoice } from '../../../src/page/capture/voice'
import { startReading } from '../../../src/page/consent/speech'

const voiceOf = (lang: string, localService: boolean) => ({
  lang,
  localService,
  name: lang,
  voiceURI: lang,
  default: false,
})

/** What the browser was told, in order: `cancel`, or text and language. */
let spoken: string[]
let voices: readonly ReturnType<typeof voiceOf>[]

beforeEach(() => {
  spoken = []
  vi.stubGlobal(
    'SpeechSynthesisUtterance',
    class {
      lang = ''
      rate = 1
      voice: unknown
      constructor(readonly text: string) {}
      addEventListener() {}
    },
  )
  vi.stubGlobal('speechSynthesis', {
    getVoices: () => voices,
    cancel: () => spoken.push('cancel'),
    speak: ({ text, lang, rate }: { text: string; lang: string; rate: number }) =>
      spoken.push(`${text} ${lang} ${rate}`),
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('the voice', () => {
  it('is of this device, never of a service in the network', () => {
    voices = [voiceOf('zh-CN', false), voiceOf('en-GB', true)]
    openVoice('zh-CN', false).say('请慢慢向左转头')
    expect(spoken).toEqual([])
    voices = [...voices, voiceOf('zh_CN', true)]
    openVoice('zh-CN', true).say('请慢慢向左转头')
    openVoice('en', false).say('Turn')
    expect(spoken).toEqual(['cancel', '请慢慢向左转头 zh_CN 0.8', 'cancel', 'Turn en-GB 1'])
  })

  it('says each thing once, the newest at once, and is silent from the end on', () => {
    voices = [voiceOf('en-US', true)]
    const voice = openVoice('en', false)
    voice.say('Turn')
    voice.say('Turn')
    voice.say('Blink')
    voice.stop()
    voice.stop()
    voice.say('Turn')
    expect(spoken).toEqual(['cancel', 'Turn en-US 1', 'cancel', 'Blink en-US 1', 'cancel'])
  })

  it('leaves alone what others say where it said nothing', () => {
    voices = []
    openVoice('en', false).stop()
    vi.stubGlobal('speechSynthesis', undefined)
    openVoice('en', false).say('Turn')
    expect(spoken).toEqual([])
  })
})

describe('reading a notice aloud', () => {
  beforeEach(() => vi.stubGlobal('window', globalThis))

  it('is done in a voice of this device alone, and is over at once without one', async () => {
    voices = [voiceOf('zh-CN', false)]
    await startReading('第一行\n第二行', 'zh-CN', false).finished
    expect(spoken).toEqual(['cancel'])
    voices = [...voices, voiceOf('zh-CN', true)]
    startReading('第一行\n第二行', 'zh-CN', true)
    expect(spoken.slice(1)).toEqual(['cancel', '第一行 zh-CN 0.8', '第二行 zh-CN 0.8'])
  })
})
