import * as v from 'valibot'
import { packName } from '../wire/receipt'

const path = v.pipe(v.string(), v.regex(/^[A-Za-z]+(?:\.[A-Za-z]+)*$/))
const remedy = v.pipe(v.string(), v.minLength(5))
const words = v.pipe(v.array(v.string()), v.minLength(1))
const scalar = v.union([v.string(), v.boolean(), v.null_()])

/** One check on the configuration as written, before any default is filled in. */
export type ConfigurationDemand =
  | { readonly kind: 'present' | 'single' | 'never'; readonly path: string; readonly remedy: string }
  | { readonly kind: 'minItems'; readonly path: string; readonly count: number; readonly remedy: string }
  | { readonly kind: 'onlyItems'; readonly path: string; readonly values: readonly string[]; readonly remedy: string }
  | { readonly kind: 'eachPresent'; readonly path: string; readonly fields: readonly string[]; readonly remedy: string }
  | { readonly kind: 'maxDays'; readonly path: string; readonly days: number; readonly remedy: string }
  | { readonly kind: 'forbidKeys'; readonly keys: readonly string[]; readonly remedy: string }
  | {
      readonly kind: 'forbidWords'
      readonly words: readonly string[]
      readonly within: 'all' | 'purpose'
      readonly remedy: string
    }
  | { readonly kind: 'locales'; readonly remedy: string }
  | {
      readonly kind: 'when'
      readonly path: string
      readonly equals?: string | boolean | null
      readonly notIn?: readonly (string | boolean | null)[]
      readonly demands: readonly ConfigurationDemand[]
    }

const demand: v.GenericSchema<ConfigurationDemand> = v.lazy(() =>
  v.variant('kind', [
    v.strictObject({ kind: v.picklist(['present', 'single', 'never']), path, remedy }),
    v.strictObject({ kind: v.literal('minItems'), path, count: v.number(), remedy }),
    v.strictObject({ kind: v.literal('onlyItems'), path, values: words, remedy }),
    v.strictObject({ kind: v.literal('eachPresent'), path, fields: words, remedy }),
    v.strictObject({ kind: v.literal('maxDays'), path, days: v.number(), remedy }),
    v.strictObject({ kind: v.literal('forbidKeys'), keys: words, remedy }),
    v.strictObject({ kind: v.literal('forbidWords'), words, within: v.picklist(['all', 'purpose']), remedy }),
    v.strictObject({ kind: v.literal('locales'), remedy }),
    v.strictObject({
      kind: v.literal('when'),
      path,
      equals: v.exactOptional(scalar),
      notIn: v.exactOptional(v.array(scalar)),
      demands: v.array(demand),
    }),
  ]),
)

/** Lines that the notice must have; ids of `NoticeItem`. */
export const noticeDemand = v.picklist([
  'who',
  'purpose',
  'method',
  'scope',
  'nothingElse',
  'retention',
  'necessity',
  'risks',
  'recipients',
  'rights',
  'rules',
  'minor',
  'alternatives',
])

/**
 * What the software itself must do. Those with a guard in `guards.ts` are decided per run; the others hold by
 * construction, and `docs/law.md` names their code and tests.
 */
export const flowDemand = v.picklist([
  'separate-consent',
  'nothing-before-grant',
  'one-question',
  'notice-hash',
  'configuration-valid',
  'decline-is-a-result',
  'equal-choice',
  'alternative-works',
  'no-asking-again',
  'age-known',
  'guardian',
  'written-form',
  'single-use',
  'withdrawal',
  'deletion-receipt',
  'purpose-bound',
  'nothing-inferred',
  'no-image-kept',
  'digest-only',
  'secure-context',
  'pseudonym-only',
  'second-consent',
  'access-and-export',
  'recipient-listed',
  'reconsent',
  'filing-count',
  'signed-records',
  'audit-log',
  'deceased',
  'one-to-one',
  'expiry',
])
export type FlowDemand = v.InferOutput<typeof flowDemand>

export const ruleSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9().-]+$/)),
  title: v.string(),
  clause: v.pipe(v.array(v.string()), v.minLength(1)),
  source: v.string(),
  /** `full-text` read in the original, `transcription` read second-hand, `reading` an expert's interpretation. */
  confidence: v.picklist(['full-text', 'transcription', 'reading']),
  checkedOn: v.pipe(v.string(), v.isoDate()),
  demands: v.strictObject({
    configuration: v.array(demand),
    notice: v.array(noticeDemand),
    flow: v.array(flowDemand),
  }),
})
/**
 * One rule as data: its id, clause and source, and what it demands of a configuration, a text or a moment.
 * @interface
 */
export type PolicyRule = v.InferOutput<typeof ruleSchema>

export const rulePackSchema = v.strictObject({
  pack: packName,
  title: v.string(),
  rules: v.pipe(v.array(ruleSchema), v.minLength(1)),
})
/** The rules of one jurisdiction. @interface */
export type RulePack = v.InferOutput<typeof rulePackSchema>
