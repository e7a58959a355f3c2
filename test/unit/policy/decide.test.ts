import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/policy/decide.ts'
import { answers, type DecisionContext } from '../../../src/policy/guards.ts'
import { rulesOf } from '../../../src/policy/packs.ts'
import { parsePolicy } from '../../../src/policy/parse.ts'
import { validPolicy } from './valid-policy.ts'

const configuration = parsePolicy(validPolicy)
const cn = rulesOf(['cn'])
const good: DecisionContext = {
  step: 'process',
  secureContext: true,
  configurationIssues: 0,
  alternativesWork: true,
  age: 'adult',
  guardianToken: 'none',
  refusedBefore: false,
  personAsked: false,
  grant: 'live',
  grantForm: 'click',
  purposeMatches: true,
  recipientListed: true,
  deceased: false,
}

const cases: readonly (readonly [string, Partial<DecisionContext>, string, string])[] = [
  ['L01 no grant', { grant: 'none' }, 'needs consent', 'L01'],
  ['L05 the other way is broken', { alternativesWork: false }, 'refused', 'L05'],
  ['L06 refused before', { refusedBefore: true, grant: 'none' }, 'alternative only', 'L06'],
  ['L06 the person asks again', { refusedBefore: true, personAsked: true, grant: 'none' }, 'needs consent', 'L01'],
  ['L07 unknown age', { age: 'unknown' }, 'alternative only', 'L07'],
  ['L07 under 14', { age: 'under14' }, 'alternative only', 'L07'],
  ['L07 under 14 with a guardian', { age: 'under14', guardianToken: 'valid' }, 'allowed', ''],
  ['L09 used up', { grant: 'consumed' }, 'needs consent', 'L09'],
  ['L10 withdrawn', { grant: 'withdrawn' }, 'alternative only', 'L10'],
  ['L13 another purpose', { purposeMatches: false }, 'refused', 'L13'],
  ['L17 no secure context', { secureContext: false }, 'refused', 'L17'],
  ['L19 nothing sent without the second consent', { step: 'transmit', grant: 'none' }, 'needs consent', 'L19'],
  ['L21 unlisted recipient', { step: 'transmit', recipientListed: false }, 'refused', 'L21'],
  ['L22 changed policy', { grant: 'changed' }, 'needs consent', 'L22'],
  ['L03 broken configuration', { configurationIssues: 1 }, 'refused', 'L03'],
  ['L27 deceased', { deceased: true }, 'refused', 'L27'],
]

describe('decide', () => {
  it('allows with a live grant and nothing in the way', () => {
    expect(decide(cn, configuration, good)).toEqual({ answer: 'allowed', because: [] })
  })
  for (const [name, change, answer, id] of cases) {
    it(name, () => {
      const decision = decide(cn, configuration, { ...good, ...change })
      expect(decision.answer).toBe(answer)
      if (id) expect(decision.because).toContain(id)
    })
  }
  it('L08 a click where a written form is wanted', () => {
    const written = parsePolicy({ ...validPolicy, consentForm: 'written' })
    expect(decide(cn, written, good)).toMatchObject({ answer: 'needs consent', because: ['L08'] })
    expect(decide(cn, written, { ...good, grantForm: 'written' }).answer).toBe('allowed')
  })
  it('L07 says that a guardian is needed where the configuration tells how', () => {
    const guarded = parsePolicy({ ...validPolicy, guardian: { how: 'In their own account.' } })
    expect(decide(cn, guarded, { ...good, age: 'under14' })).toMatchObject({
      answer: 'needs guardian',
      because: ['L07'],
    })
  })
  it('allows nothing without rules', () => {
    expect(decide([], configuration, good).answer).toBe('refused')
  })
})

const context: fc.Arbitrary<DecisionContext> = fc.record({
  step: fc.constantFrom('process', 'transmit'),
  secureContext: fc.boolean(),
  configurationIssues: fc.nat(3),
  alternativesWork: fc.boolean(),
  age: fc.constantFrom('adult', '14to17', 'under14', 'unknown', 'not-asked'),
  guardianToken: fc.constantFrom('none', 'valid', 'invalid'),
  refusedBefore: fc.boolean(),
  personAsked: fc.boolean(),
  grant: fc.constantFrom('none', 'live', 'expired', 'consumed', 'withdrawn', 'changed'),
  grantForm: fc.constantFrom('click', 'written'),
  purposeMatches: fc.boolean(),
  recipientListed: fc.boolean(),
  deceased: fc.boolean(),
})
const rank = (answer: (typeof answers)[number]) => answers.indexOf(answer)
const packs = fc.subarray(['cn', 'eu', 'us-il'], { minLength: 1 })

describe('decide, for every moment', () => {
  it('L01 is total, and never allows without a live grant', () => {
    fc.assert(
      fc.property(packs, context, (names, moment) => {
        const { answer, because } = decide(rulesOf(names), configuration, moment)
        expect(answers).toContain(answer)
        if (answer === 'allowed') expect(moment.grant).toBe('live')
        else expect(because.length).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })
  it('is monotone: another rule never makes it freer', () => {
    fc.assert(
      fc.property(
        fc.subarray([...rulesOf(['cn', 'eu', 'us-il'])], { minLength: 1 }),
        fc.constantFrom(...rulesOf(['cn', 'eu'])),
        context,
        (rules, extra, moment) => {
          expect(rank(decide([...rules, extra], configuration, moment).answer)).toBeGreaterThanOrEqual(
            rank(decide(rules, configuration, moment).answer),
          )
        },
      ),
      { numRuns: 300 },
    )
  })
  it('is monotone: a worse moment never makes it freer', () => {
    const worse: Partial<DecisionContext>[] = [
      { secureContext: false },
      { configurationIssues: 2 },
      { alternativesWork: false },
      { age: 'unknown' },
      { grant: 'withdrawn', personAsked: false },
      { purposeMatches: false },
      { deceased: true },
      { refusedBefore: true, personAsked: false },
      { recipientListed: false },
      { grant: 'none' },
    ]
    fc.assert(
      fc.property(packs, context, fc.constantFrom(...worse), (names, moment, change) => {
        const before = decide(rulesOf(names), configuration, moment)
        // From `withdrawn` to `none` is not worse: the person may be asked anew there.
        fc.pre(!(change.grant === 'none' && moment.grant === 'withdrawn'))
        const after = decide(rulesOf(names), configuration, { ...moment, ...change })
        expect(rank(after.answer)).toBeGreaterThanOrEqual(rank(before.answer))
      }),
      { numRuns: 500 },
    )
  })
})
