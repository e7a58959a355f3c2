import { FlattenedSign } from 'jose'
import type { CeremonyKind, CeremonyOptionsJSON, EmbedderName, SealSuite, TemplateBits } from '../wire/ceremony-options'
import { FaceSealError } from '../wire/errors'
import { optionsSignatureType, optionsSigningInput, type UnsignedCeremonyOptions } from '../wire/options-signature'
import { epochNow, keyedDigest, randomBase64url } from './digest'
import type { ServerKeys } from './keys'
import { drawLiveness, type LivenessRequest } from './liveness'
import { retentionEnd, termsOf } from './policy-terms'
import type { Challenge, FaceSealStore } from './store'
import { type SubjectReference, subjectOf } from './subject'
import { type FalseAcceptLevel, maxDistance, type ThresholdTable } from './thresholds'
import { countersOf, refuseThrottled, type ThrottledClient } from './throttle'

/** Options for one ceremony: for whom, for what, on which page, under which policy. */
export interface CeremonyRequest extends ThrottledClient {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  readonly subject: SubjectReference
  readonly tenant: string
  readonly purpose: string
  /** Where the page runs. */
  readonly origin: string
  /** Configuration of notice and flow (`faceseal/policy`), its purpose the one above; its hash binds the challenge. */
  readonly policy: CeremonyOptionsJSON['policy']
  readonly embedder?: EmbedderName | undefined
  readonly bits?: TemplateBits | undefined
  readonly suite?: SealSuite | undefined
  readonly level?: FalseAcceptLevel | undefined
  readonly thresholds?: ThresholdTable | undefined
  /** Random movements, or passive when missing. */
  readonly liveness?: LivenessRequest | undefined
  /** Time to read the notice and capture; 600 s. The envelope lives at most 120 s of it. */
  readonly ttlSeconds?: number | undefined
  /** Epoch seconds. */
  readonly now?: number | undefined
}

/**
 * Options for an enrolment or a renewal: a fresh salt, so that after the renewal the old template is worthless. Never
 * locked by failures: the settings begin with them, for whoever is locked out must still see, withdraw and delete.
 * Throws `configuration_invalid`, `policy_invalid`, `request_invalid`, `store_unavailable`.
 */
export async function generateEnrolmentOptions(request: CeremonyRequest): Promise<CeremonyOptionsJSON> {
  const subject = await subjectOf(request)
  return generateOptions(request, 'enrol', subject, {
    subjectSalt: randomBase64url(32),
    embedder: request.embedder ?? 'mobilefacenet',
    bits: request.bits ?? 2048,
  })
}

/**
 * Options for a verification. For one who is not enrolled they look the same, with a salt that is stable and says
 * nothing: asking for options does not tell who is enrolled.
 * Throws `configuration_invalid`, `policy_invalid`, `request_invalid`, `rate_limited`, `store_unavailable`.
 */
export async function generateVerificationOptions(request: CeremonyRequest): Promise<CeremonyOptionsJSON> {
  const { store, keys, now = epochNow() } = request
  const subject = await subjectOf(request)
  const decoySalt = await keyedDigest(keys.digest, ['faceseal/decoy-salt/v1', subject])
  const counters = await countersOf({ ...request, subject })
  const enrolment = await store.transaction(async (transaction) => {
    await refuseThrottled(transaction, counters, now)
    return transaction.readEnrolment(subject)
  })
  return generateOptions(request, 'verify', subject, {
    subjectSalt: enrolment?.subjectSalt ?? decoySalt,
    embedder: enrolment?.embedder ?? request.embedder ?? 'mobilefacenet',
    bits: enrolment?.bits ?? request.bits ?? 2048,
  })
}

async function generateOptions(
  { store, keys, tenant, purpose, origin, policy, suite = 'P256', ...rest }: CeremonyRequest,
  kind: CeremonyKind,
  subject: string,
  template: Pick<Challenge, 'subjectSalt' | 'embedder' | 'bits'>,
): Promise<CeremonyOptionsJSON> {
  const { level, thresholds, ttlSeconds = 600, now = epochNow() } = rest
  const seal = keys.seal.find((key) => key.suite === suite)
  if (!seal) throw new FaceSealError('configuration_invalid', { detail: `keys: no ${suite} recipient` })
  const { embedder, bits, subjectSalt } = template
  const liveness = drawLiveness(rest.liveness)
  const unsigned: UnsignedCeremonyOptions = {
    v: 1,
    kind,
    sid: randomBase64url(16),
    nonce: randomBase64url(16),
    iat: now,
    exp: now + ttlSeconds,
    tenant,
    origin,
    purpose,
    subject,
    subjectSalt,
    embedder,
    protection: {
      scheme: 'srht-sign/v1',
      bits,
      token: 'device',
      maxDistance: maxDistance({ embedder, bits, level, thresholds }),
    },
    seal: { suite, kid: seal.kid, publicKey: seal.publicKey },
    liveness,
    policy,
  }
  const { sid, nonce, iat, exp } = unsigned
  const terms = termsOf(policy, purpose)
  const policyHash = await terms.hash
  const retainUntil = kind === 'enrol' ? retentionEnd(terms, now) : null
  const challenge: Challenge = {
    ...{
      sid,
      nonce,
      kind,
      tenant,
      origin,
      purpose,
      subject,
      subjectSalt,
      embedder,
      bits,
      suite,
      policyHash,
      liveness,
      retainUntil,
    },
    ...{ kid: seal.kid, issuedAt: iat, expiresAt: exp },
  }
  await store.transaction((transaction) => transaction.addChallenge(challenge))
  return { ...unsigned, signature: await signOptions(keys, unsigned) }
}

/** Detached JWS (RFC 7515 appendix F): the key rides in the header, its thumbprint is what the page pins. */
async function signOptions({ options }: ServerKeys, unsigned: UnsignedCeremonyOptions): Promise<string> {
  const jws = await new FlattenedSign(optionsSigningInput(unsigned))
    .setProtectedHeader({ alg: 'ES256', kid: options.kid, typ: optionsSignatureType, jwk: options.publicJwk })
    .sign(options.privateKey)
  return `${jws.protected}..${jws.signature}`
}
