import type { PolicyConfiguration, PolicyRecipient } from '../../policy/schema'
import type { DataKind } from '../../wire/receipt'

type Grant = PolicyConfiguration['grantDuration']

/** Head of a section and the articles behind it. */
export interface SectionWords {
  readonly heading: string
  readonly source: string
}

/** Everything the draft says, per locale; both are complete. */
export interface PiaWords {
  readonly title: (purpose: string) => string
  readonly lead: (open: number) => readonly string[]
  readonly openMark: string
  readonly none: string
  readonly yes: string
  readonly no: string
  readonly standard: {
    readonly method: string
    readonly scope: string
    readonly risks: string
    readonly rights: string
  }
  readonly sections: Readonly<
    Record<
      'processing' | 'necessity' | 'effects' | 'leaks' | 'measures' | 'figures' | 'conclusion' | 'keeping',
      SectionWords
    >
  >
  readonly item: string
  readonly declared: string
  readonly fields: Readonly<
    Record<
      | 'processor'
      | 'contact'
      | 'purpose'
      | 'task'
      | 'method'
      | 'scope'
      | 'kinds'
      | 'frames'
      | 'retention'
      | 'recipients'
      | 'fullRules'
      | 'rights'
      | 'alternatives'
      | 'consentForm'
      | 'grant'
      | 'age'
      | 'guardian'
      | 'packs'
      | 'environment'
      | 'reason'
      | 'necessary'
      | 'writtenReason'
      | 'risks'
      | 'earlier',
      string
    >
  >
  readonly kinds: Readonly<Record<DataKind, string>>
  readonly roles: Readonly<Record<PolicyRecipient['role'], string>>
  readonly retention: (rule: PolicyConfiguration['retention']) => string
  readonly grant: (grant: Grant) => string
  readonly age: (age: PolicyConfiguration['age']) => string
  readonly consentForms: Readonly<Record<PolicyConfiguration['consentForm'], string>>
  readonly environments: Readonly<Record<PolicyConfiguration['environment'], string>>
  /** Who holds what, and what that lets them do. */
  readonly leakHead: readonly [string, string]
  readonly leaks: readonly (readonly [string, string])[]
  /** What the software does, and the ids of docs/law.md. */
  readonly measureHead: readonly [string, string]
  readonly measures: readonly (readonly [string, string])[]
  readonly modelHead: readonly string[]
  readonly figureHead: readonly string[]
  readonly noFigures: string
  readonly questions: {
    readonly necessity: readonly string[]
    readonly necessaryClaim: string
    readonly effects: readonly string[]
    readonly guardian: string
    readonly standing: string
    readonly leaks: readonly string[]
    readonly measures: readonly string[]
    readonly recipients: string
    readonly figures: readonly string[]
    readonly conclusion: readonly string[]
  }
  readonly keeping: (date: string, earliestDeletion: string) => readonly string[]
}
