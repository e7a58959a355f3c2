import * as v from 'valibot'

/** Locales that are complete. The first is the default. */
export const localeTags = ['zh-CN', 'zh-TW', 'en'] as const
export const localeTag = v.picklist(localeTags)
/** `zh-CN`, `zh-TW` or `en`: every word of ours exists in each. */
export type LocaleTag = v.InferOutput<typeof localeTag>
