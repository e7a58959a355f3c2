import type { FaceSealIssue } from '../wire/errors'
import { issuesOf, lintAgainst, mergeIssues, packsOf } from './against'
import { rulesOf } from './packs'

/**
 * Every rule that a configuration breaks, with its ids and remedy; empty when it may start. Takes the configuration as
 * written, of any shape: first the rules of its packs, then the closed schema for what no rule speaks of.
 */
export function lintPolicy(configuration: unknown): readonly FaceSealIssue[] {
  return lintAgainst(rulesOf(packsOf(configuration)), configuration)
}

/** What a notice may not say (L02, L04, L12, L14, L28, L30), for a text that is not part of a configuration. */
export function lintText(text: string, packs: readonly string[] = ['cn']): readonly FaceSealIssue[] {
  return mergeIssues(
    rulesOf(packs).flatMap((rule) =>
      rule.demands.configuration
        .filter((demand) => demand.kind === 'forbidWords' && demand.within === 'all')
        .flatMap((demand) => issuesOf(rule, demand, { text })),
    ),
  )
}
