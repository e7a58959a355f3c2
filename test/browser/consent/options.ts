import { randomBytes } from 'node:crypto'
import canonicalize from 'canonicalize'
import { exportJWK, FlattenedSign, generateKeyPair, type JWK } from 'jose'
import type { CeremonyOptionsJSON } from '../../../src/wire/ceremony-options.ts'
import { optionsSignatureType } from '../../../src/wire/options-signature.ts'

const random = (bytes: number) => randomBytes(bytes).toString('base64url')
const subject = random(16)

/** The backend's options key of this test run. */
export const signer = await generateKeyPair('ES256', { extractable: true })
const signerJwk: JWK = await exportJWK(signer.publicKey)

/** A configuration that holds; tests change one thing at a time. */
export const policy = {
  v: 1,
  packs: ['cn'],
  locales: ['zh-CN', 'zh-TW', 'en'],
  processor: {
    name: { 'zh-CN': '示例社区', 'zh-TW': '範例社區', en: 'Example Community' },
    contact: 'privacy@example.test',
  },
  purpose: {
    id: 'door',
    text: {
      'zh-CN': '确认开门的是住户本人。',
      'zh-TW': '確認開門的是住戶本人。',
      en: 'To confirm that the resident opens the door.',
    },
    task: { 'zh-CN': '门禁通行', 'zh-TW': '門禁通行', en: 'door entry' },
  },
  method: 'standard',
  collected: { scope: 'standard', kinds: ['face-template-digest', 'local-verdict'], maxFrames: 900, featureSets: 1 },
  retention: { kind: 'days', days: 30 },
  recipients: [
    {
      name: { 'zh-CN': '示例社区的服务器', 'zh-TW': '範例社區的伺服器', en: 'the server of Example Community' },
      contact: 'privacy@example.test',
      role: 'self',
      purpose: { 'zh-CN': '比对是否本人', 'zh-TW': '比對是否本人', en: 'comparing' },
      kinds: ['face-template-digest'],
    },
  ],
  necessity: {
    reason: { 'zh-CN': '有人忘带门卡', 'zh-TW': '有人忘帶門卡', en: 'some people forget their card' },
  },
  risks: 'standard',
  rights: { how: 'standard', url: '/rights', contact: 'privacy@example.test' },
  fullRules: '/rules',
  alternatives: [
    {
      id: 'card',
      label: { 'zh-CN': '门卡', 'zh-TW': '門卡', en: 'your door card' },
      kind: 'endpoint',
      endpoint: '/alternative',
    },
  ],
  age: { source: 'integrator', status: 'adult' },
  pia: { reference: 'PIA-2026-01', date: '2026-10-01' },
} as const

export async function signedOptions(
  origin: string,
  policyChanges: Readonly<Record<string, unknown>> = {},
  changes: Readonly<Record<string, unknown>> = {},
): Promise<CeremonyOptionsJSON> {
  const now = Math.floor(Date.now() / 1000)
  const unsigned = {
    v: 1,
    kind: 'verify',
    sid: random(16),
    nonce: random(16),
    iat: now,
    exp: now + 600,
    tenant: 'estate',
    origin,
    purpose: 'door',
    subject,
    subjectSalt: random(32),
    embedder: 'mobilefacenet',
    protection: { scheme: 'srht-sign/v1', bits: 2048, token: 'device', maxDistance: 700 },
    seal: { suite: 'P256', kid: 'seal-1', publicKey: random(65) },
    policy: { ...policy, ...policyChanges },
    ...changes,
  }
  const signed = await new FlattenedSign(new TextEncoder().encode(canonicalize(unsigned)))
    .setProtectedHeader({
      alg: 'ES256',
      typ: optionsSignatureType,
      jwk: { kty: 'EC', crv: 'P-256', x: signerJwk.x!, y: signerJwk.y! },
    })
    .sign(signer.privateKey)
  return { ...unsigned, signature: `${signed.protected}..${signed.signature}` } as CeremonyOptionsJSON
}
