import { parsePolicy, policyHash } from '../policy'
import { FaceSealError } from '../wire/errors'

const known = new WeakMap<object, Promise<string>>()

/**
 * Hash of the material fields of a policy that breaks no rule and is for this purpose (L02, L13, L22); kept for as long
 * as the object lives. Throws `policy_invalid`, `configuration_invalid`.
 */
export async function hashOfPolicy(policy: object, purpose: string): Promise<string> {
  const before = known.get(policy)
  if (before) return before
  const configuration = parsePolicy(policy)
  if (configuration.purpose.id !== purpose) {
    throw new FaceSealError('configuration_invalid', { detail: `the policy is for ${configuration.purpose.id} (L13)` })
  }
  const hash = policyHash(configuration)
  known.set(policy, hash)
  return hash
}
