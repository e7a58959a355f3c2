import * as v from 'valibot'

/** Locales that are complete. The first is the default. */
export const localeTags = ['zh-CN', 'zh-TW', 'en'] as const
export const localeTag = v.picklist(localeTags)
/** Languages that every word of ours exists in. */
export type LocaleTag = v.InferOutput<typeof localeTag>
