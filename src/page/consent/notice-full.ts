import { inLocale } from '../../policy/locale-text'
import { dateIn, joinList } from './dates'
import type { NoticeContext } from './notice'

/** The second layer, one step away on the same screen: the same facts in full, recipient by recipient (L03, L21). */
export function fullText(context: NoticeContext): readonly string[] {
  const { policy, standingUntil } = context
  const { locale, notice } = context.words
  const words = notice.full
  return [
    ...(policy.processor.address ? [words.address(inLocale(policy.processor.address, locale))] : []),
    words.purpose(inLocale(policy.purpose.text, locale)),
    ...words.steps,
    ...recipientLines(context),
    ...(standingUntil === null ? [] : [words.standing(dateIn(locale, standingUntil))]),
    words.once,
    // L04: said only where it is true.
    ...(policy.necessity.necessary ? [] : [words.noDisadvantage]),
    ...(policy.necessity.writtenReason ? [words.writtenReason(policy.necessity.writtenReason)] : []),
    words.withdraw,
    words.rightsContact(policy.rights.contact),
    words.records,
    ...(policy.guardian ? [inLocale(policy.guardian.how, locale)] : []),
    ...(policy.pia ? [words.pia(policy.pia.reference, policy.pia.date)] : []),
    ...(policy.dataProtectionOfficer ? [words.officer(policy.dataProtectionOfficer)] : []),
    ...(policy.supervisoryAuthority ? [words.authority(policy.supervisoryAuthority)] : []),
    ...(policy.retentionSchedule ? [`${words.schedule}: ${policy.retentionSchedule}`] : []),
  ]
}

function recipientLines({ policy, words }: NoticeContext): readonly string[] {
  const { locale, notice } = words
  if (policy.recipients === 'none') return []
  return policy.recipients.map(({ name, contact, role, purpose, kinds }) =>
    notice.full.recipient(
      inLocale(name, locale),
      contact,
      notice.full.roles[role],
      inLocale(purpose, locale),
      joinList(
        locale,
        kinds.map((kind) => notice.kinds[kind]),
      ),
    ),
  )
}
