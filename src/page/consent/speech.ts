import type { LocaleTag } from '../../wire/locale'

export interface Reading {
  readonly finished: Promise<void>
  stop(): void
}

/** Reads a notice aloud with the system's own voice, slower in the large-text version; no audio is fetched by us. */
export function startReading(text: string, locale: LocaleTag, slower: boolean): Reading {
  const { speechSynthesis } = window
  speechSynthesis.cancel()
  const voice = speechSynthesis.getVoices().find((each) => each.localService && each.lang.replace('_', '-') === locale)
  let done: () => void = () => {}
  const finished = new Promise<void>((resolve) => (done = resolve))
  const lines = text.split('\n').map((line) => {
    const utterance = new SpeechSynthesisUtterance(line)
    utterance.lang = locale
    utterance.rate = slower ? 0.8 : 1
    if (voice) utterance.voice = voice
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
