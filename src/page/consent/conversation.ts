import { inLocale } from '../../policy/locale-text'
import type { AgeStatus, PolicyConfiguration } from '../../policy/schema'
import { FaceSealError } from '../../wire/errors'
import type { ConsentScope } from '../../wire/receipt'
import { dateIn, standingEnd } from './dates'
import { type ConsentDialog, openConsentDialog } from './dialog'
import type { AlternativeReason, ConsentRequest } from './grant'
import { type AppendedReceipt, appendReceipt } from './ledger'
import { decideFor, digestName, type Moment, readMoment, receiptContext } from './moment'
import { type Notice, noticeHash, noticeText, processNotice, transmitNotice } from './notice'
import { receiptDraft } from './receipt-draft'
import type { DialogAnswer } from './screens'

/** One consent as recorded; the gate turns it into a grant. */
export interface SettledConsent {
  readonly receiptId: string
  readonly jws: string
  readonly policyHash: string
  readonly noticeHash: string
  readonly grantedAt: number
  readonly expiresAt: number
  readonly singleUse: boolean
  /** Origins that may receive what is sent (L21). */
  readonly destinations: readonly string[]
}

export type Conversation =
  | {
      readonly kind: 'granted'
      readonly process: SettledConsent
      readonly transmit: SettledConsent | null
      readonly age: AgeStatus
    }
  | {
      readonly kind: 'alternative'
      readonly chosen: string
      readonly reason: AlternativeReason
      readonly receipt: string | null
      readonly message: string
    }

/** From a request to a recorded answer. No grant is made here. */
export async function decideWithPerson(request: ConsentRequest): Promise<Conversation> {
  const moment = await readMoment(request)
  const verdict = decideFor(moment, 'process', moment.age)
  switch (verdict.answer) {
    case 'refused':
      throw new FaceSealError('consent_required', { detail: `not allowed here: ${verdict.because.join(', ')}` })
    case 'alternative only':
    case 'needs guardian':
      return withoutAsking(moment)
    case 'allowed':
    case 'needs consent':
      return askInDialog(moment, verdict.answer === 'allowed')
  }
}

/** L06, L07: an earlier refusal stands, or the age rules it out. No dialog, no new record. */
function withoutAsking(moment: Moment): Conversation {
  const refusal = moment.personAsked ? undefined : moment.refused.process
  const reason = refusal ? 'declined_before' : moment.age === 'under14' ? 'under_age' : 'age_unknown'
  const chosen = refusal?.chosen ?? moment.policy.alternatives[0]!.id
  return { kind: 'alternative', chosen, reason, receipt: null, message: messageFor(moment, reason, chosen) }
}

async function askInDialog(moment: Moment, processAllowed: boolean): Promise<Conversation> {
  const { request, policy, words } = moment
  let opened: ConsentDialog | undefined
  const dialog = () =>
    (opened ??= openConsentDialog({
      mount: request.mount ?? document.body,
      words,
      elder: policy.presentation?.elder ?? false,
      readAloud: policy.presentation?.readAloud ?? true,
      theme: request.theme,
      signal: request.signal,
    }))
  try {
    const age = moment.age === 'not-asked' ? await dialog().askAge() : moment.age
    const verdict = decideFor(moment, 'process', age)
    if (verdict.answer === 'alternative only' || verdict.answer === 'needs guardian') {
      return await declined(moment, age, age === 'under14' ? 'under_age' : 'age_unknown', { act: 'decline' }, null)
    }
    const first = processAllowed ? null : await askFirst(moment, dialog(), age)
    if (first?.answer.act === 'decline') return await declined(moment, age, 'declined', first.answer, first.notice)
    const second = mayTransmit(moment) ? await askSecond(moment, dialog, first, age) : null
    // Recorded only now: a dialog that the page tore down half-way leaves no record of a consent.
    const process = first ? await recordGrant(moment, 'process', first, age) : settledStanding(moment, 'process')
    const transmit = await settleSecond(moment, second, age)
    if (first?.answer.name) await offerCopy(moment, dialog(), first, process)
    await liftRefusals(moment, transmit !== null)
    return { kind: 'granted', process, transmit, age }
  } finally {
    opened?.close()
  }
}

interface Asked {
  readonly notice: Notice
  readonly answer: DialogAnswer
}

async function askFirst(moment: Moment, dialog: ConsentDialog, age: Moment['age']): Promise<Asked> {
  const notice = processNotice(noticeContext(moment, standingOffer(moment, age)))
  return { notice, answer: await dialog.ask(notice, moment.policy.consentForm) }
}

/** L19, L21: the second consent is for a named recipient; with none, nothing is ever sent. */
function mayTransmit({ request, policy, guardian, refused, personAsked }: Moment): boolean {
  if (!request.wantsTransmit || policy.recipients === 'none') return false
  if (guardian && !guardian.scopes.includes('transmit')) return false
  return personAsked || refused.transmit === undefined
}

async function askSecond(
  moment: Moment,
  dialog: () => ConsentDialog,
  first: Asked | null,
  age: Moment['age'],
): Promise<Asked | 'standing' | null> {
  const verdict = decideFor(moment, 'transmit', age)
  if (verdict.answer === 'allowed') return 'standing'
  if (verdict.answer !== 'needs consent') return null
  const lasting = first === null || first.answer.act === 'agree-standing'
  const notice = transmitNotice(noticeContext(moment, lasting ? standingOffer(moment, age) : null))
  return { notice, answer: await dialog().ask(notice, 'click') }
}

