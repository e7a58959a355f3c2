import { type PolicyConfiguration, parsePolicy, policyHash } from '../policy'
import { FaceSealError } from '../wire/errors'

/** What a challenge takes from the policy that is signed with it. */
export interface PolicyTerms {
  readonly purpose: string
  /** Of the material fields (L22). */
  readonly hash: Promise<string>
  readonly retention: PolicyConfiguration['retention']
}

/** Checking takes milliseconds and is asked at every request: kept for as long as the object lives. */
const known = new WeakMap<object, PolicyTerms>()

/**
 * Terms of a policy that breaks no rule and is for this purpose (L02, L13).
 * Throws `policy_invalid`, `configuration_invalid`.
 */
export function termsOf(policy: object, purpose: string): PolicyTerms {
  const terms = known.get(policy) ?? checkPolicy(policy)
  known.set(policy, terms)
  if (terms.purpose !== purpose) {
    throw new FaceSealError('configuration_invalid', { detail: `the policy is for ${terms.purpose} (L13)` })
  }
  return terms
}

function checkPolicy(policy: object): PolicyTerms {
  const configuration = parsePolicy(policy)
  const { purpose, retention } = configuration
  return { purpose: purpose.id, hash: policyHash(configuration), retention }
}

/**
 * Epoch seconds after which a template enrolled now is deleted (L12, L29).
 * Throws `configuration_invalid` where the policy promises to keep nothing.
 */
export function retentionEnd({ retention }: PolicyTerms, now: number): number {
  if (retention.kind === 'days') return now + retention.days * 86_400
  if (retention.kind === 'until') return Math.floor(Date.parse(`${retention.until}T23:59:59+08:00`) / 1000)
  throw new FaceSealError('configuration_invalid', { detail: 'retention: single-use keeps nothing, so none enrols' })
}
