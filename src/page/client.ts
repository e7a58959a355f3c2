import type { CeremonyKind, CeremonyOptionsJSON } from '../wire/ceremony-options'
import { FaceSealError, isFaceSealErrorCode } from '../wire/errors'
import { type Performed, performCeremony } from './ceremony'
import type { CeremonyInit, CeremonyOutcome } from './ceremony-types'
import { consumeGrant } from './consent/gate'

export interface ClientInit extends Omit<CeremonyInit, 'optionsJSON'> {
  /** Where the backend's handler is mounted, e.g. `/face`. */
  readonly baseUrl: string
  /** Sent with every request, e.g. the header of your session. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Called before the one request that carries the sealed template, and after each answer. */
  readonly onSend?: ((step: SendStep) => void) | undefined
}

export type SendStep = 'options' | 'receipts' | 'response'

/** What the whole conversation with the backend came to. */
export type ClientOutcome =
  /** The backend compared and answers yes or no, never a score. */
  | { readonly kind: 'answered'; readonly verified: boolean }
  /** Compared on this device; the backend got a signed yes or no, nothing derived from the face. */
  | { readonly kind: 'local'; readonly verified: boolean }
  | Extract<CeremonyOutcome, { kind: 'alternative' }>

/**
 * Enrols against a backend that mounts `faceseal/server/http`: options, ceremony, receipts, response.
 * Throws {@link FaceSealError}s of the page and, with the same codes, of the backend.
 */
export async function enrol(init: ClientInit): Promise<ClientOutcome> {
  return await converse('enrol', init)
}

/** Verifies against a backend that mounts `faceseal/server/http`. As {@link enrol}. */
export async function verify(init: ClientInit): Promise<ClientOutcome> {
  return await converse('verify', init)
}

async function converse(kind: CeremonyKind, init: ClientInit): Promise<ClientOutcome> {
  const optionsJSON = await post<CeremonyOptionsJSON>(init, `/${kind}/options`, {})
  init.onSend?.('options')
  const performed = await performCeremony(kind, { ...init, optionsJSON })
  const { outcome } = performed
  if (outcome.receipts.length > 0) {
    // The backend refuses a response whose consents it does not know (L25); a refusal is evidence as well.
    await post(init, '/receipts', { receipts: outcome.receipts })
    init.onSend?.('receipts')
  }
  if (outcome.kind === 'alternative') return outcome
  if (outcome.kind === 'local') {
    const { verified } = await post<{ verified: boolean }>(init, '/local', { statement: outcome.statement })
    init.onSend?.('response')
    return { kind: 'local', verified: verified && outcome.verified !== false }
  }
  const { verified } = await send(init, kind, outcome.response, performed, optionsJSON)
  init.onSend?.('response')
  return { kind: 'answered', verified }
}

/** The send: uses the second consent up at the last moment, and ends with its withdrawal (L10, L19, L21). */
async function send(
  init: ClientInit,
  kind: CeremonyKind,
  response: Uint8Array<ArrayBuffer>,
  { transmit }: Performed,
  { tenant, purpose }: CeremonyOptionsJSON,
): Promise<{ readonly verified: boolean }> {
  if (!transmit) throw new FaceSealError('consent_required', { detail: 'transmit' })
  const destination = addressOf(init, `/${kind}`).origin
  await consumeGrant(transmit, 'transmit', { tenant, purpose, destination })
  const signal = init.signal ? AbortSignal.any([init.signal, transmit.signal]) : transmit.signal
  return await post({ ...init, signal }, `/${kind}`, response)
}

function addressOf({ baseUrl }: ClientInit, path: string): URL {
  return new URL(`${baseUrl.replace(/\/$/, '')}${path}`, location.href)
}

async function post<T>(init: ClientInit, path: string, body: object): Promise<T> {
  const sealed = body instanceof Uint8Array
  const contentType = sealed ? 'application/octet-stream' : 'application/json'
  let response: Response
  try {
    response = await fetch(addressOf(init, path), {
      method: 'POST',
      headers: { ...init.headers, 'content-type': contentType },
      body: sealed ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
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

/** The backend's code where it gave one (`{ error: { code, detail } }`). */
function answerError(path: string, status: number, answer: unknown): FaceSealError {
  const { code, detail, retryAfterSeconds } = (answer as { error?: Record<string, unknown> } | undefined)?.error ?? {}
  if (!isFaceSealErrorCode(code))
    return new FaceSealError('backend_unavailable', { detail: `${path}: status ${status}` })
  return new FaceSealError(code, {
    ...(typeof detail === 'string' && { detail }),
    ...(typeof retryAfterSeconds === 'number' && { retryAfterSeconds }),
  })
}
