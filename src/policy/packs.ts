import * as v from 'valibot'
import { type PackName, packName } from '../wire/receipt'
import { type PolicyRule, type RulePack, rulePackSchema } from './rule-schema'
import cn from './rules/cn.json'
import { eu } from './rules/eu'
import { usIl } from './rules/us-il'

/** Each pack as data, checked once when it is first used. */
const raw: Readonly<Record<PackName, unknown>> = { cn, eu, 'us-il': usIl }
const parsed = new Map<PackName, RulePack>()

/** The pack `cn`, `eu` or `us-il`, parsed once. */
export function rulePack(name: PackName): RulePack {
  const known = parsed.get(name) ?? v.parse(rulePackSchema, raw[name])
  parsed.set(name, known)
  return known
}

/** The rules of several packs; names that are no pack are left to the schema to report. */
export function rulesOf(names: readonly unknown[]): readonly PolicyRule[] {
  return names.filter((name): name is PackName => v.is(packName, name)).flatMap((name) => rulePack(name).rules)
}
