import fc from 'fast-check'
import { lintPolicy, parsePolicy, policyHash } from '../../../src/policy'
import { verifyEvidence } from '../../../src/policy/evidence'
import { type EvidenceExport, verifyEvidenceExport } from '../../../src/server'
import { damagedJson } from '../damage'
import { type FuzzTarget, isAnything, isText, outcomeOf, requireOneOf, target } from '../target'

export interface RecordSamples {
  readonly policy: unknown
  /** Bundle of the person's own receipts. */
  readonly bundle: unknown
  readonly exported: EvidenceExport
  /** Epoch seconds at which `exported` was made. */
  readonly now: number
}

export function recordTargets({ policy, bundle, exported, now }: RecordSamples): readonly FuzzTarget[] {
  return [
    target({
      name: 'parsePolicy',
      runs: 500,
      inputs: [fc.anything(), damagedJson(policy)],
      accepts: isAnything,
      check: async (input) => {
        const outcome = await outcomeOf(() => parsePolicy(input))
        requireOneOf(outcome, ['policy_invalid', 'resolved'])
        if (outcome === 'resolved') await policyHash(parsePolicy(input))
        if ((outcome === 'resolved') !== (lintPolicy(input).length === 0)) throw new Error('lint and start disagree')
      },
    }),
    reportTarget('verifyEvidence', bundle, (input) => verifyEvidence(input)),
    reportTarget('verifyEvidenceExport', exported, (input) => verifyEvidenceExport(input, { now })),
    target({
      name: 'verifyEvidence: any text',
      runs: 1000,
      inputs: [fc.string()],
      accepts: isText,
      check: async (input) => {
        if ((await verifyEvidence(input)).ok) throw new Error('taken for a bundle')
      },
    }),
  ]
}

/** A checker of records never throws: it lists what is wrong. */
function reportTarget(
  name: string,
  whole: unknown,
  verify: (input: unknown) => Promise<{ readonly ok: boolean; readonly faults: readonly unknown[] }>,
): FuzzTarget {
  return target({
    name,
    runs: 120,
    inputs: [fc.anything(), damagedJson(whole)],
    accepts: isAnything,
    check: async (input) => {
      const { ok, faults } = await verify(input)
      if (ok !== (faults.length === 0)) throw new Error('a verdict without its reason')
    },
  })
}
