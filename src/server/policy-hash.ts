import { parsePolicy, policyHash } from '../policy'
import { FaceSealError } from '../wire/errors'

interface KnownPolicy {
  readonly purpose: string
  readonly hash: Promise<string>
}

/** Checking takes milliseconds and is asked at every request: kept for as long as the object lives. */
const known = new WeakMap<object, KnownPolicy>()

/**
 * Hash of the material fields of a policy that breaks no rule and is for this purpose (L02, L13, L22).
 * Throws `policy_invalid`, `configuration_invalid`.
 */
export async function hashOfPolicy(policy: object, purpose: string): Promise<string> {
  const checked = known.get(policy) ?? checkPolicy(policy)
  known.set(policy, checked)
  if (checked.purpose !== purpose) {
    throw new FaceSealError('configuration_invalid', { detail: `the policy is for ${checked.purpose} (L13)` })
  }
  return checked.hash
}

function checkPolicy(policy: object): KnownPolicy {
  const configuration = parsePolicy(policy)
  return { purpose: configuration.purpose.id, hash: policyHash(configuration) }
}
