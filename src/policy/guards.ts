import type { FlowDemand } from './rule-schema'
import type { AgeStatus, PolicyConfiguration } from './schema'

/** From free to shut. A decision is never freer than any rule's answer. */
export const answers = ['allowed', 'needs consent', 'needs guardian', 'alternative only', 'refused'] as const
/** What the rules say to a step. */
export type PolicyAnswer = (typeof answers)[number]

/** Everything about a moment that a rule may ask. */
export interface DecisionContext {
  readonly step: 'process' | 'transmit'
  readonly secureContext: boolean
  /** Length of `lintPolicy`'s list. */
  readonly configurationIssues: number
  readonly alternativesWork: boolean
  /** `not-asked`: declared by the person, who was not asked yet. */
  readonly age: AgeStatus | 'not-asked'
  readonly guardianToken: 'none' | 'valid' | 'invalid'
  /** A refusal or withdrawal is kept for this step. */
  readonly refusedBefore: boolean
  /** The person opened it themself, from the settings. */
  readonly personAsked: boolean
  readonly grant: 'none' | 'live' | 'expired' | 'consumed' | 'withdrawn' | 'changed'
  readonly grantForm: 'click' | 'written'
  readonly purposeMatches: boolean
  readonly recipientListed: boolean
  readonly deceased: boolean
}

type Guard = (context: DecisionContext, configuration: PolicyConfiguration) => PolicyAnswer

const yes = 'allowed' satisfies PolicyAnswer

/** Flow demands that depend on the moment. A demand without a guard holds by construction. */
export const guards: Readonly<Partial<Record<FlowDemand, Guard>>> = {
  // L17
  'secure-context': ({ secureContext }) => (secureContext ? yes : 'refused'),
  // L02, L03, L12, L18: what lint finds does not start.
  'configuration-valid': ({ configurationIssues }) => (configurationIssues === 0 ? yes : 'refused'),
  // L05
  'alternative-works': ({ alternativesWork }) => (alternativesWork ? yes : 'refused'),
  // L13
  'purpose-bound': ({ purposeMatches }) => (purposeMatches ? yes : 'refused'),
  // L27
  deceased: ({ deceased }) => (deceased ? 'refused' : yes),
  // L21
  'recipient-listed': ({ step, recipientListed }) => (step === 'process' || recipientListed ? yes : 'refused'),
  // L06
  'no-asking-again': ({ refusedBefore, personAsked }) => (refusedBefore && !personAsked ? 'alternative only' : yes),
  // L10
  withdrawal: ({ grant, personAsked }) =>
    grant !== 'withdrawn' ? yes : personAsked ? 'needs consent' : 'alternative only',
  // L07
  'age-known': ({ age }) => (age === 'unknown' ? 'alternative only' : age === 'not-asked' ? 'needs consent' : yes),
  guardian: ({ age, guardianToken }, { guardian }) =>
    age !== 'under14' || guardianToken === 'valid' ? yes : guardian ? 'needs guardian' : 'alternative only',
  // L01
  'separate-consent': ({ grant }) => (grant === 'live' ? yes : 'needs consent'),
  'nothing-before-grant': ({ grant }) => (grant === 'live' ? yes : 'needs consent'),
  // L08
  'written-form': ({ grantForm }, { consentForm }) =>
    consentForm === 'written' && grantForm !== 'written' ? 'needs consent' : yes,
  // L09
  'single-use': ({ grant }) => (grant === 'consumed' || grant === 'expired' ? 'needs consent' : yes),
  // L22
  reconsent: ({ grant }) => (grant === 'changed' ? 'needs consent' : yes),
  // L19
  'second-consent': ({ step, grant }) => (step === 'process' || grant === 'live' ? yes : 'needs consent'),
}
