import { type ClientInit, packageVersion } from 'faceseal'
import type { fetchClip, installClipCamera } from './clip-camera'
import { startCoach } from './coach'
import type { Recorder } from './recorder'
import type { Report, ReportCheck, ReportStep } from './report'
import type { ScenarioWords } from './scenario-words'
import { preparation, type Scenario, type ScenarioStep } from './scenarios'

/** Where a ceremony ended: `data-state` and `data-detail` of the page's state line. */
export interface Ending {
  readonly state: string
  readonly detail: string
}

export interface ScenarioStage {
  readonly camera: ReturnType<typeof installClipCamera>
  readonly clipOf: typeof fetchClip
  readonly useClips: boolean
  readonly recorder: Recorder
  readonly language: string
  readonly words: () => ScenarioWords
  /** One ceremony of this page, as its buttons start it. */
  perform(act: ScenarioStep['act'], session: SessionRequest, extra: Partial<ClientInit>): Promise<Ending>
}

export interface SessionRequest {
  readonly account: string
  readonly scenario?: string
}

/** Most bytes of a sealed digest. */
const maxDigest = 1024
/** So often the bar moves at least, where the line is slow. */
const leastMoves = 8
const enrolledKey = 'faceseal-demo-enrolled'

/** Runs the steps one after the other, then checks what should hold. Never throws: what goes wrong is a result. */
export async function runScenario(scenario: Scenario, stage: ScenarioStage): Promise<Report> {
  const { recorder, camera } = stage
  const startedAt = new Date().toISOString()
  const known = scenario.onEnrolled ? sessionStorage.getItem(enrolledKey) : null
  const account = known ?? `qa-${crypto.randomUUID().slice(0, 8)}`
  recorder.clear()
  camera.forget()
  const steps: ReportStep[] = []
  const checks: ReportCheck[] = []
  if (scenario.onEnrolled && !known) {
    steps.push((await performStep(scenario, preparation, account, stage)).report)
    if (steps[0]?.passed) sessionStorage.setItem(enrolledKey, account)
  }
  const prepared = recorder.requests().length
  const preparedTracks = camera.tracks().length
  for (const step of scenario.steps) {
    const { report, asked } = await performStep(scenario, step, account, stage)
    steps.push({ ...report, part: 'scenario' })
    checks.push(
      check(
        'outcome',
        `${step.expected.state} ${step.expected.detail}`,
        `${report.actual.state} ${report.actual.detail}`,
      ),
      check('asked', step.answers.length, asked),
    )
    if (!report.passed) break
  }
  if (scenario.id === 'happy-path' && steps[0]?.passed) sessionStorage.setItem(enrolledKey, account)
  const sizes = recorder.requests().flatMap(({ request: { header, bytes } }) => (header ? [bytes] : []))
  const largest = Math.max(0, ...sizes)
  const needsCamera = scenario.steps.some(({ clip }) => clip !== undefined)
  checks.push(
    check('sealed', scenario.sealed, recorder.sealed(prepared)),
    { name: 'size', expected: `≤ ${maxDigest}`, actual: `${largest}`, passed: largest <= maxDigest },
    check('foreign', 0, recorder.foreign()),
    check('opened', needsCamera, camera.tracks().length > preparedTracks),
    check('dark', 0, camera.tracks().filter(({ readyState }) => readyState !== 'ended').length),
  )
  if (scenario.line === 'slow') {
    const moves = recorder.loads()
    checks.push({ name: 'bar', expected: `≥ ${leastMoves}`, actual: `${moves}`, passed: moves >= leastMoves })
  }
  const { userAgent } = navigator
  return {
    v: 1,
    ...{ scenario: scenario.id, startedAt, steps, checks, version: packageVersion, language: stage.language },
    passed: steps.every(({ passed }) => passed) && checks.every(({ passed }) => passed),
    browser: { userAgent, width: innerWidth, height: innerHeight, pixelRatio: devicePixelRatio },
    ...recorder.finish(),
  }
}

async function performStep(scenario: Scenario, step: ScenarioStep, account: string, stage: ScenarioStage) {
  const { recorder, camera } = stage
  const { act, clip, expected } = step
  const frames = clip && stage.useClips ? await stage.clipOf(clip).catch(() => undefined) : undefined
  camera.insert(frames)
  recorder.clearStep()
  const coach = startCoach(step, stage.words)
  const began = performance.now()
  const perform = async (): Promise<Ending> => {
    const guardianToken = scenario.guardian ? await guardianConsent(account) : undefined
    return stage.perform(
      act,
      { account, scenario: scenario.id },
      {
        localOnly: false,
        deviceId: undefined,
        ...(scenario.line && { assetBase: `/demo/models/${scenario.line}/` }),
        ...(guardianToken !== undefined && { guardianToken }),
        onProgress: (progress) => {
          if (progress.stage === 'models') recorder.loading()
          if (progress.stage === 'capture' && scenario.unplug && frames) camera.unplug()
        },
      },
    )
  }
  try {
    const actual = await perform().catch((error): Ending => ({ state: 'error', detail: String(error) }))
    const milliseconds = Math.round(performance.now() - began)
    coach.ended()
    while (coach.settingsOpen()) await new Promise((resolve) => setTimeout(resolve, 100))
    const report: ReportStep = {
      ...{ act, part: 'preparation', clip: frames && clip ? clip : null, expected, actual, milliseconds },
      camera: clip === undefined ? 'none' : frames ? 'clip' : 'device',
      passed: actual.state === expected.state && actual.detail === expected.detail,
      ...recorder.step(),
    }
    return { report, asked: coach.asked() }
  } finally {
    coach.stop()
    camera.insert(undefined)
  }
}

function check(name: string, expected: unknown, actual: unknown): ReportCheck {
  return { name, expected: String(expected), actual: String(actual), passed: String(expected) === String(actual) }
}

/** The guardian's part, done elsewhere: this backend plays the guardian's own session. */
async function guardianConsent(child: string): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch('/demo/guardian', { method: 'POST', headers, body: JSON.stringify({ child }) })
  const { token } = (await response.json()) as { readonly token: string }
  return token
}
