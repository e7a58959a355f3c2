import { policyHash } from '../policy/material'
import type { PolicyConfiguration } from '../policy/schema'
import type { ReceiptPayload } from '../wire/receipt'
import { openDialogFrame } from './consent/frame'
import { readHeld } from './consent/held'
import type { ReceiptContext } from './consent/receipt-draft'
import { type SettingsActs, settingsActs } from './consent/settings-acts'
import { type SettingsModel, settingsScreen } from './consent/settings-screen'
import { type BackendDeletion, receiptsOf } from './consent/withdraw'
import { loadMessages, type Messages, matchLocale } from './i18n'
import { readPolicy } from './policy'
import { type DeviceStore, openDeviceStore, type StoreScope } from './store'
import type { ReceiptsAnswer } from './submit-receipts'
import type { Theme } from './theme'

export { verifyOptions } from '../wire/options-signature'

/** The integrator's backend, as far as the settings need it. */
export interface SettingsBackend {
  /** POST `/withdraw`: deletes and proves it. */
  withdraw?(): Promise<BackendDeletion>
  /** POST `/receipts`, oldest first. */
  sendReceipts?(receipts: readonly string[]): Promise<ReceiptsAnswer>
}

/** Whose settings to open, and how: tenant, purpose and pseudonym, the policy, and functions that reach the backend. */
export interface FaceSettingsInit extends StoreScope {
  /** The configuration as declared; its contact and names are shown and recorded. */
  readonly policy: unknown
  readonly backend?: SettingsBackend
  /** BCP 47. */
  readonly locale?: string
  readonly theme?: Theme
  readonly mount?: Element
  readonly records?: DeviceStore
  /** The person wants to be asked again after all: start a ceremony when it suits them (L06). */
  readonly onReconsider?: () => void
  readonly signal?: AbortSignal
}

/** What the person did, so that the page around it can follow. */
export interface FaceSettingsResult {
  readonly withdrawn: boolean
  readonly transmitWithdrawn: boolean
  readonly deleted: 'done' | 'partial' | null
  readonly reconsidered: boolean
}

/** {@link openFaceSettings} of the public API, once it is here. */
export async function openFaceSettings(init: FaceSettingsInit): Promise<FaceSettingsResult> {
  const { policy } = await readPolicy(init.policy, init.signal)
  const words = await loadMessages(matchLocale(init.locale ?? navigator.languages, policy.locales), init.signal)
  const notice = { policy, words, hash: await policyHash(policy) }
  const records = init.records ?? (await openDeviceStore())
  try {
    return await showSettings(init, notice, records)
  } finally {
    if (!init.records) records.close()
  }
}

interface Notice {
  readonly policy: PolicyConfiguration
  readonly words: Messages
  readonly hash: string
}

async function showSettings(
  init: FaceSettingsInit,
  { policy, words, hash }: Notice,
  records: DeviceStore,
): Promise<FaceSettingsResult> {
  const { locale } = words
  const scope = { tenant: init.tenant, purpose: init.purpose, subject: init.subject }
  const context = async (): Promise<ReceiptContext> => ({
    ...{ scope, policy, locale },
    policyHash: hash,
    origin: location.origin,
    occasion: 'settings',
    sid: null,
    age: await lastAge(records, scope, policy.age.source),
    now: Math.floor(Date.now() / 1000),
  })
  const frame = openDialogFrame({
    mount: init.mount ?? document.body,
    words,
    elder: policy.presentation?.elder ?? false,
    readAloud: policy.presentation?.readAloud ?? true,
    theme: init.theme,
    signal: init.signal,
  })
  const result = { withdrawn: false, transmitWithdrawn: false, deleted: null, reconsidered: false }
  const pending: Promise<unknown>[] = []
  const acts = watched(settingsActs({ init, records, context, result, words }), pending)
  const model: SettingsModel = {
    locale,
    words,
    contact: policy.processor.contact,
    persistent: records.persistent,
    read: async () => ({ held: await readHeld(records, scope), receipts: await readAll(records, scope) }),
    acts,
  }
  try {
    await frame.show<void>(
      {
        dismissed: undefined,
        spoken: `${words.settings.title}\n${words.settings.lead}`,
        closeLabel: words.settings.close,
      },
      (answer) => settingsScreen(model, answer),
    )
    return result
  } finally {
    frame.close()
    // Closing the dialog ends no act that was begun: a deletion is not left half-done, and the result says so.
    await Promise.allSettled(pending)
  }
}

/** The same acts; each that is begun is added to `pending`. */
function watched(acts: SettingsActs, pending: Promise<unknown>[]): SettingsActs {
  const watch = (act: () => Promise<string>) => () => {
    const running = act()
    pending.push(running)
    return running
  }
  return {
    export: watch(acts.export),
    withdraw: watch(acts.withdraw),
    withdrawTransmit: watch(acts.withdrawTransmit),
    delete: watch(acts.delete),
    reconsider: watch(acts.reconsider),
  }
}

function readAll(records: DeviceStore, scope: StoreScope): Promise<readonly ReceiptPayload[]> {
  return receiptsOf(records, { scope })
}

/** The age basis of the last record; the settings ask nothing. */
async function lastAge(
  records: DeviceStore,
  scope: StoreScope,
  source: 'integrator' | 'declaration',
): Promise<ReceiptContext['age']> {
  const last = (await receiptsOf(records, { scope })).at(-1)
  return last?.age ?? { source, status: 'unknown' }
}
