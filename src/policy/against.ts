import * as v from 'valibot'
import { FaceSealError, type FaceSealIssue } from '../wire/errors'
import { breachesOf } from './demands'
import type { ConfigurationDemand, PolicyRule } from './rule-schema'
import { type PolicyConfiguration, policyConfigurationSchema } from './schema'

/** Left out means `cn`; anything unreadable is held against `cn` as well. */
export function packsOf(configuration: unknown): readonly unknown[] {
  const packs =
    typeof configuration === 'object' && configuration !== null
      ? (configuration as { packs?: unknown }).packs
      : undefined
  return Array.isArray(packs) && packs.length > 0 ? packs : ['cn']
}

/** Every rule that a configuration of any shape breaks: first these, then the closed schema for what no rule speaks of. */
export function lintAgainst(rules: readonly PolicyRule[], configuration: unknown): readonly FaceSealIssue[] {
  const broken = rules.flatMap((rule) => brokenBy(rule, configuration))
  const reported = new Set(broken.map((issue) => issue.path))
  const shape = shapeIssues(configuration).filter(({ path }) => !coveredBy(reported, path))
  return mergeIssues([...broken, ...shape])
}

/** With the defaults filled in. Throws `policy_invalid`; its `issues` list every broken rule with its remedy. */
export function parseAgainst(rules: readonly PolicyRule[], configuration: unknown): PolicyConfiguration {
  const issues = lintAgainst(rules, configuration)
  if (issues.length > 0) {
    const [first] = issues
    throw new FaceSealError('policy_invalid', {
      detail: `${issues.length} broken, first: ${first!.rule}, ${first!.path}: ${first!.message}`,
      issues,
    })
  }
  return v.parse(policyConfigurationSchema, configuration)
}

function brokenBy(rule: PolicyRule, configuration: unknown): readonly FaceSealIssue[] {
  return rule.demands.configuration.flatMap((demand) => issuesOf(rule, demand, configuration))
}

export function issuesOf(
  rule: PolicyRule,
  demand: ConfigurationDemand,
  configuration: unknown,
): readonly FaceSealIssue[] {
  return breachesOf(demand, configuration).map(({ path, message, remedy }) => ({
    rule: `${rule.id} ${rule.title}`,
    ids: [rule.id],
    path,
    message,
    remedy,
  }))
}

function shapeIssues(configuration: unknown): readonly FaceSealIssue[] {
  const parsed = v.safeParse(policyConfigurationSchema, configuration)
  if (parsed.success) return []
  return parsed.issues.flatMap(unfold).map((issue) => ({
    rule: 'schema',
    ids: [],
    path: v.getDotPath(issue) ?? '',
    message: issue.message,
    remedy:
      issue.expected === 'never'
        ? 'Remove it: the configuration is closed.'
        : `Expected ${issue.expected ?? 'another value'}.`,
  }))
}

/** A union's own message says little; its members' issues say which field is wrong. */
function unfold(issue: v.BaseIssue<unknown>): readonly v.BaseIssue<unknown>[] {
  return issue.issues && issue.issues.length > 0 && issue.type !== 'union' ? issue.issues.flatMap(unfold) : [issue]
}

/** A rule that names `processor.name` speaks for the schema's complaint about `processor` too, and the other way round. */
function coveredBy(reported: ReadonlySet<string>, path: string): boolean {
  return [...reported].some((other) => other === path || other.startsWith(`${path}.`) || path.startsWith(`${other}.`))
}

/** One issue per path and message; the ids of all the rules that say the same stand together. */
export function mergeIssues(issues: readonly FaceSealIssue[]): readonly FaceSealIssue[] {
  const merged = new Map<string, FaceSealIssue>()
  for (const issue of issues) {
    const key = `${issue.path}\n${issue.message}`
    const before = merged.get(key)
    merged.set(key, before ? { ...before, ids: [...new Set([...before.ids, ...issue.ids])] } : issue)
  }
  return [...merged.values()]
}
