import { type LocaleTag, localeTags } from '../../wire/locale'
import { arrived } from '../arrived'
import type { Messages } from './messages'

/** One language is fetched, not all: it comes before the grant, where every byte is waited for. */
const catalogue: Readonly<Record<LocaleTag, () => Promise<Messages>>> = {
  'zh-CN': async () => (await import('./zh-CN')).zhCN,
  'zh-TW': async () => (await import('./zh-TW')).zhTW,
  en: async () => (await import('./en')).en,
}

/** Throws as {@link arrived}. */
export async function loadMessages(locale: LocaleTag, signal?: AbortSignal): Promise<Messages> {
  return await arrived(catalogue[locale](), signal)
}

/**
 * The best of `available` for the languages wanted (BCP 47), in their order: `zh-Hant`, `zh-HK`, `zh-MO` read traditional
 * characters, every other `zh` simplified ones. zh-CN, or else the first available, where nothing fits.
 */
export function matchLocale(
  wanted: string | readonly string[] | undefined,
  available: readonly LocaleTag[] = localeTags,
): LocaleTag {
  const list = typeof wanted === 'string' ? [wanted] : (wanted ?? [])
  for (const tag of list) {
    const ours = ourTag(tag)
    if (ours && available.includes(ours)) return ours
  }
  // A reader of one Chinese script reads the other better than English.
  if (list.some((tag) => /^zh\b/i.test(tag))) {
    const chinese = available.find((tag) => tag.startsWith('zh'))
    if (chinese) return chinese
  }
  return available.includes('zh-CN') ? 'zh-CN' : (available[0] ?? 'zh-CN')
}

function ourTag(tag: string): LocaleTag | undefined {
  let locale: Intl.Locale
  try {
    locale = new Intl.Locale(tag).maximize()
  } catch {
    return undefined
  }
  if (locale.language === 'zh') return locale.script === 'Hant' ? 'zh-TW' : 'zh-CN'
  return locale.language === 'en' ? 'en' : undefined
}

export type { Messages } from './messages'
