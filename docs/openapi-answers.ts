// What each route answers, as schemas: the OpenAPI document is made from them, and a test holds real answers against them.
import * as v from 'valibot'
import { base64urlOf, epochSeconds, slug } from '../src/wire/encoding.ts'
import { errorCatalogue, type FaceSealErrorCode } from '../src/wire/errors.ts'
import { storeOutcome } from '../src/wire/receipt.ts'

const compactJws = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/))
const hash = base64urlOf(32)
const place = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

export const enrolledAnswer = v.strictObject({ enrolled: v.literal(true) })
/** Yes or no: never a score, never a reason. */
export const verifiedAnswer = v.strictObject({ verified: v.boolean() })
export const localAnswer = v.union([enrolledAnswer, verifiedAnswer])
export const receiptsAnswer = v.strictObject({ countersignatures: v.array(compactJws), head: compactJws })
export const withdrawAnswer = v.strictObject({
  status: v.picklist(['done', 'partial']),
  stores: v.array(storeOutcome),
  receipt: compactJws,
})

const inclusion = { index: place, size: place, proof: v.array(hash) }
export const exportAnswer = v.strictObject({
  v: v.literal(1),
  subject: base64urlOf(16),
  tenant: slug,
  purpose: slug,
  exportedAt: epochSeconds,
  enrolment: v.nullable(
    v.strictObject({
      delivery: v.picklist(['sealed', 'local']),
      model: v.string(),
      templateBits: v.picklist([0, 1024, 2048]),
      device: hash,
      consent: v.string(),
      enrolledAt: epochSeconds,
      lastUsedAt: epochSeconds,
    }),
  ),
  ledger: v.array(
    v.strictObject({
      seq: place,
      kind: v.picklist(['receipt', 'deletion']),
      at: epochSeconds,
      prev: hash,
      hash,
      receipt: compactJws,
      countersignature: compactJws,
      device: v.nullable(v.strictObject({ thumbprint: hash, sequence: place })),
    }),
  ),
  log: v.nullable(v.strictObject({ treeHead: compactJws, inclusion: v.array(v.nullable(v.strictObject(inclusion))) })),
})

export const healthAnswer = v.strictObject({ status: v.literal('ok') })
const publicKey = v.strictObject({
  ...{ kty: v.literal('EC'), crv: v.literal('P-256'), x: hash, y: hash },
  ...{ kid: slug, alg: v.literal('ES256'), use: v.literal('sig') },
})
/** Former receipts keys are among the keys; each succession is signed by one of them and names the next. */
export const keysAnswer = v.strictObject({
  expectedSigner: hash,
  keys: v.array(publicKey),
  successions: v.array(compactJws),
})
export const headAnswer = v.strictObject({ treeHead: compactJws, head: v.exactOptional(compactJws) })
export const proofAnswer = v.strictObject({ v: v.literal(1), entry: hash, ...inclusion, treeHead: compactJws })
export const consistencyAnswer = v.strictObject({ v: v.literal(1), from: place, to: place, proof: v.array(hash) })

/** RFC 9457, with our code. An accident says `about:blank` and no code. */
export const problemAnswer = v.strictObject({
  type: v.string(),
  title: v.string(),
  status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
  code: v.exactOptional(v.picklist(Object.keys(errorCatalogue) as FaceSealErrorCode[])),
  detail: v.exactOptional(v.string()),
  retryAfterSeconds: v.exactOptional(place),
})
