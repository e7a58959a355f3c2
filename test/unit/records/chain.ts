import { randomBytes } from 'node:crypto'
import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { appendReceipt } from '../../../src/page/consent/ledger.ts'
import { type ReceiptAct, type ReceiptContext, receiptDraft } from '../../../src/page/consent/receipt-draft.ts'
import { type DeviceStore, memoryDeviceStore } from '../../../src/page/store.ts'
import { policyHash, sha256 } from '../../../src/policy/material.ts'
import { parsePolicy } from '../../../src/policy/parse.ts'
import { countersignatureType, type EvidenceBundle, headType } from '../../../src/wire/receipt.ts'
import { validPolicy } from '../policy/valid-policy.ts'

export const scope = { tenant: 'estate', purpose: 'door', subject: randomBytes(16).toString('base64url') }
export const noticeOfTest = '要用人脸验证吗？由您决定\n…'
const policy = parsePolicy(validPolicy)

export async function contextAt(now: number, change: object = {}): Promise<ReceiptContext> {
  return {
    ...{ scope, policy, locale: 'zh-CN', occasion: 'verify', sid: null },
    policyHash: await policyHash(policy),
    origin: 'https://estate.example',
    age: { source: 'integrator', status: 'adult' },
    now,
    ...change,
  }
}

export async function append(
  store: DeviceStore,
  act: Partial<ReceiptAct> & Pick<ReceiptAct, 'event'>,
  now = 1_800_000_000,
  change: object = {},
) {
  const notice = act.event === 'grant' || act.event === 'refuse' ? await sha256(noticeOfTest) : null
  const draft = receiptDraft(await contextAt(now, change), { consent: 'process', notice, ...act })
  return appendReceipt(store, scope, draft, noticeOfTest)
}

const backend = await generateKeyPair('ES256', { extractable: true })
export const backendJwk = {
  ...(await exportJWK(backend.publicKey)),
  kid: 'receipts-1',
  kty: 'EC' as const,
  crv: 'P-256' as const,
}

function signAs(typ: string, body: object, kid = 'receipts-1', key = backend.privateKey): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(body)))
    .setProtectedHeader({ alg: 'ES256', typ, kid })
    .sign(key)
}

/** A bundle of these receipts as the backend would give it: countersigned, with the published head. */
export async function bundleOf(
  store: DeviceStore,
): Promise<EvidenceBundle & { head: string; receipts: { receipt: string; countersignature: string }[] }> {
  const { thumbprint } = await store.recordKey(scope)
  const kept = await store.listReceipts(thumbprint)
  const receipts = await Promise.all(
    kept.map(async ({ jws, id, sequence }) => ({
      receipt: jws,
      countersignature: await signAs(countersignatureType, {
        v: 1,
        receipt: await sha256(jws),
        id,
        device: thumbprint,
        sequence,
        tenant: scope.tenant,
        iat: 1_800_000_000,
      }),
    })),
  )
  const last = kept.at(-1)!
  const head = await signAs(headType, {
    v: 1,
    device: thumbprint,
    tenant: scope.tenant,
    sequence: last.sequence,
    receipt: await sha256(last.jws),
    iat: 1_800_000_000,
  })
  return {
    v: 1,
    receipts,
    notices: { [await sha256(noticeOfTest)]: noticeOfTest },
    keys: [{ ...backendJwk, x: backendJwk.x!, y: backendJwk.y! }],
    head,
  }
}

export async function fiveReceipts(): Promise<DeviceStore> {
  const store = memoryDeviceStore()
  const granted = await append(store, { event: 'grant', expires: 1_800_000_600, singleUse: true })
  await append(store, { event: 'grant', consent: 'transmit', expires: 1_800_000_600, singleUse: true })
  await append(store, { event: 'withdraw', concerns: granted.id })
  await append(store, { event: 'delete', stores: [{ store: 'device:templates', outcome: 'deleted' }], reason: 'done' })
  await append(store, { event: 'refuse', chosen: 'card', reason: 'declined' })
  return store
}

/** Somebody else's key, for forged statements. */
export async function strangerKey() {
  const pair = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(pair.publicKey)
  return { ...pair, jwk, thumbprint: await calculateJwkThumbprint(jwk) }
}
export { signAs }
