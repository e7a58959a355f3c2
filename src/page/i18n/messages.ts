import type { FaceSealErrorCode } from '../../wire/errors'
import type { LocaleTag } from '../../wire/locale'
import type { DataKind, ReceiptEvent } from '../../wire/receipt'
import type { HintCode } from '../../wire/worker-protocol'

/** Every word that a person reads. A locale that lacks one does not compile. */
export interface Messages {
  readonly locale: LocaleTag
  readonly notice: NoticeMessages
  readonly dialog: DialogMessages
  readonly settings: SettingsMessages
  readonly ceremony: CeremonyMessages
  /** One hint at a time while the camera looks. */
  readonly hints: Readonly<Record<HintCode, string>>
  /** What the person may know and do when something failed; never a stack, a code or blame. */
  readonly errors: Readonly<Record<FaceSealErrorCode, string>>
}

/** The notice (L03): short terms and sentences first, the full text after. */
export interface NoticeMessages {
  readonly title: string
  readonly separate: string
  readonly development: string
  /** L22 */
  readonly changed: string
  readonly terms: Readonly<Record<NoticeTerm, string>>
  who(name: string, contact: string): string
  purpose(task: string): string
  method(occasion: 'enrol' | 'verify', maxFrames: number): string
  readonly nothingElse: string
  /** `kinds` is already joined. */
  scope(kinds: string, featureSets: number): string
  readonly kinds: Readonly<Record<DataKind, string>>
  readonly retentionOnce: string
  retentionEnrol(date: string): string
  retentionVerify(date: string): string
  necessity(reason: string, canFinishWithout: boolean): string
  readonly risks: string
  recipient(name: string, use: string): string
  readonly noRecipients: string
  readonly rights: string
  readonly rightsLink: string
  readonly rulesLink: string
  readonly minor: string
  guardianAgreed(date: string): string
  alternatives(labels: string): string
  readonly agreeOnce: string
  agreeUntil(date: string): string
  useInstead(label: string): string
  readonly transmitTitle: string
  transmitQuestion(recipients: string): string
  readonly transmitContent: string
  readonly allowOnce: string
  allowUntil(date: string): string
  readonly doNotAllow: string
  readonly fullTitle: string
  readonly full: FullNoticeMessages
}

export type NoticeTerm =
  | 'who'
  | 'purpose'
  | 'method'
  | 'scope'
  | 'nothingElse'
  | 'retention'
  | 'necessity'
  | 'risks'
  | 'recipients'
  | 'rights'
  | 'rules'
  | 'minor'
  | 'alternatives'
  | 'content'

/** Sentences of the second layer. */
export interface FullNoticeMessages {
  address(address: string): string
  purpose(text: string): string
  readonly steps: readonly string[]
  recipient(name: string, contact: string, role: string, use: string, kinds: string): string
  readonly roles: Readonly<Record<'self' | 'entrusted' | 'joint' | 'independent', string>>
  readonly withdraw: string
  rightsContact(contact: string): string
  /** L09: what a standing consent is. */
  standing(date: string): string
  readonly once: string
  readonly records: string
  readonly noDisadvantage: string
  writtenReason(reason: string): string
  pia(reference: string, date: string): string
  officer(contact: string): string
  authority(name: string): string
  readonly schedule: string
}

export interface DialogMessages {
  readonly close: string
  readonly largeText: string
  readonly readAloud: string
  readonly stopReading: string
  readonly ageTitle: string
  readonly ageLead: string
  readonly ages: Readonly<Record<'adult' | '14to17' | 'under14' | 'unknown', string>>
  readonly guardianTitle: string
  readonly writtenLabel: string
  readonly writtenHint: string
  readonly writtenMissing: string
  readonly copyTitle: string
  readonly copyLead: string
  readonly download: string
  readonly print: string
  readonly carryOn: string
  copyName(name: string): string
  copyRecord(id: string): string
  /** After a refusal (L06). */
  switched(label: string): string
  /** An earlier refusal stands. */
  stillSwitched(label: string): string
  underAge(label: string): string
  ageUnknown(label: string): string
  readonly notPersistent: string
}

export interface SettingsMessages {
  readonly title: string
  readonly lead: string
  readonly held: string
  readonly template: string
  readonly keys: string
  readonly standing: string
  readonly refusal: string
  readonly records: string
  readonly yes: string
  readonly no: string
  until(date: string): string
  count(n: number): string
  readonly recordList: string
  readonly events: Readonly<Record<ReceiptEvent, string>>
  readonly scopes: Readonly<Record<'process' | 'transmit', string>>
  readonly exportRecords: string
  readonly withdraw: string
  readonly withdrawTransmit: string
  readonly withdrawExplained: string
  readonly withdrawn: string
  readonly delete: string
  readonly deleteExplained: string
  readonly deleted: string
  readonly partial: string
  readonly partialAdvice: string
  readonly outcomes: Readonly<Record<'deleted' | 'nothing-held' | 'failed' | 'kept', string>>
  readonly reconsider: string
  readonly reconsiderExplained: string
  readonly reconsidered: string
  readonly close: string
  readonly working: string
}

/** The camera view. */
export interface CeremonyMessages {
  readonly cameraTitle: string
  readonly preparing: string
  /** `percent` is a whole number, 0 to 100. */
  loadingModels(percent: number): string
  readonly startingCamera: string
  captured(accepted: number, needed: number): string
  /** Where a challenge stands; `done` from 0. */
  movement(done: number, of: number): string
  /** For a person who cannot do what is asked (L04, L05). */
  readonly otherMovement: string
  /** Said when another movement was done than `wanted`, which is the request as it stands in `hints`. */
  notThat(wanted: string): string
  readonly retry: string
  /** Label of the list of cameras, and its first entry. */
  readonly anotherCamera: string
  readonly anyCamera: string
  readonly cancel: string
}
