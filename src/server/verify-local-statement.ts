import { base64url, calculateJwkThumbprint, decodeProtectedHeader, type JWK } from 'jose'
import * as v from 'valibot'
import { FaceSealError } from '../wire/errors'
import { verifyCompactJws } from '../wire/jws'
import { type LocalStatement, localStatementSchema, localStatementType } from '../wire/local-statement'
import { requireConsent } from './consent-evidence'
import { consumeOrThrow } from './consume'
import { concat, epochNow } from './digest'
import { recordEvidence } from './evidence'
import { readLiveEnrolment, recordUse, requireLiving } from './live-enrolment'
import { checkAgreement, checkOrigin, checkTimes, loadChallenge } from './open'
import { requirePasskey } from './passkey'
import type { StoreTransaction } from './store'
import { countersOf, countFailure, lockThrottles, type ThrottleLimits } from './throttle'
import type { EnrolmentRequest } from './verify-enrolment'

/** A device's signed word about a ceremony of which nothing else was sent, and what it must fit. */
export interface LocalStatementRequest extends Omit<EnrolmentRequest, 'response'> {
  /** Compact JWS of the device about what it found by itself. */
  readonly statement: string
  readonly limits?: ThrottleLimits | undefined
}

/** A device's word that was accepted: signed by the enrolled key, over the stored nonce. */
export interface LocalStatementResult {
  readonly kind: 'enrol' | 'verify'
  /** For `verify` what the enrolled device says; for `enrol` true, the device key is registered. */
  readonly verified: boolean
  readonly subject: string
}

/**
 * The `local` outcome: consent (2) was refused, the comparison took place on the device, and nothing derived from the
 * face but yes or no comes here (O19 art. 8, L19). Enrolment registers the device key; a verdict counts only when that
 * key signed it. Throws `request_invalid`, `origin_mismatch`, `envelope_expired`, `challenge_…`, `device_signature`,
 * `device_unknown`, `consent_evidence`, `reconsent_required`, `rate_limited`, `passkey_required`, `store_unavailable`.
 */
export async function verifyLocalStatement(request: LocalStatementRequest): Promise<LocalStatementResult> {
  const { store, now = epochNow(), requireConsentEvidence = true, passkey = true } = request
  const { statement, device, devicePublicKey } = await readStatement(request.statement)
  checkOrigin(statement.origin, request.expectedOrigin)
  checkTimes(statement, now, request.skewSeconds)
  const challenge = await loadChallenge(store, statement.sid, now)
  checkAgreement(statement, challenge, { ...request, kind: statement.kind })
  await recordEvidence({ ...request, response: new Uint8Array() }, challenge)
  const { subject, tenant, purpose, subjectSalt, embedder, bits, policyHash } = challenge
  const { kind, model, consent, verified, origin } = statement
  if (kind === 'enrol') requirePasskey(request)

  const counters = await countersOf({ ...request, tenant, subject, device })
  const known = await store.transaction(async (transaction) => {
    await consumeOrThrow(transaction, challenge.sid, now)
    await lockThrottles(transaction, counters, now)
    if (requireConsentEvidence) {
      await requireConsent(
        transaction,
        { subject, tenant, purpose, origin, device, consent, policyHash, transmitted: false },
        now,
      )
    }
    if (kind === 'enrol') {
      await requireLiving(transaction, subject)
      await transaction.putEnrolment({
        ...{ subject, tenant, purpose, delivery: 'local', subjectSalt, embedder, model, bits },
        ...{ device, devicePublicKey, consent, template: null, enrolledAt: now, lastUsedAt: now },
        retainUntil: challenge.retainUntil ?? now,
      })
      return true
    }
    const enrolled = await isEnrolledDevice(transaction, subject, device, now)
    if (enrolled && verified && passkey) await recordUse(transaction, counters, subject, now)
    else await countFailure(transaction, counters, now, enrolled ? 'enrolled' : 'stranger')
    return enrolled
  })
  if (!known) throw new FaceSealError('device_unknown')
  return { kind, verified: kind === 'enrol' || (verified && passkey), subject }
}

/**
 * The same answer for an unknown person and another device: neither tells who is enrolled. An enrolment that the backend
 * compares is not for the device to decide: its key alone would then do without the face.
 */
async function isEnrolledDevice(
  transaction: StoreTransaction,
  subject: string,
  device: string,
  now: number,
): Promise<boolean> {
  const held = await readLiveEnrolment(transaction, subject, now)
  return held?.delivery === 'local' && held.device === device
}

async function readStatement(jws: string) {
  let payload: Uint8Array
  let jwk: JWK
  let device: string
  try {
    const header = decodeProtectedHeader(jws)
    if (header.typ !== localStatementType) throw new TypeError('typ')
    jwk = header.jwk as JWK
    device = await calculateJwkThumbprint(jwk)
    payload = (await verifyCompactJws(jws)).payload
  } catch (cause) {
    throw new FaceSealError('device_signature', { detail: 'local statement', cause })
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), localStatementSchema), new TextDecoder().decode(payload))
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw new FaceSealError('request_invalid', { detail: `statement: ${v.getDotPath(issue) ?? issue.message}` })
  }
  const statement: LocalStatement = parsed.output
  const devicePublicKey = concat(Uint8Array.of(4), base64url.decode(jwk.x!), base64url.decode(jwk.y!))
  return { statement, device, devicePublicKey }
}
