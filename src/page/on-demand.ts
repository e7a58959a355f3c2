import { arrived } from './arrived'
import type { CeremonyInit, CeremonyOutcome } from './ceremony-types'
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
