import type { CeremonyProgress, ClientOutcome, ComparedBy, FaceSealErrorCode } from '../index'

export const modes = ['verify', 'enrol', 'settings'] as const
/** What the widget does: `verify`, `enrol`, or only the `settings` of the person. */
export type FaceSealMode = (typeof modes)[number]

/** Where the widget is. Only `capturing` has the camera's light on. */
export type FaceSealState =
  | 'idle'
  /** The backend is asked for options; or, after the dialog, the camera view is fetched. */
  | 'preparing'
  /** The consent dialog, or the settings, are open. */
  | 'asking'
  /** Models come, with a bar in bytes. */
  | 'loading'
  /** The worker tests itself. */
  | 'starting'
  /** The browser may be asking for the camera. */
  | 'opening'
  | 'capturing'
  /** The person reads what went wrong in front of the camera, and may try again; see `code`. The light is off. */
  | 'problem'
  | 'sending'
  /** Another check runs on this page; this one can start when that is over. */
  | 'waiting'
  | 'accepted'
  | 'rejected'
  | 'enrolled'
  | 'alternative'
  /** The person or the page ended it. */
  | 'stopped'
  | 'error'

/** Why the person goes the other way; a code is a problem in front of the camera. */
export type OtherWayReason = Extract<ClientOutcome, { kind: 'alternative' }>['reason']

/** All that the card is drawn from. */
export interface Situation {
  readonly state: FaceSealState
  readonly mode: FaceSealMode
  /** Of `accepted`, `rejected` and `enrolled`. */
  readonly by?: ComparedBy | undefined
  /** Of `error` and `problem`. */
  readonly code?: FaceSealErrorCode | undefined
  /** Of `error`: the same call may succeed later. */
  readonly retryable?: boolean | undefined
  /** The browser says that there is no network. */
  readonly offline?: boolean | undefined
  /** Of `alternative`. */
  readonly reason?: OtherWayReason | undefined
  /** Of `accepted`: the page asked for a comparison by its backend, and this one was the device's. */
  readonly insufficient?: boolean | undefined
  /** Of `idle` after the settings: what the person did there. */
  readonly settled?: 'withdrawn' | 'deleted' | 'partial' | 'reconsidered' | undefined
}

export type Action = 'start' | 'again' | 'alternative' | 'cancel' | 'settings'

const cameraStates: ReadonlySet<FaceSealState> = new Set(['loading', 'starting', 'opening', 'capturing', 'problem'])

/** In these the camera view stands in the card's place, with words and buttons of its own. */
export function showsCamera({ state }: Situation): boolean {
  return cameraStates.has(state)
}

export function isBusy({ state }: Situation): boolean {
  return state === 'preparing' || state === 'asking' || state === 'sending'
}

/** Buttons of the card, equal in size and looks (L05); wherever a check ends without a result, one of them leads on. */
export function actionsOf(situation: Situation): readonly Action[] {
  const { state, mode } = situation
  if (mode === 'settings') return isBusy(situation) ? ['cancel'] : ['settings']
  switch (state) {
    case 'idle':
      return ['start', 'alternative']
    case 'preparing':
    case 'asking':
    case 'sending':
      return ['cancel']
    case 'accepted':
      return situation.insufficient ? ['again', 'alternative'] : []
    case 'rejected':
    case 'stopped':
    case 'waiting':
      return ['again', 'alternative']
    case 'alternative':
      return afterLeaving(situation)
    case 'error':
      return situation.retryable ? ['again', 'alternative'] : ['alternative']
    default:
      return []
  }
}

/** L06: a refusal stands, and nobody nudges; the settings are where the person lifts it. */
function afterLeaving({ reason }: Situation): readonly Action[] {
  switch (reason) {
    case 'declined':
    case 'declined_before':
      return ['alternative', 'settings']
    case 'under_age':
      return ['alternative']
    default:
      return ['alternative', 'again']
  }
}

/** L10: where nothing runs, withdrawing is one press away. */
export function offersSettings(situation: Situation): boolean {
  const runs = isBusy(situation) || showsCamera(situation) || situation.state === 'waiting'
  return !runs && !actionsOf(situation).includes('settings')
}

/** The state for each step of the ceremony; `captured` is followed by the send. */
export const stageStates = {
  consent: 'asking',
  granted: 'preparing',
  models: 'loading',
  worker: 'starting',
  camera: 'opening',
  capture: 'capturing',
  problem: 'problem',
  captured: 'sending',
} as const satisfies Record<CeremonyProgress['stage'], FaceSealState>
