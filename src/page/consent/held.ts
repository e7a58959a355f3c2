import { base64url } from 'jose'
import { jwsPayload } from '../../wire/es256'
import type { EvidenceBundle } from '../../wire/receipt'
import { packageVersion } from '../../wire/version'
import type { DeviceStore, KeptRefusal, StoreScope } from '../store'
import { readReceipt } from './ledger'

/** L20: what this device holds of one person for one purpose. */
export interface Held {
  readonly template: boolean
  readonly keys: boolean
  /** End of the standing consent, epoch seconds. */
  readonly standingUntil: number | null
  /** A digest was sent, or may be, and that consent was not taken back. */
  readonly transmitGranted: boolean
  readonly refusal: { readonly process: KeptRefusal | undefined; readonly transmit: KeptRefusal | undefined }
  readonly receipts: number
}

export async function readHeld(records: DeviceStore, scope: StoreScope): Promise<Held> {
  const { thumbprint } = await records.recordKey(scope)
  const standing = await records.getStanding(scope, 'process')
  const receipts = await records.listReceipts(thumbprint)
  const sent = receipts.map(({ jws }) => readReceipt(jws)).filter((receipt) => receipt.scope === 'transmit')
  return {
    template: (await records.readLocalTemplate(scope)) !== undefined,
    keys: await records.hasDeviceKeys(scope),
    standingUntil: standing?.expiresAt ?? null,
    transmitGranted: sent.at(-1)?.event === 'grant',
    refusal: {
      process: await records.getRefusal(scope, 'process'),
      transmit: await records.getRefusal(scope, 'transmit'),
    },
    receipts: receipts.length,
  }
}

/** Everything that is stored for this scope, as the person's own file. `evidence` is what `faceseal evidence verify` reads. */
export interface HeldExport {
  readonly v: 1
  readonly ui: string
  readonly exportedAt: string
  readonly scope: StoreScope
  readonly held: Held
  /** Encrypted with a key that never leaves this device. */
  readonly localTemplate: {
    readonly model: string
    readonly bits: number
    readonly iv: string
    readonly ciphertext: string
  } | null
  readonly evidence: EvidenceBundle | null
  readonly backendDeletions: readonly string[]
}

/** Equals the store, except for keys, which cannot be read out of the browser. */
export async function exportHeld(records: DeviceStore, scope: StoreScope): Promise<HeldExport> {
  const template = await records.readLocalTemplate(scope)
  return {
    v: 1,
    ui: `faceseal/${packageVersion}`,
    exportedAt: new Date().toISOString(),
    scope: { tenant: scope.tenant, purpose: scope.purpose, subject: scope.subject },
    held: await readHeld(records, scope),
    localTemplate: template
      ? {
          model: template.model,
          bits: template.bits,
          iv: base64url.encode(template.iv),
          ciphertext: base64url.encode(template.ciphertext),
        }
      : null,
    evidence: await evidenceOf(records, scope),
    backendDeletions: await records.listDeletions(scope),
  }
}

async function evidenceOf(records: DeviceStore, scope: StoreScope): Promise<EvidenceBundle | null> {
  const { thumbprint } = await records.recordKey(scope)
  const receipts = await records.listReceipts(thumbprint)
  if (receipts.length === 0) return null
  const notices: Record<string, string> = {}
  for (const { jws } of receipts) {
    const { notice } = jwsPayload(jws) as { notice: string | null }
    const text = notice === null ? undefined : await records.getNotice(notice)
    if (notice !== null && text !== undefined) notices[notice] = text
  }
  const head = await records.getHead(thumbprint)
  return {
    v: 1,
    receipts: receipts.map(({ jws, countersignature }) => ({
      receipt: jws,
      ...(countersignature && { countersignature }),
    })),
    notices,
    ...(head && { head }),
  }
}
