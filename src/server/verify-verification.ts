import type { TemplateBits } from '../wire/ceremony-options'
import { answersChallenge } from '../wire/liveness'
import { requireConsent } from './consent-evidence'
import { consumeOrThrow } from './consume'
import { epochNow, randomBase64url } from './digest'
import { recordEvidence } from './evidence'
import { hammingDistance } from './hamming'
import type { ServerKeys } from './keys'
import { readLiveEnrolment, recordUse } from './live-enrolment'
import { type OpenedEnvelope, openEnvelope } from './open'
import { markTemplate, replayed, templateDigest } from './replay'
import { signStatement } from './sign'
import type { Enrolment, TemplateAtRest } from './store'
import { openTemplate, sealTemplate } from './template-vault'
import { type FalseAcceptLevel, maxDistance, type ThresholdTable } from './thresholds'
import { countersOf, countFailure, type FailedBy, lockThrottles, type ThrottleLimits } from './throttle'
import type { EnrolmentRequest } from './verify-enrolment'

/** A response to a verification, and how it is decided. */
export interface VerificationRequest extends EnrolmentRequest {
  readonly level?: FalseAcceptLevel | undefined
  readonly thresholds?: ThresholdTable | undefined
  readonly limits?: ThrottleLimits | undefined
  /** Highest passive presentation-attack bucket that still verifies, 0..3; 3, the default, never refuses. */
  readonly maxSpoofRisk?: number | undefined
}

/** Why, for the integrator's own eyes: the browser is told yes or no. Never a score. */
export type VerificationReason =
  | 'match'
  | 'mismatch'
  | 'not_enrolled'
  | 'device_unknown'
  | 'model_changed'
  | 'liveness'
  | 'passkey'

/** What the client says of its own capture, in buckets 0..3: for risk rules such as a second factor, never proof. */
export interface CaptureHints {
  /** 0 poor … 3 good. */
  readonly quality: number
  /** 0 none seen … 3 high: a photo or screen before the camera. */
  readonly spoofRisk: number
  /** 0 none seen … 3 high: a camera that is software, or a stream that is none of a camera. */
  readonly injectionRisk: number
}

/** Yes or no, why, and the signed record of it; never a score. */
export interface VerificationResult {
  readonly verified: boolean
  readonly reason: VerificationReason
  readonly subject: string
  readonly hints: CaptureHints
  /** Compact JWS of this server about the result, for the integrator's own records; nothing derived from the face. */
  readonly receipt: string
}

/**
 * Takes a verification and answers yes or no. Whoever is not enrolled costs the same work and is answered in the same
 * way as a stranger's face. Used up in any case: the challenge, the grant, and a try in the failure limits, but for
 * `model_changed`, which is no failure of the person.
 * Throws what `openEnvelope` throws, and `template_replay`, `consent_evidence`, `reconsent_required`, `rate_limited`, `store_unavailable`.
 */
export async function verifyVerification(request: VerificationRequest): Promise<VerificationResult> {
  const { store, keys, now = epochNow(), requireConsentEvidence = true } = request
  const opened = await openEnvelope(request, 'verify')
  const { header, claim, challenge } = opened
  const { subject, sid, tenant, purpose } = challenge
  try {
    await recordEvidence(request, challenge)
    const digest = await templateDigest(keys.digest, claim.template)
    const counters = await countersOf({ ...request, tenant, subject, device: header.device })
    const reason = await store.transaction(async (transaction): Promise<VerificationReason | 'replay'> => {
      await consumeOrThrow(transaction, sid, now)
      await lockThrottles(transaction, counters, now)
      if (requireConsentEvidence) {
        await requireConsent(
          transaction,
          { ...header, subject, policyHash: challenge.policyHash, transmitted: true },
          now,
        )
      }
      const fresh = await markTemplate(transaction, digest, subject, now)
      const enrolment = await readLiveEnrolment(transaction, subject, now)
      const decision = fresh ? await compare(request, opened, enrolment) : 'replay'
      if (decision === 'match') await recordUse(transaction, counters, subject, now)
      else await countFailure(transaction, counters, now, failedBy(decision, enrolment, header.device))
      return decision
    })
    if (reason === 'replay') throw replayed()
    const verified = reason === 'match'
    const statement = { v: 1, id: randomBase64url(16), sid, tenant, purpose, subject, verified, iat: now }
    const receipt = await signStatement(keys.receipts, 'faceseal-verification+jwt', statement)
    const { quality, spoofRisk, injectionRisk } = claim
    return { verified, reason, subject, hints: { quality, spoofRisk, injectionRisk }, receipt }
  } finally {
    claim.template.fill(0)
  }
}

/** After `device_unknown` and `model_changed` nobody knows whether the face was near. */
function failedBy(decision: VerificationReason | 'replay', enrolment: Enrolment | undefined, device: string): FailedBy {
  if (decision === 'model_changed') return 'nobody'
  return enrolment?.device === device ? 'enrolled' : 'stranger'
}

/** Decides. Where there is nothing to compare with, a decoy is decrypted and compared: the same work. */
async function compare(
  {
    keys,
    level,
    thresholds,
    maxSpoofRisk = 3,
    passkey = true,
  }: Pick<VerificationRequest, 'keys' | 'level' | 'thresholds' | 'maxSpoofRisk' | 'passkey'>,
  { header, claim, challenge }: OpenedEnvelope,
  enrolment: Enrolment | undefined,
): Promise<VerificationReason> {
  const { embedder, bits } = challenge
  const limit = maxDistance({ embedder, bits, level, thresholds })
  const comparable = enrolment?.template && enrolment.model === header.model && enrolment.bits === bits
  const reference = comparable
    ? await openTemplate(keys, enrolment, enrolment.template!)
    : await decoyTemplate(keys, claim.bits)
  const near = hammingDistance(reference, claim.template) <= limit
  reference.fill(0)
  if (!enrolment) return 'not_enrolled'
  if (enrolment.device !== header.device) return 'device_unknown'
  // a renewal since these options: their salt, and any template made with it, is void
  if (enrolment.subjectSalt !== challenge.subjectSalt) return 'mismatch'
  if (!comparable) return enrolment.template ? 'model_changed' : 'not_enrolled'
  if (!near) return 'mismatch'
  // Movements that were asked are owed; the client's word for them is a hint, so nothing else is made of them.
  if (!answersChallenge(challenge.liveness, claim.steps) || claim.spoofRisk > maxSpoofRisk) return 'liveness'
  return passkey ? 'match' : 'passkey'
}

const decoyBinding = { subject: 'decoy', tenant: '', purpose: '', model: '', device: '' }
const decoys = new WeakMap<ServerKeys, Map<TemplateBits, Promise<TemplateAtRest>>>()

/** Random bits, encrypted once per key ring and length and opened anew each time, as an enrolled template is. */
async function decoyTemplate(keys: ServerKeys, bits: TemplateBits): Promise<Uint8Array<ArrayBuffer>> {
  const ofRing = decoys.get(keys) ?? new Map<TemplateBits, Promise<TemplateAtRest>>()
  decoys.set(keys, ofRing)
  const binding = { ...decoyBinding, bits }
  const sealed = ofRing.get(bits) ?? sealTemplate(keys, binding, crypto.getRandomValues(new Uint8Array(bits / 8)))
  ofRing.set(bits, sealed)
  return openTemplate(keys, binding, await sealed)
}
