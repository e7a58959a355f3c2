import * as v from 'valibot'
import { type LocaleTag, localeTags } from '../wire/locale'

/** RFC 8785, which everything signed is spelled in, has no spelling for half of a surrogate pair. */
export const wellFormed = v.check((text: string) => !/\p{Cs}/u.test(text), 'ill-formed Unicode')

/** One line or paragraph of plain text: no control characters, so that what is hashed is what is seen. */
export const plainText = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1),
  v.maxLength(600),
  v.check((text) => !/[\p{Cc}\p{Cf}]/u.test(text), 'control or invisible characters'),
  wellFormed,
)

/** A text that is the same in every locale (a name), or one text per locale. */
export const localeText = v.union([
  plainText,
  v.strictObject({
    'zh-CN': v.exactOptional(plainText),
    'zh-TW': v.exactOptional(plainText),
    en: v.exactOptional(plainText),
  }),
])
/** One text for every language, or one text a language. */
export type LocaleText = v.InferOutput<typeof localeText>

/** The text in `locale`; a text without it gives the first one there is (the lint reports such a gap). */
export function inLocale(text: LocaleText, locale: LocaleTag): string {
  if (typeof text === 'string') return text
  return text[locale] ?? localeTags.map((tag) => text[tag]).find((other) => other !== undefined) ?? ''
}
