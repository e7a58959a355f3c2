import type { CeremonyKind, CeremonyOptionsJSON } from '../wire/ceremony-options'
import { FaceSealError } from '../wire/errors'
import { arrived } from './arrived'
import { type Performed, performCeremony } from './ceremony'
import type { ClientInit, ClientOutcome } from './client'
import { consumeGrant } from './consent/gate'
import { addressOf, json, post } from './http'
import { stopped } from './stopped'
import { openDeviceStore } from './store'
import { keepCountersignatures, type ReceiptsAnswer } from './submit-receipts'

export { release } from './ceremony'

/** From the backend's options to its answer: ceremony, receipts, response. */
export async function converse(
  kind: CeremonyKind,
  init: ClientInit,
  optionsJSON: CeremonyOptionsJSON,
): Promise<ClientOutcome> {
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
  return await post({ ...init, headers, signal }, 'local', { type: 'application/jose', content: statement })
}

/** The headers for the answer: the integrator's, and the passkey's word for exactly these bytes. */
async function headersOver(init: ClientInit, response: Uint8Array, signal: AbortSignal | undefined) {
  if (!init.passkey) return init.headers
  init.onSend?.('passkey')
  const { passkeyHeaders } = await arrived(import('./passkey'), signal)
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
  const answer = await post<ReceiptsAnswer>(init, 'receipts', receipts)
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

/** The send: uses the second consent up at the last moment, and ends with its withdrawal (L10, L19, L21). */
async function send(
  init: ClientInit,
  kind: CeremonyKind,
  response: Uint8Array<ArrayBuffer>,
  { transmit }: Performed,
  { tenant, purpose }: CeremonyOptionsJSON,
): Promise<Answer> {
  if (!transmit) throw new FaceSealError('consent_required', { detail: 'transmit' })
  const destination = addressOf(init, 'answer', kind).origin
  const signal = init.signal ? AbortSignal.any([init.signal, transmit.signal]) : transmit.signal
  const headers = await headersOver(init, response, signal)
  await consumeGrant(transmit, 'transmit', { tenant, purpose, destination })
  init.onSend?.('response')
  const body = { type: 'application/octet-stream', content: response }
  return await post({ ...init, headers, signal }, 'answer', body, kind)
}
