import { packsOf, parseAgainst } from './against'
import { rulesOf } from './packs'
import type { PolicyConfiguration } from './schema'

/**
 * The only way to a `PolicyConfiguration`: a configuration that breaks a rule does not start (L02 to L05, L12, L18, L21).
 * Fills in the defaults. Throws `policy_invalid`; its `issues` list every broken rule with its remedy. The page has the
 * same in `page/policy.ts`, with the packs fetched as they are named.
 */
export function parsePolicy(configuration: unknown): PolicyConfiguration {
  return parseAgainst(rulesOf(packsOf(configuration)), configuration)
}
