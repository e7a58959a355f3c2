/** The clips that `test/e2e/clips.ts` makes, as far as a scenario plays them. */
export type ClipName = 'man-a' | 'man-a-again' | 'man-b' | 'no-face' | 'photo'

/** What the tester presses, one for each question that is asked. */
export type Answer = 'agree' | 'refuse'

export interface ScenarioStep {
  readonly act: 'enrol' | 'verify'
  /** Before the camera; missing where it must not come on. */
  readonly clip?: ClipName
  readonly answers: readonly Answer[]
  /** What the tester does at the camera, beside looking into it. */
  readonly meanwhile?: 'withdraw' | 'other-way'
  readonly expected: { readonly state: string; readonly detail: string }
}

export interface Scenario {
  readonly id: ScenarioId
  readonly steps: readonly ScenarioStep[]
  /** An enrolment of the first man comes first, unless one of this visit is there. */
  readonly onEnrolled?: boolean
  /** Folder of the model files: one that the demo's backend serves with a fault. */
  readonly line?: 'slow' | 'tampered' | 'cut'
  readonly guardian?: boolean
  /** The camera is pulled out once it runs. */
  readonly unplug?: boolean
  /** Sealed digests that leave, preparation not counted. */
  readonly sealed: number
}

export const scenarioIds = [
  'happy-path',
  'refuse',
  'refuse-second',
  'under-14',
  'guardian',
  'withdraw',
  'wrong-person',
  'photo-attack',
  'offline',
  'slow-network',
  'camera-lost',
  'tampered-model',
  'expired-challenge',
  'backend-down',
] as const
export type ScenarioId = (typeof scenarioIds)[number]

const both = ['agree', 'agree'] as const

/** An enrolment before a scenario that needs one. */
export const preparation: ScenarioStep = {
  ...{ act: 'enrol', clip: 'man-a', answers: both, expected: { state: 'enrolled', detail: 'backend' } },
}

const list: readonly Scenario[] = [
  {
    id: 'happy-path',
    steps: [
      preparation,
      {
        ...{ act: 'verify', clip: 'man-a-again', answers: both, expected: { state: 'accepted', detail: 'backend' } },
      },
    ],
    sealed: 2,
  },
  {
    id: 'refuse',
    steps: [{ act: 'enrol', answers: ['refuse'], expected: { state: 'alternative', detail: 'declined' } }],
    sealed: 0,
  },
  {
    id: 'refuse-second',
    steps: [
      {
        ...{ act: 'enrol', clip: 'man-a', answers: ['agree', 'refuse'] },
        expected: { state: 'enrolled', detail: 'device' },
      },
    ],
    sealed: 0,
  },
  {
    id: 'under-14',
    steps: [{ act: 'enrol', answers: [], expected: { state: 'alternative', detail: 'under_age' } }],
    sealed: 0,
  },
  {
    id: 'guardian',
    guardian: true,
    steps: [{ act: 'enrol', clip: 'man-a', answers: ['agree'], expected: { state: 'enrolled', detail: 'device' } }],
    sealed: 0,
  },
  {
    id: 'withdraw',
    steps: [
      {
        ...{ act: 'enrol', clip: 'no-face', answers: both, meanwhile: 'withdraw' },
        expected: { state: 'withdrawn', detail: 'consent_withdrawn' },
      },
    ],
    sealed: 0,
  },
  {
    id: 'wrong-person',
    onEnrolled: true,
    steps: [{ act: 'verify', clip: 'man-b', answers: both, expected: { state: 'rejected', detail: 'backend' } }],
    sealed: 1,
  },
  {
    id: 'photo-attack',
    steps: [
      {
        ...{ act: 'enrol', clip: 'photo', answers: both, meanwhile: 'other-way' },
        expected: { state: 'alternative', detail: 'liveness_failed' },
      },
    ],
    sealed: 0,
  },
  {
    id: 'offline',
    line: 'cut',
    steps: [{ act: 'enrol', answers: both, expected: { state: 'error', detail: 'model_unavailable' } }],
    sealed: 0,
  },
  { id: 'slow-network', line: 'slow', steps: [preparation], sealed: 1 },
  {
    id: 'camera-lost',
    unplug: true,
    steps: [
      {
        ...{ act: 'enrol', clip: 'no-face', answers: both, meanwhile: 'other-way' },
        expected: { state: 'alternative', detail: 'camera_lost' },
      },
    ],
    sealed: 0,
  },
  {
    id: 'tampered-model',
    line: 'tampered',
    steps: [{ act: 'enrol', answers: both, expected: { state: 'error', detail: 'model_integrity' } }],
    sealed: 0,
  },
  {
    id: 'expired-challenge',
    steps: [{ act: 'enrol', answers: [], expected: { state: 'error', detail: 'options_expired' } }],
    sealed: 0,
  },
  {
    id: 'backend-down',
    steps: [{ act: 'enrol', answers: [], expected: { state: 'error', detail: 'backend_unavailable' } }],
    sealed: 0,
  },
]

export function scenarioOf(id: string | null): Scenario | undefined {
  return list.find((scenario) => scenario.id === id)
}
