/** `faceseal`: the headless API of the page. Server, policy and wire types have entries of their own. */
export type {
  CaptureProblem,
  CeremonyInit,
  CeremonyOutcome,
  CeremonyProgress,
} from './page/ceremony-types'
export {
  type ClientInit,
  type ClientOutcome,
  type ComparedBy,
  enrol,
  type SendStep,
  type SettingsClientInit,
  settings,
  verify,
} from './page/client'
export type { AlternativeReason, ConsentGrant } from './page/consent/grant'
export type { BackendAddress, BackendEndpoint } from './page/http'
export { openFaceSettings, prefetchModels, startEnrolment, startVerification } from './page/on-demand'
export { type PasskeyOptions, passkeyHeaders } from './page/passkey'
export type { Prefetched, PrefetchInit } from './page/prefetch'
export type { FaceSettingsInit, FaceSettingsResult, SettingsBackend } from './page/settings'
export type { Theme } from './page/theme'
export type { CeremonyKind, CeremonyOptionsJSON, EmbedderName } from './wire/ceremony-options'
export { decodeEnvelope, type Envelope, type EnvelopeHeader } from './wire/envelope'
export {
  errorCatalogue,
  FaceSealError,
  type FaceSealErrorCode,
  type FaceSealIssue,
  isFaceSealErrorCode,
} from './wire/errors'
export type { LocaleTag } from './wire/locale'
export { packageVersion } from './wire/version'
export type { CaptureProgress, CaptureReport, HintCode, StartReport } from './wire/worker-protocol'
