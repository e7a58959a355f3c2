import { localeTags } from '../wire/locale'
import type { ConfigurationDemand } from './rule-schema'

/** What broke a demand: where, and in what way. */
export interface Breach {
  readonly path: string
  readonly message: string
  readonly remedy: string
}

type Fields = Readonly<Record<string, unknown>>

/** Checks one demand against a configuration as written. Pure; takes anything. */
export function breachesOf(demand: ConfigurationDemand, configuration: unknown): readonly Breach[] {
  const breach = (path: string, message: string, remedy: string): Breach => ({ path, message, remedy })
  switch (demand.kind) {
    case 'present': {
      const value = valueAt(configuration, demand.path)
      return isEmpty(value) ? [breach(demand.path, 'missing', demand.remedy)] : []
    }
    case 'never':
      return [breach(demand.path, `not allowed: ${describe(valueAt(configuration, demand.path))}`, demand.remedy)]
    case 'single': {
      const value = valueAt(configuration, demand.path)
      return Array.isArray(value) && value.length !== 1
        ? [breach(demand.path, `${value.length} instead of one`, demand.remedy)]
        : []
    }
    case 'minItems': {
      const value = valueAt(configuration, demand.path)
      const count = Array.isArray(value) ? value.length : 0
      return count < demand.count ? [breach(demand.path, `${count} of at least ${demand.count}`, demand.remedy)] : []
    }
    case 'onlyItems':
      return listAt(configuration, demand.path)
        .filter((item) => typeof item !== 'string' || !demand.values.includes(item))
        .map((item) => breach(demand.path, `not allowed: ${describe(item)}`, demand.remedy))
    case 'eachPresent':
      return listAt(configuration, demand.path).flatMap((item, index) =>
        demand.fields
          .filter((field) => isEmpty(valueAt(item, field)))
          .map((field) => breach(`${demand.path}.${index}.${field}`, 'missing', demand.remedy)),
      )
    case 'maxDays': {
      const days = daysOf(valueAt(configuration, demand.path))
      return days > demand.days ? [breach(demand.path, `${days} days, at most ${demand.days}`, demand.remedy)] : []
    }
    case 'forbidKeys':
      return keysOf(configuration)
        .filter(({ key }) => demand.keys.some((forbidden) => forbidden.toLowerCase() === key.toLowerCase()))
        .map(({ path }) => breach(path, 'has no place in a consent', demand.remedy))
    case 'forbidWords':
      return textsOf(configuration)
        .filter(({ path }) => demand.within === 'all' || /^purpose|^recipients\.\d+\.purpose/.test(path))
        .flatMap(({ path, text }) =>
          demand.words
            .filter((word) => text.toLowerCase().includes(word.toLowerCase()))
            .map((word) => breach(path, `says “${word.trim()}”`, demand.remedy)),
        )
    case 'locales':
      return localeGaps(configuration).map(({ path, locale }) => breach(path, `no text for ${locale}`, demand.remedy))
    case 'when': {
      const value = valueAt(configuration, demand.path) ?? null
      const applies =
        demand.notIn === undefined ? value === demand.equals : !demand.notIn.some((allowed) => allowed === value)
      return applies ? demand.demands.flatMap((inner) => breachesOf(inner, configuration)) : []
    }
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (isFields(inner) ? inner[key] : undefined), value)
}

function listAt(value: unknown, path: string): readonly unknown[] {
  const list = valueAt(value, path)
  return Array.isArray(list) ? list : []
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  return Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0
}

function describe(value: unknown): string {
  return value === undefined ? 'left out' : (JSON.stringify(value) ?? 'unknown').slice(0, 60)
}

/** Days until a retention ends, from today where it is a date; 0 for single use, `Infinity` where it has no end. */
function daysOf(retention: unknown): number {
  if (!isFields(retention)) return 0
  const { kind, days, until } = retention
  if (kind === 'days') return typeof days === 'number' ? days : Number.POSITIVE_INFINITY
  if (kind === 'single-use') return 0
  const end = typeof until === 'string' ? Date.parse(until) : Number.NaN
  return Number.isNaN(end) ? Number.POSITIVE_INFINITY : Math.ceil((end - Date.now()) / 86_400_000)
}

function keysOf(value: unknown, path = ''): readonly { readonly key: string; readonly path: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => keysOf(item, join(path, String(index))))
  if (!isFields(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    { key, path: join(path, key) },
    ...keysOf(inner, join(path, key)),
  ])
}

/** Every string that a person may come to read: addresses and ids are left out. */
export function textsOf(value: unknown, path = ''): readonly { readonly path: string; readonly text: string }[] {
  if (typeof value === 'string')
    return /(?:^|\.)(?:id|url|endpoint|selector|kind|fullRules|retentionSchedule|origins\.\d+)$/.test(path)
      ? []
      : [{ path, text: value }]
  if (Array.isArray(value)) return value.flatMap((item, index) => textsOf(item, join(path, String(index))))
  if (!isFields(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, join(path, key)))
}

/** Texts given by locale that lack one of the locales which the configuration promises. */
function localeGaps(configuration: unknown): readonly { readonly path: string; readonly locale: string }[] {
  const promised = listAt(configuration, 'locales').filter((one) => typeof one === 'string')
  const wanted = promised.length > 0 ? promised : ['zh-CN']
  return localisedTexts(configuration).flatMap(({ path, tags }) =>
    wanted.filter((locale) => !tags.includes(locale)).map((locale) => ({ path, locale })),
  )
}

function localisedTexts(
  value: unknown,
  path = '',
): readonly { readonly path: string; readonly tags: readonly string[] }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => localisedTexts(item, join(path, String(index))))
  if (!isFields(value)) return []
  const tags = Object.keys(value)
  if (tags.length > 0 && tags.every((tag) => (localeTags as readonly string[]).includes(tag))) return [{ path, tags }]
  return Object.entries(value).flatMap(([key, inner]) => localisedTexts(inner, join(path, key)))
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
