import type { ConsentScope } from '../../wire/receipt'
import type { StoreScope } from '../store'

const channelName = 'faceseal-consent'

export interface WithdrawalMessage {
  readonly scopeKey: string
  readonly consent: ConsentScope
}

export function scopeKeyOf({ tenant, purpose, subject }: StoreScope): string {
  return `${tenant}/${purpose}/${subject}`
}

let listening: BroadcastChannel | undefined

/** L10: hears of withdrawals in other tabs of this origin. Starts once, at the first grant. */
export function onWithdrawalElsewhere(listener: (message: WithdrawalMessage) => void): void {
  if (listening || !('BroadcastChannel' in globalThis)) return
  listening = new BroadcastChannel(channelName)
  listening.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isWithdrawal(data)) listener(data)
  })
}

export function announceWithdrawal(message: WithdrawalMessage): void {
  if (!('BroadcastChannel' in globalThis)) return
  const channel = new BroadcastChannel(channelName)
  channel.postMessage(message)
  channel.close()
}

function isWithdrawal(value: unknown): value is WithdrawalMessage {
  const { scopeKey, consent } = (value ?? {}) as Partial<WithdrawalMessage>
  return typeof scopeKey === 'string' && (consent === 'process' || consent === 'transmit')
}
