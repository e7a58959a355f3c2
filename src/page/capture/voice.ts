import type { LocaleTag } from '../../wire/locale'
import { localVoice } from '../local-voice'

/** Says what the person should do, for those who would rather hear it. Off unless the integrator turns it on. */
export interface Voice {
  /** Ends what is being said; the newest counts. The same again is not repeated. */
  say(text: string): void
  /** Silence, for good. */
  stop(): void
}

/**
 * A voice of this device in the language of the page; without one there is silence. Other voices of a browser are services
 * in the network, which would hear of every movement that is asked.
 */
export function openVoice(locale: LocaleTag, slower: boolean): Voice {
  const synthesis = 'speechSynthesis' in globalThis ? globalThis.speechSynthesis : undefined
  let last: string | undefined
  let ended = false
  return {
    say(text) {
      if (!synthesis || ended || text === last) return
      // Asked each time: browsers load their voices late.
      const voice = localVoice(synthesis.getVoices(), locale)
      if (!voice) return
      last = text
      synthesis.cancel()
      const utterance = new SpeechSynthesisUtterance(text)
      utterance.voice = voice
      utterance.lang = voice.lang
      utterance.rate = slower ? 0.8 : 1
      synthesis.speak(utterance)
    },
    stop() {
      if (!ended && last !== undefined) synthesis?.cancel()
      ended = true
    },
  }
}
