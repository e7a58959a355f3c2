import type { CeremonyKind, CeremonyOptionsJSON } from '../wire/ceremony-options'
import { FaceSealError, isFaceSealErrorCode } from '../wire/errors'
import { verifyOptions } from '../wire/options-signature'
import { type Performed, performCeremony } from './ceremony'
import type { CeremonyInit, CeremonyOutcome } from './ceremony-types'
import { consumeGrant } from './consent/gate'
import { type PasskeyOptions, passkeyHeaders } from './passkey'
import { type FaceSettingsResult, openFaceSettings } from './settings'
import { openDeviceStore } from './store'
import { keepCountersignatures, type ReceiptsAnswer } from './submit-receipts'

export interface ClientInit extends Omit<CeremonyInit, 'optionsJSON'> {
  /** Where the backend's handler is mounted, e.g. `/face`. */
  readonly baseUrl: string
  /** Sent with every request, e.g. the header of your session. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Called before each request: for options, for the records, and the one with the answer. */
  readonly onSend?: ((step: SendStep) => void) | undefined
  /** Where the backend owes it (`passkey` of its handler): the person's passkey signs for the answer before it is sent. */
  readonly passkey?: PasskeyOptions | undefined
}

export type SendStep = 'options' | 'receipts' | 'passkey' | 'response'

/** `device`: the second consent was refused; the backend got a signed yes or no, and nothing else of the face. */
export type ComparedBy = 'backend' | 'device'

/** What the whole conversation with the backend came to. */
export type ClientOutcome =
  | { readonly kind: 'enrolled'; readonly by: ComparedBy }
  /** Yes or no, never a score. */
  | { readonly kind: 'verified'; readonly verified: boolean; readonly by: ComparedBy }
  | Extract<CeremonyOutcome, { kind: 'alternative' }>

/**
 * Enrols against a backend that mounts `createHandler` of `faceseal/server`: options, ceremony, receipts, response.
 * Throws {@link FaceSealError}s of the page and, with the same codes, of the backend.
 */
export async function enrol(init: ClientInit): Promise<ClientOutcome> {
  return await converse('enrol', init)
}

/** Verifies against a backend that mounts `createHandler` of `faceseal/server`. As {@link enrol}. */
export async function verify(init: ClientInit): Promise<ClientOutcome> {
  return await converse('verify', init)
}

/** What {@link settings} needs of {@link ClientInit}. */
export type SettingsClientInit = Pick<
  ClientInit,
  'baseUrl' | 'headers' | 'mount' | 'locale' | 'theme' | 'signal' | 'expectedSigner'
>

/**
 * Opens the face settings (L06, L10, L11, L20) against the same backend: what is held, export, withdrawal, deletion.
 * Throws as {@link openFaceSettings}, and `options_…`, `backend_unavailable`.
 */
export async function settings(init: SettingsClientInit): Promise<FaceSettingsResult> {
  // The options carry the policy and the pseudonym under which things are kept; nothing is started with them.
  const optionsJSON = await settingsOptions(init)
  const { options } = await verifyOptions(optionsJSON, { expectedSigner: init.expectedSigner })
  const { tenant, purpose, subject, policy } = options
  return await openFaceSettings({
    ...{ tenant, purpose, subject, policy },
    backend: {
      withdraw: () => post(init, '/withdraw', json({})),
      sendReceipts: (receipts) => post(init, '/receipts', json({ receipts })),
    },
    ...(init.locale && { locale: init.locale }),
    ...(init.theme && { theme: init.theme }),
    ...(init.mount && { mount: init.mount }),
    ...(init.signal && { signal: init.signal }),
  })
}

/** Refusals of options to verify that are none of options to enrol: a lock; an enrolment whose embedder has no threshold now. */
const enrolInstead: readonly string[] = ['rate_limited', 'configuration_invalid']

/** Whoever cannot verify must still see, export, withdraw and delete (L10, L11, L20). */
async function settingsOptions(init: SettingsClientInit): Promise<CeremonyOptionsJSON> {
  try {
    return await post<CeremonyOptionsJSON>(init, '/verify/options', json({}))
  } catch (error) {
    if (!(error instanceof FaceSealError) || !enrolInstead.includes(error.code)) throw error
    return await post<CeremonyOptionsJSON>(init, '/enrol/options', json({}))
  }
}

async function converse(kind: CeremonyKind, init: ClientInit): Promise<ClientOutcome> {
  init.onSend?.('options')
  const optionsJSON = await post<CeremonyOptionsJSON>(init, `/${kind}/options`, json({}))
  const performed = await performCeremony(kind, { ...init, optionsJSON })
  const { outcome } = performed
  if (outcome.kind === 'alternative') {
    // The person's answer stands whether or not the backend hears of it now (L04); the record goes with the next send.
    await submit(init, performed).catch(() => undefined)
    return outcome
  }
  await submit(init, performed)
  const by = outcome.kind === 'sealed' ? 'backend' : 'device'
  const answer =
    outcome.kind === 'sealed'
      ? await send(init, kind, outcome.response, performed, optionsJSON)
      : await report(init, outcome.statement, performed)
  return kind === 'enrol' ? { kind: 'enrolled', by } : { kind: 'verified', verified: answer.verified === true, by }
}

