import * as v from 'valibot'
import { packsOf, parseAgainst } from '../policy/against'
import { type PolicyRule, rulePackSchema } from '../policy/rule-schema'
import cn from '../policy/rules/cn.json'
import type { PolicyConfiguration } from '../policy/schema'
import { type PackName, packName } from '../wire/receipt'
import { arrived } from './arrived'

/** The pack that holds where none is named comes with this; another is fetched once a policy names it. */
const packs: Readonly<Record<PackName, () => Promise<unknown>>> = {
  cn: async () => cn,
  eu: async () => (await import('../policy/rules/eu')).eu,
  'us-il': async () => (await import('../policy/rules/us-il')).usIl,
}

export interface RuledPolicy {
  readonly policy: PolicyConfiguration
  /** Of its packs. */
  readonly rules: readonly PolicyRule[]
}

/** `parsePolicy` of `policy/parse.ts`, without the packs that this policy does not name. Throws `policy_invalid`, and as {@link arrived}. */
export async function readPolicy(configuration: unknown, signal?: AbortSignal): Promise<RuledPolicy> {
  const named = packsOf(configuration).filter((name): name is PackName => v.is(packName, name))
  const loaded = await Promise.all(named.map((name) => arrived(packs[name](), signal)))
  const rules = loaded.flatMap((pack) => v.parse(rulePackSchema, pack).rules)
  return { policy: parseAgainst(rules, configuration), rules }
}
