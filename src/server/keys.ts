import { base64url, type CryptoKey, calculateJwkThumbprint, type JWK } from 'jose'
import * as v from 'valibot'
import type { SealSuite } from '../wire/ceremony-options'
import { base64urlOf, epochSeconds, slug } from '../wire/encoding'
import { FaceSealError } from '../wire/errors'
import { randomBase64url } from './digest'

const privateJwk = v.looseObject({ kty: v.string(), crv: v.string(), x: v.string(), d: v.string() })
const signingKeyJSON = v.strictObject({ kid: slug, jwk: privateJwk })

const retiredKey = v.strictObject({
  kid: slug,
  jwk: v.strictObject({ kty: v.literal('EC'), crv: v.literal('P-256'), x: base64urlOf(32), y: base64urlOf(32) }),
  retiredAt: epochSeconds,
  /** Compact JWS of this key, its last, that names the next one (`succession.ts`). */
  succession: v.string(),
})
/** The public part of a receipts key that signs no more. */
export type RetiredKey = v.InferOutput<typeof retiredKey>

const serverKeysSchema = v.strictObject({
  v: v.literal(1),
  /** HPKE recipients. The first of a suite is offered; the others still open what was sealed to them. */
  seal: v.pipe(
    v.array(v.strictObject({ kid: slug, suite: v.picklist(['P256', 'X25519']), jwk: privateJwk })),
    v.minLength(1),
  ),
  /** ES256 over ceremony options. */
  options: signingKeyJSON,
  /** ES256 over countersignatures and deletion receipts: another key, so that one can be rotated without the other. */
  receipts: signingKeyJSON,
  /** Former `receipts` keys, oldest first: published for as long as anyone may hold what they signed. */
  retired: v.exactOptional(v.array(retiredKey)),
  /** AES-GCM at rest. The first encrypts; all decrypt. */
  templates: v.pipe(v.array(v.strictObject({ kid: slug, key: base64urlOf(32) })), v.minLength(1)),
  /** HMAC key: decoy salts, and digests of spent templates. */
  digest: base64urlOf(32),
})

/** Secrets of one deployment as JSON: keep it in a secret store, never in a repository or an image. @interface */
export type ServerKeysJSON = v.InferOutput<typeof serverKeysSchema>

export interface SealKey {
  readonly kid: string
  readonly suite: SealSuite
  readonly pair: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey }
  /** RFC 9180 §7.1.1 serialised public key, base64url. */
  readonly publicKey: string
}

export interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
  /** RFC 7638, base64url. */
  readonly thumbprint: string
}

/** Imported keys: every private part is non-extractable. */
export interface ServerKeys {
  readonly seal: readonly SealKey[]
  readonly options: SigningKey
  readonly receipts: SigningKey
  /** Former receipts keys, oldest first. */
  readonly retired: readonly RetiredKey[]
  /** HKDF keys; a record key is derived from one and the record's own seed. */
  readonly templates: readonly { readonly kid: string; readonly key: CryptoKey }[]
  readonly digest: CryptoKey
  /** What the page pins as `expectedSigner`: the thumbprint of the options key. */
  readonly expectedSigner: string
}

/** Where keys come from: a file, a variable, a key service. Asked at every request, so that rotation needs no restart. */
export interface KeyProvider {
  keys(): Promise<ServerKeys>
}

const suiteAlgorithm = {
  P256: { name: 'ECDH', namedCurve: 'P-256' },
  X25519: { name: 'X25519' },
} as const

/** Fresh random keys for a new deployment, with one HPKE recipient for each suite asked for. */
export async function generateServerKeys(
  init: { readonly suites?: readonly SealSuite[] } = {},
): Promise<ServerKeysJSON> {
  return {
    v: 1,
    seal: await Promise.all((init.suites ?? ['P256']).map(generateSealKey)),
    options: await generateSigningKey('options'),
    receipts: await generateSigningKey('receipts'),
    templates: [generateTemplateKey()],
    digest: randomBase64url(32),
  }
}

