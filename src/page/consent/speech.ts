import type { LocaleTag } from '../../wire/locale'
import { localVoice } from '../local-voice'

export interface Reading {
  readonly finished: Promise<void>
  stop(): void
}

/**
 * Reads a notice aloud in a voice of this device, slower in the large-text version. Without one it is over at once: other
 * voices of a browser are services in the network.
 */
export function startReading(text: string, locale: LocaleTag, slower: boolean): Reading {
  const { speechSynthesis } = window
  speechSynthesis.cancel()
  const voice = localVoice(speechSynthesis.getVoices(), locale)
  if (!voice) return { finished: Promise.resolve(), stop: () => {} }
  let done: () => void = () => {}
  const finished = new Promise<void>((resolve) => (done = resolve))
  const lines = text.split('\n').map((line) => {
    const utterance = new SpeechSynthesisUtterance(line)
    utterance.lang = voice.lang
    utterance.rate = slower ? 0.8 : 1
    utterance.voice = voice
    utterance.addEventListener('error', done)
    return utterance
  })
  lines.at(-1)?.addEventListener('end', done)
  for (const line of lines) speechSynthesis.speak(line)
  return {
    finished,
    stop: () => {
      speechSynthesis.cancel()
      done()
    },
  }
}