async function settleSecond(
  moment: Moment,
  second: Asked | 'standing' | null,
  age: Moment['age'],
): Promise<SettledConsent | null> {
  if (second === null) return null
  if (second === 'standing') return settledStanding(moment, 'transmit')
  if (second.answer.act !== 'decline') return recordGrant(moment, 'transmit', second, age)
  await recordRefusal(moment, 'transmit', age, 'declined', second.answer, second.notice)
  return null
}

/** L09; and 14 to 17 years old: this time only, the stricter of two readings. */
function standingOffer({ policy, guardian, now }: Moment, age: Moment['age']): number | null {
  const end = standingEnd(policy, now)
  return end === null || end <= now || age === '14to17' || guardian ? null : end
}

function noticeContext(moment: Moment, standingUntil: number | null) {
  const { policy, words, now, guardian, request, standing } = moment
  return {
    policy,
    words,
    now,
    standingUntil,
    occasion: request.options.kind,
    guardianAgreedAt: guardian?.iat ?? null,
    persistent: request.records.persistent,
    changed: standing.process.state === 'changed',
  }
}

async function recordGrant(
  moment: Moment,
  consent: ConsentScope,
  { notice, answer }: Asked,
  age: Moment['age'],
): Promise<SettledConsent> {
  const { request, policy, scope } = moment
  const context = receiptContext(moment, age)
  // L09: however long the notice was read, a consent to options that ran out would be for nothing.
  if (context.now >= request.options.exp) throw new FaceSealError('options_expired')
  const singleUse = answer.act !== 'agree-standing'
  const expiresAt = singleUse ? request.options.exp : standingOffer(moment, age)!
  const hash = await noticeHash(notice)
  const draft = receiptDraft(context, {
    event: 'grant',
    consent,
    notice: hash,
    expires: expiresAt,
    singleUse,
    written: answer.name ? await digestName(answer.name) : undefined,
  })
  const { id, jws } = await appendReceipt(request.records, scope, draft, noticeText(notice))
  const kept = { receiptId: id, jws, policyHash: moment.policyHash, noticeHash: hash, grantedAt: draft.iat, expiresAt }
  if (!singleUse) await request.records.putStanding(scope, consent, kept)
  return { ...kept, singleUse, destinations: destinationsOf(policy, request.options.origin) }
}

function settledStanding({ standing, policy, request }: Moment, consent: ConsentScope): SettledConsent {
  const state = standing[consent]
  if (state.state !== 'live') throw new FaceSealError('consent_required', { detail: 'no standing consent' })
  return { ...state.kept, singleUse: false, destinations: destinationsOf(policy, request.options.origin) }
}

/** L21: the origins that the named recipients list; without a list, the page's own. */
function destinationsOf({ recipients }: PolicyConfiguration, own: string): readonly string[] {
  return recipients === 'none' ? [] : recipients.flatMap(({ origins }) => origins ?? [own])
}

async function declined(
  moment: Moment,
  age: Moment['age'],
  reason: AlternativeReason,
  answer: DialogAnswer,
  notice: Notice | null,
): Promise<Conversation> {
  const chosen = answer.alternative ?? moment.policy.alternatives[0]!.id
  const receipt = await recordRefusal(moment, 'process', age, reason, { ...answer, alternative: chosen }, notice)
  return { kind: 'alternative', chosen, reason, receipt: receipt.jws, message: messageFor(moment, reason, chosen) }
}

/** L06, L25: recorded like a consent, and kept until the person changes their mind. */
async function recordRefusal(
  moment: Moment,
  consent: ConsentScope,
  age: Moment['age'],
  reason: AlternativeReason,
  answer: DialogAnswer,
  notice: Notice | null,
): Promise<AppendedReceipt> {
  const { request, scope } = moment
  const draft = receiptDraft(receiptContext(moment, age), {
    event: 'refuse',
    consent,
    notice: notice && (await noticeHash(notice)),
    chosen: answer.alternative ?? null,
    reason,
  })
  const appended = await appendReceipt(request.records, scope, draft, notice ? noticeText(notice) : undefined)
  const chosen = answer.alternative ?? moment.policy.alternatives[0]!.id
  await request.records.putRefusal(scope, consent, { at: draft.iat, by: 'refuse', receiptId: appended.id, chosen })
  return appended
}

/** A consent given after a refusal, from the settings, takes the refusal's place. */
async function liftRefusals({ request, scope, refused }: Moment, transmit: boolean): Promise<void> {
  if (refused.process) await request.records.deleteRefusal(scope, 'process')
  if (refused.transmit && transmit) await request.records.deleteRefusal(scope, 'transmit')
}

/** L08: the copy holds what the records leave out, the name. */
async function offerCopy(moment: Moment, dialog: ConsentDialog, first: Asked, settled: SettledConsent): Promise<void> {
  const { locale, dialog: words } = moment.words
  const copy = [
    noticeText(first.notice),
    '',
    words.copyName(first.answer.name ?? ''),
    dateIn(locale, settled.grantedAt),
    words.copyRecord(settled.receiptId),
    settled.jws,
  ].join('\n')
  await dialog.offerCopy(copy, `faceseal-${settled.receiptId}.txt`)
}

function messageFor({ policy, words }: Moment, reason: AlternativeReason, chosen: string): string {
  const { locale, dialog } = words
  const alternative = policy.alternatives.find(({ id }) => id === chosen) ?? policy.alternatives[0]!
  const label = inLocale(alternative.label, locale)
  const say = {
    declined: dialog.switched,
    declined_before: dialog.stillSwitched,
    under_age: dialog.underAge,
    age_unknown: dialog.ageUnknown,
  } satisfies Record<AlternativeReason, (label: string) => string>
  return say[reason](label)
}
