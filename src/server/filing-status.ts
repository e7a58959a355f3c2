import { epochNow } from './digest'
import { type FilingState, filingState, filingThreshold } from './filing'
import type { FaceSealStore } from './store'
import type { WorkingCalendar } from './working-calendar'
import { dayOf } from './working-days'

/** Whose living subjects to count. */
export interface CountRequest {
  readonly store: FaceSealStore
  /** The processor whose duty it is. */
  readonly tenant: string
  /** Whether those count whose template never left their device. Doubtful in law, so they do unless this is `false`. */
  readonly countLocal?: boolean | undefined
}

const pageSize = 10_000

/**
 * People of a tenant, not pseudonyms: one who enrolled for two purposes is one; nobody deleted or marked deceased
 * (L24). An enrolment whose account is unlinked is a person of its own. Throws `store_unavailable`.
 */
export async function countLivingSubjects({ store, tenant, countLocal = true }: CountRequest): Promise<number> {
  const people = new Set<string>()
  for (let after = ''; ; ) {
    const page = await store.transaction((transaction) => transaction.listLiving({ tenant, after, limit: pageSize }))
    const subjects = page.filter(({ delivery }) => countLocal || delivery === 'sealed').map(({ subject }) => subject)
    const known = await store.identity.accountsOf(tenant, subjects)
    const accounts = new Map(known.map(({ subject, account }) => [subject, account]))
    for (const subject of subjects) {
      const account = accounts.get(subject)
      people.add(account === undefined ? `subject ${subject}` : `account ${account}`)
    }
    if (page.length < pageSize) return people.size
    after = page.at(-1)!.subject
  }
}

/**
 * L24: what O19 art. 15 asks of this tenant today. The day on which the threshold was first seen to be reached is kept
 * in the store, and with it the duty: run it daily. Throws `calendar_unknown`, `store_unavailable`.
 */
export async function filingStatus(
  request: CountRequest & { readonly calendar: WorkingCalendar; readonly now?: number | undefined },
): Promise<FilingState> {
  const { store, tenant, calendar, now = epochNow() } = request
  const today = dayOf(now, calendar)
  const count = await countLivingSubjects(request)
  const reachedOn = await store.transaction(async (transaction) => {
    if (count >= filingThreshold) await transaction.addFilingDay(tenant, today)
    return transaction.readFilingDay(tenant)
  })
  return filingState({ count, reachedOn: reachedOn ?? null, today, calendar })
}