/** A further HPKE recipient: put it first in `seal` to rotate, and keep the old one while its options live. */
export async function generateSealKey(suite: SealSuite): Promise<ServerKeysJSON['seal'][number]> {
  const pair = (await crypto.subtle.generateKey(suiteAlgorithm[suite], true, ['deriveBits'])) as KeyPair
  return { kid: randomKid(suite.toLowerCase()), suite, jwk: await exportPrivate(pair.privateKey) }
}

/** A further at-rest key: put it first in `templates` to rotate; records written under the old one stay readable. */
export function generateTemplateKey(): ServerKeysJSON['templates'][number] {
  return { kid: randomKid('template'), key: randomBase64url(32) }
}

type KeyPair = { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey }

/** `name` begins its key id. */
export async function generateSigningKey(name: string): Promise<ServerKeysJSON['options']> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  return { kid: randomKid(name), jwk: await exportPrivate(pair.privateKey) }
}

async function exportPrivate(key: CryptoKey) {
  const { key_ops: _, ext: __, ...jwk } = await crypto.subtle.exportKey('jwk', key)
  return v.parse(privateJwk, jwk)
}

/** `name-` and eight random hex digits: a slug. */
function randomKid(name: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(4))
  return `${name}-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** Checks and imports the secrets. Throws `configuration_invalid` naming the field. */
export async function importServerKeys(json: unknown): Promise<ServerKeys> {
  const parsed = v.safeParse(serverKeysSchema, json)
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw new FaceSealError('configuration_invalid', { detail: `keys: ${v.getDotPath(issue) ?? issue.message}` })
  }
  const { seal, options, receipts, retired = [], templates, digest } = parsed.output
  try {
    const optionsKey = await importSigningKey(options)
    return {
      seal: await Promise.all(seal.map(importSealKey)),
      options: optionsKey,
      receipts: await importSigningKey(receipts),
      retired,
      templates: await Promise.all(templates.map(importTemplateKey)),
      digest: await crypto.subtle.importKey(
        'raw',
        new Uint8Array(base64url.decode(digest)),
        { name: 'HMAC', hash: 'SHA-256' },
        false,
        ['sign'],
      ),
      expectedSigner: optionsKey.thumbprint,
    }
  } catch (cause) {
    throw new FaceSealError('configuration_invalid', { detail: 'keys: a key does not import', cause })
  }
}

async function importSealKey({ kid, suite, jwk }: ServerKeysJSON['seal'][number]): Promise<SealKey> {
  const { d: _, ...publicJwk } = jwk as JWK & { d: string }
  const algorithm = suiteAlgorithm[suite]
  const publicKey = await crypto.subtle.importKey('jwk', publicJwk, algorithm, true, [])
  const privateKey = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['deriveBits'])
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))
  return { kid, suite, pair: { privateKey, publicKey }, publicKey: base64url.encode(raw) }
}

/** Throws what WebCrypto throws for a key that is none. */
export async function importSigningKey({ kid, jwk }: ServerKeysJSON['options']): Promise<SigningKey> {
  const { kty, crv, x, y } = jwk as JWK
  const publicJwk = { kty, crv, x, y } as JWK
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const privateKey = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign'])
  return { kid, privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) }
}

async function importTemplateKey({ kid, key }: ServerKeysJSON['templates'][number]) {
  return {
    kid,
    key: await crypto.subtle.importKey('raw', new Uint8Array(base64url.decode(key)), 'HKDF', false, ['deriveKey']),
  }
}

/** Takes keys or a provider of them. */
export function keyProvider(keys: ServerKeys | KeyProvider): KeyProvider {
  return 'keys' in keys ? keys : { keys: async () => keys }
}

/** JWKs of everything that signs, or signed, statements: what `GET /keys` publishes. The options key first. */
export function publishedKeys({ options, receipts, retired }: ServerKeys) {
  const now = [options, receipts].map(({ kid, publicJwk }) => ({ ...publicJwk, kid }))
  return [...now, ...retired.map(({ kid, jwk }) => ({ ...jwk, kid }))].map((jwk) => ({
    ...jwk,
    ...{ alg: 'ES256', use: 'sig' },
  }))
}
