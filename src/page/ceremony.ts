import type { PolicyConfiguration } from '../policy/schema'
import type { CeremonyKind, CeremonyOptionsJSON } from '../wire/ceremony-options'
import { FaceSealError } from '../wire/errors'
import { passiveLiveness } from '../wire/liveness'
import { verifyOptions } from '../wire/options-signature'
import type { CaptureRequest, CaptureResult } from '../wire/worker-protocol'
import { arrived } from './arrived'
import type { CeremonyInit, CeremonyOutcome } from './ceremony-types'
import { consumeGrant, requestConsent } from './consent/gate'
import type { ConsentDecision, ConsentGrant } from './consent/grant'
import { readPolicy } from './policy'
import { type DeviceStore, openDeviceStore, type StoredReceipt } from './store'
import { pendingReceipts } from './submit-receipts'
import { checkSurroundings } from './surroundings'

/** Good frames that are averaged, and milliseconds to get them. */
const capture = { frames: { enrol: 5, verify: 3 }, timeoutMs: 45_000 } as const

/** An outcome, and for a sealed one the grant that its send uses up. */
export interface Performed {
  readonly outcome: CeremonyOutcome
  readonly transmit: ConsentGrant<'transmit'> | null
  /** Its withdrawal ends what is still to be sent; `null` where nothing was granted. */
  readonly process: ConsentGrant<'process'> | null
  /** Every record that the backend has not countersigned yet: its chain has no gaps (L25). */
  readonly pending: readonly StoredReceipt[]
}

type Ended = Omit<Performed, 'pending'>

/** Hands the envelope out, which is the send: it uses the second consent up (L09). */
export async function release(kind: CeremonyKind, init: CeremonyInit): Promise<CeremonyOutcome> {
  const { outcome, transmit } = await performCeremony(kind, init)
  const { tenant, purpose } = init.optionsJSON
  if (transmit) await consumeGrant(transmit, 'transmit', { tenant, purpose })
  return outcome
}

type Granted = Extract<ConsentDecision, { kind: 'granted' }>

let running = false

/**
 * The way through the house, top to bottom: signed options, policy, consent, capture, result. One at a time per page.
 * Camera and worker are gone when it settles. A refusal is an outcome; errors are {@link FaceSealError}s.
 */
export async function performCeremony(kind: CeremonyKind, init: CeremonyInit): Promise<Performed> {
  if (running) throw new FaceSealError('already_running')
  running = true
  try {
    const options = await checkOptions(kind, init)
    const signal = codedSignal(init.signal)
    const { policy } = await readPolicy(options.policy, signal)
    const store = await openDeviceStore()
    try {
      const ended = await askAndCapture({ init, options, policy, store, signal })
      const pending = await pendingReceipts(store, options)
      return { ...ended, outcome: { ...ended.outcome, receipts: pending.map(({ jws }) => jws) }, pending }
    } finally {
      store.close()
    }
  } finally {
    running = false
  }
}

interface Ceremony {
  readonly init: CeremonyInit
  readonly options: CeremonyOptionsJSON
  readonly policy: PolicyConfiguration
  readonly store: DeviceStore
  readonly signal: AbortSignal
}

/** L17, L13: nothing starts from options that were changed, are late, or belong to another page or act. */
async function checkOptions(kind: CeremonyKind, { optionsJSON, expectedSigner, signal }: CeremonyInit) {
  checkSurroundings()
  if (signal?.aborted) throw new FaceSealError('aborted', { cause: signal.reason })
  const { options } = await verifyOptions(optionsJSON, { expectedSigner })
  if (options.kind !== kind) throw new FaceSealError('options_invalid', { detail: `kind is ${options.kind}` })
  if (options.origin !== location.origin) {
    throw new FaceSealError('origin_mismatch', { detail: `options for ${options.origin}` })
  }
  // The key service for portable tokens is not built: a template under another token than asked would match nothing.
  if (options.protection.token !== 'device') {
    throw new FaceSealError('options_invalid', { detail: 'protection.token: only device tokens are supported' })
  }
  return options
}

