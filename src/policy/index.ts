export { decide, type PolicyDecision } from './decide'
export { answers, type DecisionContext, type PolicyAnswer } from './guards'
export { lintPolicy, lintText } from './lint'
export type { LocaleText } from './locale-text'
export { materialFields, policyHash } from './material'
export { rulePack, rulesOf } from './packs'
export { parsePolicy } from './parse'
export type { PolicyRule, RulePack } from './rule-schema'
export {
  type AgeStatus,
  type PolicyAlternative,
  type PolicyConfiguration,
  type PolicyConfigurationInput,
  type PolicyRecipient,
  policyConfigurationSchema,
} from './schema'
