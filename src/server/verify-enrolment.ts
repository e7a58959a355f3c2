import { FaceSealError } from '../wire/errors'
import { answersChallenge } from '../wire/liveness'
import { requireConsent } from './consent-evidence'
import { consumeOrThrow } from './consume'
import { epochNow } from './digest'
import { recordEvidence } from './evidence'
import { requireLiving } from './live-enrolment'
import { type OpenRequest, openEnvelope } from './open'
import { requirePasskey } from './passkey'
import { markTemplate, replayed, templateDigest } from './replay'
import { sealTemplate } from './template-vault'
import { countersOf, refuseThrottled, type ThrottledClient } from './throttle'

/** A response to an enrolment, and what it must fit. */
export interface EnrolmentRequest extends OpenRequest, ThrottledClient {
  /** Receipts that came along: recorded first, as `recordReceipts` would. */
  readonly consentEvidence?: readonly string[] | undefined
  /** `false` only where the consent records are kept elsewhere. */
  readonly requireConsentEvidence?: boolean | undefined
  /** What `verifyPasskey` found for this response; `false` refuses it. */
  readonly passkey?: boolean | undefined
}

/** A response that was accepted as an enrolment. */
export interface EnrolmentResult {
  readonly enrolled: true
  readonly subject: string
  /** True when it replaced an older template, which is worthless from now on. */
  readonly renewed: boolean
}

/**
 * Takes an enrolment: binds the device key, stores the template encrypted, replaces an older one. One transaction: on
 * any error nothing has changed.
 * Throws what `openEnvelope` throws, and `template_replay`, `consent_evidence`, `reconsent_required`, `rate_limited`, `passkey_required`,
 * `store_unavailable`.
 */
export async function verifyEnrolment(request: EnrolmentRequest): Promise<EnrolmentResult> {
  const { store, keys, now = epochNow(), requireConsentEvidence = true } = request
  requirePasskey(request)
  const { header, claim, challenge } = await openEnvelope(request, 'enrol')
  const { subject, tenant, purpose } = challenge
  if (!answersChallenge(challenge.liveness, claim.steps)) {
    claim.template.fill(0)
    throw new FaceSealError('challenge_mismatch', { detail: 'liveness' })
  }
  try {
    await recordEvidence(request, challenge)
    const binding = { subject, tenant, purpose, model: header.model, bits: claim.bits, device: header.device }
    const template = await sealTemplate(keys, binding, claim.template)
    const digest = await templateDigest(keys.digest, claim.template)
    const counters = await countersOf({ ...request, tenant, subject, device: header.device })
    return await store.transaction(async (transaction) => {
      await consumeOrThrow(transaction, challenge.sid, now)
      await refuseThrottled(transaction, counters, now)
      if (requireConsentEvidence) {
        await requireConsent(
          transaction,
          { ...header, subject, policyHash: challenge.policyHash, transmitted: true },
          now,
        )
      }
      if (!(await markTemplate(transaction, digest, subject, now))) throw replayed()
      await requireLiving(transaction, subject)
      const renewed = (await transaction.readEnrolment(subject)) !== undefined
      await transaction.putEnrolment({
        ...binding,
        ...{ delivery: 'sealed', subjectSalt: challenge.subjectSalt, embedder: challenge.embedder },
        ...{ devicePublicKey: claim.devicePublicKey, consent: header.consent, template },
        ...{ enrolledAt: now, lastUsedAt: now, retainUntil: challenge.retainUntil ?? now },
      })
      return { enrolled: true, subject, renewed }
    })
  } finally {
    claim.template.fill(0)
  }
}
