import type { Messages } from '../i18n'
import type { FaceSettingsInit, FaceSettingsResult } from '../settings'
import type { DeviceStore } from '../store'
import { keepCountersignatures, pendingReceipts } from '../submit-receipts'
import { exportHeld } from './held'
import { appendReceipt } from './ledger'
import { type ReceiptContext, receiptDraft } from './receipt-draft'
import { saveFile } from './screens'
import { type DeletionReport, deleteHeld, deleteSent, withdrawConsent } from './withdraw'

/** What each button of the settings does. Every act ends with a sentence for the person. */
export interface SettingsActs {
  export(): Promise<string>
  withdraw(): Promise<string>
  withdrawTransmit(): Promise<string>
  delete(): Promise<string>
  reconsider(): Promise<string>
}

interface ActContext {
  readonly init: FaceSettingsInit
  readonly records: DeviceStore
  readonly context: () => Promise<ReceiptContext>
  readonly result: { -readonly [K in keyof FaceSettingsResult]: FaceSettingsResult[K] }
  readonly words: Messages
}

export function settingsActs({ init, records, context, result, words }: ActContext): SettingsActs {
  const { settings } = words
  const { backend } = init
  const deleteThere = backend?.withdraw && (() => backend.withdraw!())
  const sayDeleted = ({ status }: DeletionReport, done: string) =>
    status === 'done' ? done : `${done} ${settings.partial} ${settings.partialAdvice}`
  const worst = (status: 'done' | 'partial') => (result.deleted === 'partial' ? 'partial' : status)
  return {
    async export() {
      const file = await exportHeld(records, init)
      saveFile(JSON.stringify(file, null, 2), 'faceseal-export.json', 'application/json')
      return ''
    },
    // PIPL 47: what was collected on a consent goes with it, without being asked for separately (L10, L11).
    async withdraw() {
      const moment = await context()
      await withdrawConsent(records, moment, 'process')
      result.withdrawn = true
      const report = await deleteHeld(records, moment, deleteThere)
      result.deleted = worst(report.status)
      await sendPending(records, moment, init)
      return sayDeleted(report, settings.withdrawn)
    },
    async withdrawTransmit() {
      const moment = await context()
      await withdrawConsent(records, moment, 'transmit')
      result.transmitWithdrawn = true
      const report = await deleteSent(records, moment, deleteThere)
      result.deleted = worst(report.status)
      await sendPending(records, moment, init)
      return sayDeleted(report, settings.withdrawn)
    },
    async delete() {
      const moment = await context()
      const report = await deleteHeld(records, moment, deleteThere)
      result.deleted = worst(report.status)
      await sendPending(records, moment, init)
      return sayDeleted(report, settings.deleted)
    },
    async reconsider() {
      const moment = await context()
      const draft = receiptDraft(moment, { event: 'change', consent: 'process', notice: null, reason: 'reconsider' })
      await appendReceipt(records, moment.scope, draft)
      await records.deleteRefusal(moment.scope, 'process')
      await records.deleteRefusal(moment.scope, 'transmit')
      result.reconsidered = true
      init.onReconsider?.()
      return settings.reconsidered
    },
  }
}

/** L25: the backend gets every record in order; one that it cannot take now goes with the next send. */
async function sendPending(
  records: DeviceStore,
  { scope }: ReceiptContext,
  { backend }: FaceSettingsInit,
): Promise<void> {
  if (!backend?.sendReceipts) return
  const pending = await pendingReceipts(records, scope)
  if (pending.length === 0) return
  try {
    await keepCountersignatures(records, pending, await backend.sendReceipts(pending.map(({ jws }) => jws)))
  } catch {
    // Kept on this device and sent again: the person's act does not hang on the network.
  }
}
