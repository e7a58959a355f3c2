import type { CeremonyKind, CeremonyOptionsJSON } from '../wire/ceremony-options'
import { FaceSealError } from '../wire/errors'
import { arrived } from './arrived'
import type { CeremonyInit, CeremonyOutcome } from './ceremony-types'
import { type BackendAddress, checkAddresses, json, post } from './http'
import { loadMessages, matchLocale } from './i18n'
import type { PasskeyOptions } from './passkey'
import type { FaceSettingsResult } from './settings'
import { checkSurroundings } from './surroundings'

/**
 * Configuration of {@link enrol} and {@link verify}: that of a ceremony, with the way to the backend in place of options.
 */
export interface ClientInit extends BackendAddress, Omit<CeremonyInit, 'optionsJSON' | 'signal'> {
  /** Called before each request: for options, for the records, and the one with the answer. */
  readonly onSend?: ((step: SendStep) => void) | undefined
  /** Where the backend owes it (`passkey` of its handler): the person's passkey signs for the answer before it is sent. */
  readonly passkey?: PasskeyOptions | undefined
}

/**
 * What is about to be sent: a question for options, the signed records, the passkey's assertion, or the answer itself.
 */
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

async function converse(kind: CeremonyKind, init: ClientInit): Promise<ClientOutcome> {
  checkSurroundings()
  checkAddresses(init)
  init.onSend?.('options')
  // The words are most likely these; fetched beside the rest they cost no round of their own.
  void loadMessages(matchLocale(init.locale ?? navigator.languages)).catch(() => undefined)
  const [optionsJSON, { converse }] = await Promise.all([
    post<CeremonyOptionsJSON>(init, 'options', json({}), kind),
    arrived(import('./converse'), init.signal),
  ])
  return await converse(kind, init, optionsJSON)
}

/** What {@link settings} needs of {@link ClientInit}. */
export type SettingsClientInit = Pick<
  ClientInit,
  'baseUrl' | 'endpoints' | 'headers' | 'mount' | 'locale' | 'theme' | 'signal' | 'expectedSigner'
>

/**
 * Opens the face settings (L06, L10, L11, L20) against the same backend: what is held, export, withdrawal, deletion.
 * Where the backend refuses options to verify (a lock, say), they are asked for as options to enrol, under `baseUrl`; with
 * an empty `baseUrl` and `endpoints.options`, that address must answer for the settings even then.
 * Throws as {@link openFaceSettings}, and `options_…`, `backend_unavailable`, `configuration_invalid`.
 */
export async function settings(init: SettingsClientInit): Promise<FaceSettingsResult> {
  checkAddresses(init)
  // The options carry the policy and the pseudonym under which things are kept; nothing is started with them.
  const [optionsJSON, { openFaceSettings, verifyOptions }] = await Promise.all([
    settingsOptions(init),
    arrived(import('./settings'), init.signal),
  ])
  const { options } = await verifyOptions(optionsJSON, { expectedSigner: init.expectedSigner })
  const { tenant, purpose, subject, policy } = options
  return await openFaceSettings({
    ...{ tenant, purpose, subject, policy },
    backend: {
      withdraw: () => post(init, 'withdraw', json({})),
      sendReceipts: (receipts) => post(init, 'receipts', json({ receipts })),
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
    return await post<CeremonyOptionsJSON>(init, 'options', json({}))
  } catch (error) {
    if (!(error instanceof FaceSealError) || !enrolInstead.includes(error.code)) throw error
    const { baseUrl, endpoints } = init
    // An address of its own is the same for either kind: asked again it would refuse again.
    if (endpoints?.options !== undefined && !baseUrl) throw error
    const underBase = { ...init, endpoints: { ...endpoints, options: undefined } }
    return await post<CeremonyOptionsJSON>(underBase, 'options', json({}), 'enrol')
  }
}
