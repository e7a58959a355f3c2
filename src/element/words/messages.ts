import type { FaceSealMode, OtherWayReason, Situation } from '../states'

/** Reasons with words of their own; problems in front of the camera share one sentence. */
export const namedReasons = [
  'declined',
  'declined_before',
  'under_age',
  'age_unknown',
  'other_way',
] as const satisfies readonly OtherWayReason[]
export type NamedReason = (typeof namedReasons)[number]

/**
 * What the widget's card says: all that it can say before anything else is fetched. The words for errors come with those of
 * dialog and camera view. A locale that lacks one does not compile.
 */
export interface ElementMessages {
  readonly title: Readonly<Record<FaceSealMode, string>>
  /** Before anything starts. */
  readonly lead: Readonly<Record<FaceSealMode, string>>
  readonly start: Readonly<Record<FaceSealMode, string>>
  readonly alternativeLabel: string
  readonly cancel: string
  readonly settingsLink: string
  readonly again: string
  readonly preparing: string
  readonly asking: string
  readonly waiting: string
  readonly sending: string
  readonly accepted: string
  readonly acceptedHere: string
  /** The comparison on this device alone is not what the page asked for. */
  readonly insufficient: string
  readonly rejected: string
  readonly enrolled: string
  readonly enrolledHere: string
  readonly alternative: Readonly<Record<NamedReason | 'problem', string>>
  readonly stopped: string
  /** Where the words for the code did not arrive either. */
  readonly failed: string
  readonly offline: string
  readonly settled: Readonly<Record<NonNullable<Situation['settled']>, string>>
  /** The form asks for it (`valueMissing`). */
  readonly required: string
}
