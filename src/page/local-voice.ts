import type { LocaleTag } from '../wire/locale'

/** Of exactly this language and place, else of the language; never one from the network. */
export function localVoice(
  voices: readonly SpeechSynthesisVoice[],
  locale: LocaleTag,
): SpeechSynthesisVoice | undefined {
  const own = voices.filter(({ localService }) => localService)
  const tagOf = ({ lang }: SpeechSynthesisVoice) => lang.replace('_', '-')
  const exact = own.find((voice) => tagOf(voice) === locale)
  // Mandarin of the mainland and of Taiwan are read aloud differently enough not to stand in for each other.
  return exact ?? (locale === 'en' ? own.find((voice) => tagOf(voice).startsWith('en-')) : undefined)
}
