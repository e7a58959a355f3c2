import * as v from 'valibot'
import { FaceSealError } from '../wire/errors'
import { lintPolicy } from './lint'
import { type PolicyConfiguration, policyConfigurationSchema } from './schema'

/**
 * The only way to a `PolicyConfiguration`: a configuration that breaks a rule does not start (L02 to L05, L12, L18, L21).
 * Fills in the defaults. Throws `policy_invalid`; its `issues` list every broken rule with its remedy.
 */
export function parsePolicy(configuration: unknown): PolicyConfiguration {
  const issues = lintPolicy(configuration)
  if (issues.length > 0) {
    const [first] = issues
    throw new FaceSealError('policy_invalid', {
      detail: `${issues.length} broken, first: ${first!.rule}, ${first!.path}: ${first!.message}`,
      issues,
    })
  }
  return v.parse(policyConfigurationSchema, configuration)
}
