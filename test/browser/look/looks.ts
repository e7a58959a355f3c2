import type { Pseudo } from './pseudo.ts'

export type Surface =
  | 'consent'
  | 'second'
  | 'settings'
  | 'loading'
  | 'guidance'
  | 'movement'
  | 'problem'
  | 'idle'
  | 'accepted'
  | 'rejected'
  | 'alternative'
  | 'error'

/** One screen in one setting. */
export interface Look {
  readonly surface: Surface
  readonly width: 360 | 390 | 768 | 1280
  readonly locale: 'zh-CN' | 'zh-TW' | 'en' | Pseudo
  readonly scheme?: 'dark'
  /** Text at twice its size, as a browser's setting makes it. */
  readonly text?: '200%'
  readonly forced?: true
  readonly elder?: true
}

export const heights = { 360: 740, 390: 844, 768: 1024, 1280: 800 } as const

/** Not every combination: each value of each setting, and the tightest ones on the fullest screens. */
export const looks: readonly Look[] = [
  { surface: 'consent', width: 360, locale: 'zh-CN' },
  { surface: 'consent', width: 390, locale: 'zh-TW', scheme: 'dark' },
  { surface: 'consent', width: 768, locale: 'en' },
  { surface: 'consent', width: 1280, locale: 'en', scheme: 'dark' },
  { surface: 'consent', width: 390, locale: 'rtl' },
  { surface: 'consent', width: 360, locale: 'long' },
  { surface: 'consent', width: 360, locale: 'en', text: '200%' },
  { surface: 'consent', width: 390, locale: 'zh-CN', forced: true },
  { surface: 'consent', width: 390, locale: 'zh-CN', elder: true },
  { surface: 'second', width: 360, locale: 'en', scheme: 'dark' },
  { surface: 'second', width: 1280, locale: 'zh-CN' },
  { surface: 'settings', width: 360, locale: 'long' },
  { surface: 'settings', width: 390, locale: 'zh-CN', scheme: 'dark', elder: true },
  { surface: 'settings', width: 768, locale: 'rtl' },
  { surface: 'settings', width: 1280, locale: 'zh-TW' },
  { surface: 'loading', width: 390, locale: 'en' },
  { surface: 'guidance', width: 360, locale: 'zh-CN' },
  { surface: 'guidance', width: 360, locale: 'en', text: '200%' },
  { surface: 'guidance', width: 390, locale: 'en', forced: true },
  { surface: 'guidance', width: 1280, locale: 'zh-TW', scheme: 'dark', elder: true },
  { surface: 'movement', width: 390, locale: 'long', scheme: 'dark' },
  { surface: 'movement', width: 768, locale: 'rtl' },
  { surface: 'problem', width: 360, locale: 'long' },
  { surface: 'problem', width: 1280, locale: 'zh-CN', scheme: 'dark' },
  { surface: 'idle', width: 360, locale: 'long', text: '200%' },
  { surface: 'accepted', width: 390, locale: 'zh-CN' },
  { surface: 'accepted', width: 1280, locale: 'en', forced: true },
  { surface: 'rejected', width: 360, locale: 'rtl', scheme: 'dark' },
  { surface: 'alternative', width: 768, locale: 'zh-TW' },
  { surface: 'error', width: 360, locale: 'en', text: '200%' },
  { surface: 'error', width: 768, locale: 'zh-CN', scheme: 'dark' },
]

export function nameOf({ surface, width, locale, scheme, text, forced, elder }: Look): string {
  return [surface, width, locale, scheme, text, forced && 'forced colours', elder && 'elder'].filter(Boolean).join(', ')
}
