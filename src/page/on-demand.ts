import { arrived } from './arrived'
import type { CeremonyInit, CeremonyOutcome } from './ceremony-types'
import type { Prefetched, PrefetchInit } from './prefetch'
import type { FaceSettingsInit, FaceSettingsResult } from './settings'

/**
 * Enrols: asks, captures, and answers the sealed template, or keeps it on this device where nothing may be sent.
 * Handing the envelope out is the send: it uses the second consent up (L09).
 * Throws `already_running`, `aborted`, `insecure_context`, and what options, policy, consent, models and worker throw.
 */
export async function startEnrolment(init: CeremonyInit): Promise<CeremonyOutcome> {
  const { release } = await arrived(import('./converse'), init.signal)
  return await release('enrol', init)
}

/** Verifies. As {@link startEnrolment}; also throws `template_missing` and `template_unreadable`. */
export async function startVerification(init: CeremonyInit): Promise<CeremonyOutcome> {
  const { release } = await arrived(import('./converse'), init.signal)
  return await release('verify', init)
}

/**
 * The permanent entry (L06, L10, L11, L20): see what is held, export it, withdraw, delete, or change one's mind after a
 * refusal; each is one press. Resolves when it is closed. Throws `policy_invalid`, `aborted` and the store's codes.
 */
export async function openFaceSettings(init: FaceSettingsInit): Promise<FaceSettingsResult> {
  const settings = await arrived(import('./settings'), init.signal)
  return await settings.openFaceSettings(init)
}

/**
 * Opt-in (L01): has the browser fetch the model files into its own cache before anybody was asked, so that consent is not
 * followed by a wait. Bytes alone: no camera, worker or model is started, the page keeps nothing, the server sees requests
 * for public files without cookies. Waits for the page's own load, then one file after the other at low priority; fetches
 * nothing where the person saves data and the browser says so. Pays where the files are served with a `max-age`.
 * Throws `model_unavailable`, `module_unavailable`, `aborted`; a ceremony does not depend on it.
 */
export async function prefetchModels(init: PrefetchInit = {}): Promise<Prefetched> {
  const { prefetch } = await arrived(import('./prefetch'), init.signal)
  return await prefetch(init)
}