/** Yes or no of the device; ends with the withdrawal of the first consent (L10). */
async function report(init: ClientInit, statement: string, { process }: Performed): Promise<Answer> {
  process?.signal.throwIfAborted()
  const signals = [init.signal, process?.signal].filter((signal) => signal !== undefined)
  const signal = signals.length > 0 ? AbortSignal.any(signals) : undefined
  const headers = await headersOver(init, new TextEncoder().encode(statement), signal)
  init.onSend?.('response')
  return await post({ ...init, headers, signal }, '/local', { type: 'application/jose', content: statement })
}

/** The headers for the answer: the integrator's, and the passkey's word for exactly these bytes. */
async function headersOver(init: ClientInit, response: Uint8Array, signal: AbortSignal | undefined) {
  if (!init.passkey) return init.headers
  init.onSend?.('passkey')
  const asserted = passkeyHeaders(response, init.passkey, signal).catch((error) => {
    throw stopped(signal) ?? error
  })
  return { ...init.headers, ...(await asserted) }
}

/** The backend refuses a response whose consents it does not know (L25); a refusal is evidence as well. */
async function submit(init: ClientInit, { outcome, pending }: Performed): Promise<void> {
  if (pending.length === 0) return
  init.onSend?.('receipts')
  const receipts = json({ receipts: outcome.receipts })
  const answer = await post<ReceiptsAnswer>(init, '/receipts', receipts)
  const store = await openDeviceStore()
  try {
    await keepCountersignatures(store, pending, answer)
  } finally {
    store.close()
  }
}

/** Of `/enrol`, `/verify` and `/local`. */
interface Answer {
  readonly enrolled?: boolean
  readonly verified?: boolean
}

interface Body {
  readonly type: string
  readonly content: string | Uint8Array<ArrayBuffer>
}

function json(value: object): Body {
  return { type: 'application/json', content: JSON.stringify(value) }
}

/** The send: uses the second consent up at the last moment, and ends with its withdrawal (L10, L19, L21). */
async function send(
  init: ClientInit,
  kind: CeremonyKind,
  response: Uint8Array<ArrayBuffer>,
  { transmit }: Performed,
  { tenant, purpose }: CeremonyOptionsJSON,
): Promise<Answer> {
  if (!transmit) throw new FaceSealError('consent_required', { detail: 'transmit' })
  const destination = addressOf(init, `/${kind}`).origin
  const signal = init.signal ? AbortSignal.any([init.signal, transmit.signal]) : transmit.signal
  const headers = await headersOver(init, response, signal)
  await consumeGrant(transmit, 'transmit', { tenant, purpose, destination })
  init.onSend?.('response')
  return await post({ ...init, headers, signal }, `/${kind}`, { type: 'application/octet-stream', content: response })
}

function addressOf({ baseUrl }: SettingsClientInit, path: string): URL {
  return new URL(`${baseUrl.replace(/\/$/, '')}${path}`, location.href)
}

async function post<T>(init: SettingsClientInit, path: string, { type, content }: Body): Promise<T> {
  let response: Response
  try {
    response = await fetch(addressOf(init, path), {
      method: 'POST',
      headers: { ...init.headers, 'content-type': type },
      body: content,
      credentials: 'same-origin',
      redirect: 'error',
      ...(init.signal && { signal: init.signal }),
    })
  } catch (cause) {
    throw stopped(init.signal) ?? new FaceSealError('backend_unavailable', { detail: path, cause })
  }
  const answer = await response.json().catch(() => undefined)
  if (response.ok && answer !== undefined) return answer as T
  throw answerError(path, response.status, answer)
}

function stopped(signal: AbortSignal | undefined): FaceSealError | undefined {
  if (!signal?.aborted) return undefined
  return signal.reason instanceof FaceSealError ? signal.reason : new FaceSealError('aborted', { cause: signal.reason })
}

/** The backend's code where it gave one: problem details (RFC 9457) with `code`. */
function answerError(path: string, status: number, answer: unknown): FaceSealError {
  const { code, detail, retryAfterSeconds } = (answer ?? {}) as Record<string, unknown>
  if (!isFaceSealErrorCode(code)) {
    return new FaceSealError('backend_unavailable', { detail: `${path}: status ${status}` })
  }
  return new FaceSealError(code, {
    ...(typeof detail === 'string' && { detail }),
    ...(typeof retryAfterSeconds === 'number' && { retryAfterSeconds }),
  })
}