async function askAndCapture(ceremony: Ceremony): Promise<Ended> {
  const { init, options, policy, store, signal } = ceremony
  init.onProgress?.({ stage: 'consent' })
  const decision = await requestConsent({
    options,
    records: store,
    wantsTransmit: !init.localOnly,
    reason: init.reason ?? 'first',
    signal,
    ...(init.mount && { mount: init.mount }),
    ...(init.locale && { locale: init.locale }),
    ...(init.theme && { theme: init.theme }),
    ...(init.guardianToken && { guardianToken: init.guardianToken }),
  })
  if (decision.kind === 'alternative') {
    const { chosen, reason, receipt } = decision
    return {
      outcome: { kind: 'alternative', chosen, reason, receipts: receipt ? [receipt] : [] },
      transmit: null,
      process: null,
    }
  }
  init.onProgress?.({ stage: 'granted' })
  const request = await prepareRequest(ceremony, decision)
  // What touches camera, models and worker comes after the grant (L01); whoever declines never fetches it.
  const { process: grant } = decision
  const ended = AbortSignal.any([signal, grant.signal])
  const { captureUntilDone } = await arrived(import('./capture/tries'), ended)
  const captured = await captureUntilDone({ init, options, policy, grant, request, signal: ended })
  const { receipts } = decision
  if (captured.kind === 'left') {
    const chosen = policy.alternatives[0]!.id
    return {
      outcome: { kind: 'alternative', chosen, reason: captured.reason, receipts },
      transmit: null,
      process: null,
    }
  }
  await consumeGrant(decision.process, 'process', { purpose: options.purpose, tenant: options.tenant })
  return await deliver(ceremony, decision, captured.result)
}

/** Everything the worker needs beside frames. A local verification without an enrolment ends here, the camera still off. */
async function prepareRequest({ options, store }: Ceremony, decision: Granted): Promise<CaptureRequest> {
  const delivery = decision.transmit ? 'sealed' : 'local'
  const localTemplate =
    delivery === 'local' && options.kind === 'verify' ? await store.readLocalTemplate(options) : undefined
  if (delivery === 'local' && options.kind === 'verify' && !localTemplate) throw new FaceSealError('template_missing')
  const { kind, sid, nonce, tenant, origin, purpose, subjectSalt, protection, seal, exp } = options
  const { liveness = passiveLiveness } = options
  return {
    binding: {
      ...{ kind, sid, nonce, tenant, origin, purpose, subjectSalt, seal, liveness },
      bits: protection.bits,
      maxDistance: protection.maxDistance,
      consent: decision.consentHash,
      notAfter: exp,
    },
    keys: await store.deviceKeys(options),
    delivery,
    ...(localTemplate && { localTemplate }),
    frames: capture.frames[kind],
    // Each movement, the way back from it, and the rest before the first have their own limits inside this one.
    timeoutMs: capture.timeoutMs + 2 * (liveness.steps.length + liveness.substitutes.length) * liveness.stepTimeoutMs,
  }
}

async function deliver({ options, store }: Ceremony, decision: Granted, result: CaptureResult): Promise<Ended> {
  const { receipts, transmit, process } = decision
  switch (result.kind) {
    case 'sealed':
      return { outcome: { kind: 'sealed', response: result.envelope, receipts }, transmit, process }
    case 'local-enrolled': {
      await store.writeLocalTemplate(options, result.template)
      const { statement } = result
      return { outcome: { kind: 'local', verified: undefined, statement, receipts }, transmit: null, process }
    }
    case 'local-verified': {
      const { verified, statement } = result
      return { outcome: { kind: 'local', verified, statement, receipts }, transmit: null, process }
    }
  }
}

/** The caller's signal may carry any reason; ours is always a code. */
function codedSignal(signal: AbortSignal | undefined): AbortSignal {
  const coded = new AbortController()
  const abort = () => coded.abort(new FaceSealError('aborted', { cause: signal?.reason }))
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  return coded.signal
}
