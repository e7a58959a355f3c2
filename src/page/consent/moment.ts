import { base64url } from 'jose'
import { decide, type PolicyDecision } from '../../policy/decide'
import type { DecisionContext } from '../../policy/guards'
import { policyHash } from '../../policy/material'
import type { PolicyRule } from '../../policy/rule-schema'
import type { AgeStatus, PolicyConfiguration } from '../../policy/schema'
import { FaceSealError } from '../../wire/errors'
import { jwsHeader, publicJwkOf } from '../../wire/es256'
import type { GuardianToken } from '../../wire/guardian'
import { loadMessages, type Messages, matchLocale } from '../i18n'
import { readPolicy } from '../policy'
import type { KeptRefusal, StoreScope } from '../store'
import { checkAlternatives } from './alternatives'
import type { ConsentRequest } from './grant'
import { verifyGuardianToken } from './guardian'
import { readReceipt } from './ledger'
import type { ReceiptContext } from './receipt-draft'
import { expireLocalTemplate, honourStanding, type Standing } from './standing'

/** Everything that is known before anybody is asked. */
export interface Moment {
  readonly request: ConsentRequest
  readonly policy: PolicyConfiguration
  readonly rules: readonly PolicyRule[]
  readonly policyHash: string
  readonly scope: StoreScope
  readonly words: Messages
  /** Epoch seconds. */
  readonly now: number
  readonly guardian: GuardianToken | undefined
  readonly age: AgeStatus | 'not-asked'
  readonly personAsked: boolean
  readonly refused: { readonly process: KeptRefusal | undefined; readonly transmit: KeptRefusal | undefined }
  readonly standing: { readonly process: Standing; readonly transmit: Standing }
}

/** Checks everything that can be checked without a word to the person; the same for every call, so that no path skips it. */
export async function readMoment(request: ConsentRequest): Promise<Moment> {
  const { options, records, signal } = request
  if (signal?.aborted) throw new FaceSealError('aborted', { cause: signal.reason })
  const now = Math.floor(Date.now() / 1000)
  if (now >= options.exp) throw new FaceSealError('options_expired')
  const { policy, rules } = await readPolicy(options.policy, signal)
  // L13: the notice speaks of the purpose that keys and envelope are bound to.
  if (policy.purpose.id !== options.purpose)
    throw new FaceSealError('consent_scope', { detail: 'options.policy.purpose.id' })
  refuseEnrolmentWithoutRetention(policy, request)
  const hash = await policyHash(policy)
  const scope = { tenant: options.tenant, purpose: options.purpose, subject: options.subject }
  if (await records.isConsumed(scope, 'process', options.sid)) throw new FaceSealError('consent_consumed')
  await checkAlternatives(policy, signal)
  const guardian = await readGuardian(request, scope, hash, now)
  const words = await loadMessages(matchLocale(request.locale ?? navigator.languages, policy.locales), signal)
  const partial = { request, policy, policyHash: hash, scope, words, now, guardian }
  const age = await knownAge(policy, request, scope)
  const context = receiptContext({ ...partial, age })
  await expireLocalTemplate(records, context)
  return {
    ...partial,
    rules,
    age,
    personAsked: request.reason === 'settings' && isPersonActing(),
    refused: {
      process: await records.getRefusal(scope, 'process'),
      transmit: await records.getRefusal(scope, 'transmit'),
    },
    standing: {
      process: await honourStanding(records, 'process', context),
      transmit: await honourStanding(records, 'transmit', context),
    },
  }
}

/** L12, L03: "this time only" and a stored enrolment contradict each other, so the notice would lie. */
function refuseEnrolmentWithoutRetention(policy: PolicyConfiguration, { options }: ConsentRequest): void {
  if (options.kind !== 'enrol' || policy.retention.kind !== 'single-use') return
  const issue = {
    rule: 'L12 enrolment needs an end of storage',
    ids: ['L03', 'L12'],
    path: 'retention',
    message: 'single-use, but enrolment stores a digest',
    remedy: 'Give days or a date in `retention` for policies that enrol.',
  }
  throw new FaceSealError('policy_invalid', { detail: issue.message, issues: [issue] })
}

/** L06: a page can say "the person asked"; the browser knows whether a person did anything. */
function isPersonActing(): boolean {
  return navigator.userActivation?.isActive ?? true
}

async function readGuardian(
  request: ConsentRequest,
  scope: StoreScope,
  hash: string,
  now: number,
): Promise<GuardianToken | undefined> {
  const { guardianToken, options, records } = request
  if (guardianToken === undefined) return undefined
  const { thumbprint } = await records.recordKey(scope)
  // The key in the options' signature, which was verified before.
  const signer = publicJwkOf(jwsHeader(options.signature).jwk)
  return verifyGuardianToken({ token: guardianToken, signer, options, policyHash: hash, ownDevice: thumbprint, now })
}

/** L07: the integrator's word, or what the person declared at an earlier consent on this device. */
async function knownAge(
  policy: PolicyConfiguration,
  { records }: ConsentRequest,
  scope: StoreScope,
): Promise<AgeStatus | 'not-asked'> {
  if (policy.age.source === 'integrator') return policy.age.status
  const { thumbprint } = await records.recordKey(scope)
  const declared = (await records.listReceipts(thumbprint))
    .map(({ jws }) => readReceipt(jws))
    .filter(({ event, age }) => event === 'grant' && age.source === 'declaration')
    .at(-1)
  return declared?.age.status ?? 'not-asked'
}

/** What the rules say at this moment (`policy/decide`). */
export function decideFor(moment: Moment, step: 'process' | 'transmit', age: Moment['age']): PolicyDecision {
  const { policy, rules, guardian, personAsked } = moment
  const standing = moment.standing[step]
  const context: DecisionContext = {
    step,
    secureContext: globalThis.isSecureContext,
    configurationIssues: 0,
    alternativesWork: true,
    age,
    guardianToken: guardian ? 'valid' : 'none',
    refusedBefore: moment.refused[step] !== undefined,
    personAsked,
    grant: standing.state,
    grantForm: standing.state === 'live' ? standing.form : policy.consentForm,
    purposeMatches: true,
    recipientListed: policy.recipients !== 'none',
    deceased: false,
  }
  return decide(rules, policy, context)
}

/** The common part of every receipt of this moment. */
export function receiptContext(
  moment: Pick<Moment, 'request' | 'policy' | 'policyHash' | 'scope' | 'words' | 'now' | 'guardian' | 'age'>,
  age = moment.age,
): ReceiptContext {
  const { request, policy, policyHash, scope, words, guardian } = moment
  return {
    scope,
    policy,
    policyHash,
    origin: request.options.origin,
    locale: words.locale,
    occasion: request.options.kind,
    sid: request.options.sid,
    age: {
      source: guardian ? 'guardian' : policy.age.source,
      status: age === 'not-asked' ? 'unknown' : age,
    },
    guardian: guardian?.jti,
    // The person may have read for a while: a record bears the time of the act.
    now: Math.floor(Date.now() / 1000),
  }
}

/** Salt and digest of a typed name (L08): SHA-256 over salt ‖ UTF-8 name. */
export async function digestName(name: string): Promise<{ readonly salt: string; readonly digest: string }> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const text = new TextEncoder().encode(name)
  const joined = new Uint8Array(salt.length + text.length)
  joined.set(salt)
  joined.set(text, salt.length)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', joined))
  return { salt: base64url.encode(salt), digest: base64url.encode(digest) }
}
