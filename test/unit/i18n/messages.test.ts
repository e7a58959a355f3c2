import { describe, expect, it } from 'vitest'
import { loadMessages, matchLocale } from '../../../src/page/i18n/index.ts'
import { lintText } from '../../../src/policy/lint.ts'
import { errorCatalogue } from '../../../src/wire/errors.ts'
import { localeTags } from '../../../src/wire/locale.ts'

/** Every string of a catalogue, functions called with stand-ins. */
function stringsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'function') return stringsOf(Reflect.apply(value, undefined, ['甲', '乙', '丙', '丁', '戊']))
  if (Array.isArray(value)) return value.flatMap(stringsOf)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}

describe('messages', () => {
  for (const tag of localeTags) {
    it(`${tag}: no empty string, words for every code`, async () => {
      const messages = await loadMessages(tag)
      for (const text of stringsOf(messages)) expect(text.trim()).not.toBe('')
      expect(Object.keys(messages.errors).sort()).toEqual(Object.keys(errorCatalogue).sort())
    })
    it(`L04 L12 L30 ${tag}: our own words pass the lint that integrators' words must pass`, async () => {
      for (const text of stringsOf(await loadMessages(tag))) expect(lintText(text, ['cn']), text).toEqual([])
    })
  }
  it('L03 zh-TW has no simplified character, zh-CN no traditional one', async () => {
    for (const text of stringsOf(await loadMessages('zh-TW')))
      expect(text).not.toMatch(/[验证脸发处录开删销钥设备选择询问时间这还导图]/u)
    for (const text of stringsOf(await loadMessages('zh-CN')))
      expect(text).not.toMatch(/[驗證臉發處錄開關銷鑰設備選擇詢問時間這還導圖]/u)
  })
})

describe('matchLocale', () => {
  const cases: readonly (readonly [string | readonly string[] | undefined, string])[] = [
    ['zh-CN', 'zh-CN'],
    ['zh', 'zh-CN'],
    ['zh-Hans-SG', 'zh-CN'],
    ['zh-Hant', 'zh-TW'],
    ['zh-HK', 'zh-TW'],
    ['zh-MO', 'zh-TW'],
    ['en-GB', 'en'],
    ['fr-FR', 'zh-CN'],
    [['fr', 'en-US'], 'en'],
    [undefined, 'zh-CN'],
    ['not a tag', 'zh-CN'],
  ]
  for (const [wanted, expected] of cases) {
    it(`${wanted} → ${expected}`, () => expect(matchLocale(wanted)).toBe(expected))
  }
  it('keeps to what the configuration offers', () => {
    expect(matchLocale('zh-HK', ['en', 'zh-CN'])).toBe('zh-CN')
    expect(matchLocale('fr', ['en'])).toBe('en')
  })
})
