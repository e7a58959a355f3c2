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

/** What the widget's card says, beside the words of dialog and camera view. A locale that lacks one does not compile. */
export interface ElementMessages {
  readonly title: Readonly<Record<FaceSealMode, string>>
  /** Before anything starts. */
  readonly lead: Readonly<Record<FaceSealMode, string>>
  readonly start: Readonly<Record<FaceSealMode, string>>
  readonly again: string
  readonly preparing: string
  readonly asking: string
  readonly waiting: string
  readonly acceptedHere: string
  /** The comparison on this device alone is not what the page asked for. */
  readonly insufficient: string
  readonly enrolledHere: string
  readonly alternative: Readonly<Record<NamedReason | 'problem', string>>
  readonly offline: string
  readonly settled: Readonly<Record<NonNullable<Situation['settled']>, string>>
  /** The form asks for it (`valueMissing`). */
  readonly required: string
}
