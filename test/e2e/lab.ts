import policy from '../../demo/policy.json' with { type: 'json' }
import {
  type CeremonyOptionsJSON,
  createHandler,
  createMemoryStore,
  generateServerKeys,
  type HandlerConfig,
  importServerKeys,
} from '../../src/server/index.js'
import { openEnvelope } from '../../src/server/open.js'
import type { LivenessStep } from '../../src/wire/liveness.js'
import { type Answers, answerConsent } from './acts.js'
import type { Visitor } from './harness.js'

/** A backend of its own inside the test, with a clock that can be moved, and its keys at hand to look into templates. */
export interface Lab {
  /** Seconds that its clock is ahead. */
  ahead: number
  options(kind: 'enrol' | 'verify'): Promise<CeremonyOptionsJSON>
  sendReceipts(receipts: readonly string[]): Promise<LabAnswer>
  send(kind: 'enrol' | 'verify', response: Uint8Array, from?: string): Promise<LabAnswer>
  /** The clear template of a response that was not sent yet. */
  templateIn(kind: 'enrol' | 'verify', response: Uint8Array): Promise<Uint8Array>
  /** The movements that such a response names. */
  stepsIn(kind: 'enrol' | 'verify', response: Uint8Array): Promise<readonly LivenessStep[]>
}

/** What the lab asks for beside the face. */
export type LabRules = Pick<HandlerConfig, 'liveness' | 'maxSpoofRisk'>

export interface LabAnswer {
  readonly status: number
  readonly code: string | undefined
  readonly verified: boolean | undefined
}

export async function createLab(origin: string, tenant: string, rules: LabRules = {}): Promise<Lab> {
  const store = createMemoryStore()
  const keys = await importServerKeys(await generateServerKeys())
  const post = async (path: string, type: string, body: BodyInit, from = origin): Promise<Response> =>
    await handler(
      new Request(`${origin}/face${path}`, { method: 'POST', headers: { 'content-type': type, origin: from }, body }),
    )
  const claimIn = async (kind: 'enrol' | 'verify', response: Uint8Array) =>
    (await openEnvelope({ store, keys, response, expectedOrigin: origin }, kind)).claim
  const lab: Lab = {
    ahead: 0,
    async options(kind) {
      return (await (await post(`/${kind}/options`, 'application/json', '{}')).json()) as CeremonyOptionsJSON
    },
    sendReceipts: async (receipts) =>
      await read(await post('/receipts', 'application/json', JSON.stringify({ receipts }))),
    send: async (kind, response, from) =>
      await read(await post(`/${kind}`, 'application/octet-stream', new Uint8Array(response), from)),
    templateIn: async (kind, response) => (await claimIn(kind, response)).template,
    stepsIn: async (kind, response) => (await claimIn(kind, response)).steps,
  }
  const handler = createHandler({
    ...rules,
    ...{ store, keys, policy, tenant, purpose: policy.purpose.id, expectedOrigin: origin },
    resolveSubject: async () => 'the-one-account',
    now: () => Math.floor(Date.now() / 1000) + lab.ahead,
  })
  return lab
}

async function read(response: Response): Promise<LabAnswer> {
  const { code, verified } = (await response.json()) as { code?: string; verified?: boolean }
  return { status: response.status, code, verified }
}

/** What `startEnrolment` or `startVerification` came to, in a form that crosses to the test. */
export interface PageOutcome {
  readonly kind?: 'sealed' | 'local' | 'alternative'
  readonly response: Uint8Array
  readonly receipts: readonly string[]
  readonly code?: string
  readonly reason?: string
}

/** Runs the headless API in the visitor's page with options of a lab, and answers the dialog. */
export async function performWith(
  visitor: Visitor,
  optionsJSON: CeremonyOptionsJSON,
  answers?: Answers,
): Promise<PageOutcome> {
  await beginWith(visitor, optionsJSON)
  await answerConsent(visitor, answers)
  return await outcomeOf(visitor)
}

/** The same without answering; {@link outcomeOf} waits for the end. */
export async function beginWith({ page }: Visitor, optionsJSON: unknown): Promise<void> {
  await page.evaluate((given) => {
    const options = given as CeremonyOptionsJSON
    const { startEnrolment, startVerification } = globalThis.faceseal
    const start = options.kind === 'enrol' ? startEnrolment : startVerification
    globalThis.outcome = start({
      optionsJSON: options,
      locale: 'en',
      mount: document.querySelector('#mount') ?? document.body,
    })
    // Looked at later; until then it is nobody's unhandled rejection.
    globalThis.outcome.catch(() => undefined)
  }, optionsJSON)
}

export async function outcomeOf({ page }: Visitor): Promise<PageOutcome> {
  const { response, ...rest } = await page.evaluate(() =>
    globalThis.outcome.then(
      (outcome) => ({
        kind: outcome.kind,
        receipts: [...outcome.receipts],
        response: outcome.kind === 'sealed' ? Array.from(outcome.response) : [],
        ...(outcome.kind === 'alternative' && { reason: outcome.reason }),
      }),
      (error) => ({ receipts: [], response: [], code: String(error.code ?? error) }),
    ),
  )
  return { ...rest, response: Uint8Array.from(response) }
}

declare global {
  /** The QA page puts the whole headless API here. */
  var faceseal: typeof import('../../src/index.js')
  var outcome: Promise<import('../../src/index.js').CeremonyOutcome>
}
