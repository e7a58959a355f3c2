import type { CeremonyKind } from '../wire/ceremony-options'
import { decodeClaim, decodeEnvelope, type EnvelopeHeader, type SealedClaim } from '../wire/envelope'
import { FaceSealError } from '../wire/errors'
import { transcriptHash } from '../wire/liveness'
import { verifyDeviceSignature } from './device'
import { epochNow } from './digest'
import { openSealed } from './hpke'
import type { ServerKeys } from './keys'
import type { Challenge, FaceSealStore } from './store'

export interface OpenRequest {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  /** Bytes of `outcome.response`. */
  readonly response: Uint8Array
  /** One origin or several on which the page may run. */
  readonly expectedOrigin: string | readonly string[]
  /** Where given, the challenge must have been issued for it: the session's own tenant, purpose and pseudonym. */
  readonly expectedTenant?: string | undefined
  readonly expectedPurpose?: string | undefined
  readonly expectedSubject?: string | undefined
  /** Seconds by which the device's clock may differ; 60. */
  readonly skewSeconds?: number | undefined
  /** Epoch seconds. */
  readonly now?: number | undefined
}

export interface OpenedEnvelope {
  readonly header: EnvelopeHeader
  /** Its template is clear: wiped by the caller when it was compared or stored. */
  readonly claim: SealedClaim
  readonly challenge: Challenge
}

/**
 * Everything about a response that can be checked without knowing who is enrolled, cheapest first. Nothing is used up:
 * the nonce is consumed with the decision, in one transaction.
 * Throws `envelope_malformed`, `envelope_key_unknown`, `origin_mismatch`, `envelope_expired`, `challenge_unknown`,
 * `challenge_expired`, `challenge_consumed`, `challenge_mismatch`, `envelope_unopened`, `device_signature`.
 */
export async function openEnvelope(request: OpenRequest, kind: CeremonyKind): Promise<OpenedEnvelope> {
  const { store, keys, response, now = epochNow() } = request
  const envelope = decodeEnvelope(response)
  const { header } = envelope
  if (!keys.seal.some((key) => key.kid === header.kid)) {
    throw new FaceSealError('envelope_key_unknown', { detail: header.kid })
  }
  checkOrigin(header.origin, request.expectedOrigin)
  checkTimes(header, now, request.skewSeconds)
  const challenge = await loadChallenge(store, header.sid, now)
  checkAgreement(header, challenge, { ...request, kind })
  const plaintext = await openSealed(keys, envelope)
  try {
    const claim = decodeClaim(plaintext)
    try {
      if (claim.kind !== header.kind || claim.bits !== header.bits) {
        throw new FaceSealError('envelope_malformed', { detail: 'claim and header differ' })
      }
      await checkTranscript(header, claim, challenge)
      await verifyDeviceSignature(envelope, claim)
    } catch (cause) {
      claim.template.fill(0) // a copy of its own, and nobody else will have it
      throw cause
    }
    return { header, claim, challenge }
  } finally {
    plaintext.fill(0)
  }
}

/** The transcript's hash must follow from what was asked and what the claim says was done and seen. */
async function checkTranscript(header: EnvelopeHeader, claim: SealedClaim, challenge: Challenge): Promise<void> {
  const { nonce, liveness } = challenge
  const { steps: done, spoofRisk, injectionRisk } = claim
  const asked = { level: liveness.level, asked: liveness.steps }
  if (header.liveness !== (await transcriptHash({ v: 1, nonce, ...asked, done, spoofRisk, injectionRisk }))) {
    throw new FaceSealError('challenge_mismatch', { detail: 'liveness' })
  }
}

/** Throws `origin_mismatch`. */
export function checkOrigin(origin: string, expected: string | readonly string[]): void {
  if (![expected].flat().includes(origin)) throw new FaceSealError('origin_mismatch', { detail: origin })
}

/** Throws `envelope_expired` for an answer past its time or from the future. */
export function checkTimes({ iat, exp }: { iat: number; exp: number }, now: number, skewSeconds = 60): void {
  if (now - skewSeconds >= exp) throw new FaceSealError('envelope_expired', { detail: 'exp is in the past' })
  if (iat > now + skewSeconds) throw new FaceSealError('envelope_expired', { detail: 'iat is in the future' })
}

/** Throws `challenge_unknown`, `challenge_consumed`, `challenge_expired`. */
export async function loadChallenge(store: FaceSealStore, sid: string, now: number): Promise<Challenge> {
  const challenge = await store.transaction((transaction) => transaction.readChallenge(sid))
  if (!challenge) throw new FaceSealError('challenge_unknown')
  if (challenge.consumed) throw new FaceSealError('challenge_consumed')
  if (now >= challenge.expiresAt) throw new FaceSealError('challenge_expired')
  return challenge
}

type Answer = Pick<EnvelopeHeader, 'kind' | 'nonce' | 'origin' | 'tenant' | 'purpose' | 'model'> &
  Partial<Pick<EnvelopeHeader, 'suite' | 'kid' | 'bits'>>

type Expectation = Pick<OpenRequest, 'expectedTenant' | 'expectedPurpose' | 'expectedSubject'> & {
  readonly kind: CeremonyKind
}

/** Throws `challenge_mismatch` with the first field that differs from what was issued or is expected here. */
export function checkAgreement(answer: Answer, challenge: Challenge, expected: Expectation): void {
  const mismatch = (detail: string) => new FaceSealError('challenge_mismatch', { detail })
  if (challenge.kind !== expected.kind) throw mismatch('kind')
  if ((expected.expectedTenant ?? challenge.tenant) !== challenge.tenant) throw mismatch('tenant')
  if ((expected.expectedPurpose ?? challenge.purpose) !== challenge.purpose) throw mismatch('purpose')
  if ((expected.expectedSubject ?? challenge.subject) !== challenge.subject) throw mismatch('subject')
  for (const field of ['kind', 'nonce', 'origin', 'tenant', 'purpose', 'suite', 'kid', 'bits'] as const) {
    const value = answer[field]
    if (value !== undefined && value !== challenge[field]) throw mismatch(field)
  }
  if (!answer.model.startsWith(`${challenge.embedder}.`)) throw mismatch('model')
}
