import { answers, type DecisionContext, guards, type PolicyAnswer } from './guards'
import type { PolicyRule } from './rule-schema'
import type { PolicyConfiguration } from './schema'

/** May this step run, and by which rules. */
export interface PolicyDecision {
  readonly answer: PolicyAnswer
  /** Ids of the rules that made it so; empty only for `allowed`. */
  readonly because: readonly string[]
}

/**
 * May this step run now? Pure and total: the strictest answer of any rule wins, so another rule, or a worse moment,
 * never makes it freer. Without rules nothing is allowed.
 */
export function decide(
  rules: readonly PolicyRule[],
  configuration: PolicyConfiguration,
  context: DecisionContext,
): PolicyDecision {
  if (rules.length === 0) return { answer: 'refused', because: ['no-rules'] }
  const verdicts = rules.map((rule) => ({ id: rule.id, answer: answerOf(rule, configuration, context) }))
  const answer = strictest(verdicts.map((verdict) => verdict.answer))
  return {
    answer,
    because: answer === 'allowed' ? [] : verdicts.filter((verdict) => verdict.answer === answer).map(({ id }) => id),
  }
}

function answerOf(rule: PolicyRule, configuration: PolicyConfiguration, context: DecisionContext): PolicyAnswer {
  return strictest(rule.demands.flow.map((demand) => guards[demand]?.(context, configuration) ?? 'allowed'))
}

function strictest(list: readonly PolicyAnswer[]): PolicyAnswer {
  return answers[Math.max(0, ...list.map((answer) => answers.indexOf(answer)))]!
}
