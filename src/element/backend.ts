import {
  type CeremonyInit,
  type CeremonyKind,
  type CeremonyOptionsJSON,
  type CeremonyOutcome,
  type ClientInit,
  type ClientOutcome,
  enrol,
  FaceSealError,
  type FaceSettingsInit,
  type FaceSettingsResult,
  openFaceSettings,
  settings,
  startEnrolment,
  startVerification,
  verify,
} from '../index'

/** An outcome that is sent: a sealed response, or the device's signed yes or no. */
export type SentOutcome = Extract<CeremonyOutcome, { kind: 'sealed' | 'local' }>

/** For whoever talks to the backend by functions of their own, instead of `base-url`. Each gets the signal of the run. */
export interface FaceSealBackend {
  /** What `generateEnrolmentOptions` or `generateVerificationOptions` answered, unchanged. */
  options(kind: CeremonyKind, signal: AbortSignal): Promise<CeremonyOptionsJSON>
  /** Compact JWS each, before the answer; also after a refusal (L25). */
  receipts(receipts: readonly string[], signal: AbortSignal): Promise<unknown>
  /** Sends the response or the statement. `id` becomes the form's value. */
  answer(kind: CeremonyKind, outcome: SentOutcome, signal: AbortSignal): Promise<BackendAnswer>
  /** Without it, the widget offers no settings. */
  settings?(signal: AbortSignal): Promise<Omit<FaceSettingsInit, 'mount' | 'locale' | 'theme' | 'signal'>>
}

/** What the page's own functions answer for the widget: whether the face was accepted, and a value for the form. */
export interface BackendAnswer {
  readonly verified?: boolean
  readonly id?: string
}

/** What a run needs of the widget. */
export interface RunInit extends Omit<ClientInit, 'baseUrl' | 'signal'> {
  readonly baseUrl: string | undefined
  readonly backend: FaceSealBackend | undefined
  readonly signal: AbortSignal
}

export type RunOutcome = ClientOutcome & { readonly id?: string | undefined }

/** One ceremony over the headless API. Throws what that throws; anything else of the page's functions is `backend_unavailable`. */
export async function runCeremony(kind: CeremonyKind, init: RunInit): Promise<RunOutcome> {
  const { backend } = init
  if (backend) return await overFunctions(kind, init, backend)
  return await (kind === 'enrol' ? enrol : verify)({ ...init, baseUrl: required(init, ceremonyEndpoints) })
}

export async function runSettings(init: RunInit): Promise<FaceSettingsResult> {
  const { backend, endpoints, headers, mount, locale, theme, signal, expectedSigner } = init
  const around = {
    ...(mount && { mount }),
    ...(locale && { locale }),
    ...(theme && { theme }),
    signal,
  }
  if (!backend)
    return await settings({ baseUrl: required(init, settingsEndpoints), endpoints, headers, expectedSigner, ...around })
  if (!backend.settings) throw new FaceSealError('configuration_invalid', { detail: 'backend.settings' })
  const { settings: ask } = backend
  return await openFaceSettings({ ...(await coded('settings', () => ask(signal))), ...around })
}

async function overFunctions(kind: CeremonyKind, init: RunInit, backend: FaceSealBackend): Promise<RunOutcome> {
  const { signal } = init
  init.onSend?.('options')
  const optionsJSON = await coded('options', () => backend.options(kind, signal))
  const ceremony: CeremonyInit = { ...init, optionsJSON }
  const outcome = await (kind === 'enrol' ? startEnrolment : startVerification)(ceremony)
  const sendReceipts = () => coded('receipts', () => backend.receipts(outcome.receipts, signal))
  if (outcome.kind === 'alternative') {
    // The person's answer stands whether or not the backend hears of it now (L04).
    if (outcome.receipts.length > 0) await sendReceipts().catch(() => undefined)
    return outcome
  }
  init.onSend?.('receipts')
  if (outcome.receipts.length > 0) await sendReceipts()
  init.onSend?.('response')
  const { verified, id } = await coded('answer', () => backend.answer(kind, outcome, signal))
  const by = outcome.kind === 'sealed' ? 'backend' : 'device'
  return kind === 'enrol' ? { kind: 'enrolled', by, id } : { kind: 'verified', verified: verified === true, by, id }
}

async function coded<T>(detail: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    throw cause instanceof FaceSealError ? cause : new FaceSealError('backend_unavailable', { detail, cause })
  }
}

/** Withdrawal as well: no consent without the way back (L10). */
const ceremonyEndpoints = ['options', 'answer', 'local', 'receipts', 'withdraw'] as const
const settingsEndpoints = ['options', 'receipts', 'withdraw'] as const

/** The base address, or none where each address that is needed is given by itself. */
function required({ baseUrl, endpoints }: RunInit, needed: readonly (keyof NonNullable<typeof endpoints>)[]): string {
  const missing = needed.filter((name) => endpoints?.[name] === undefined)
  if (baseUrl !== undefined || missing.length === 0) return baseUrl ?? ''
  const all = missing.length === needed.length ? ['base-url or backend'] : missing.map((name) => `${name}-url`)
  throw new FaceSealError('configuration_invalid', { detail: all.join(', ') })
}
