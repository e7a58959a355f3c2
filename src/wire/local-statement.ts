import * as v from 'valibot'
import { ceremonyKind } from './ceremony-options'
import { base64urlOf, epochSeconds, slug, webOrigin } from './encoding'
import { modelId } from './envelope'

/** `typ` of the protected header. */
export const localStatementType = 'faceseal-local+jws'

/**
 * What a device says when nothing is sent: compact JWS (ES256, device key, `typ` and `jwk` in the protected header).
 * Nothing derived from the face but yes or no.
 */
export const localStatementSchema = v.strictObject({
  v: v.literal(1),
  kind: ceremonyKind,
  sid: base64urlOf(16),
  nonce: base64urlOf(16),
  origin: webOrigin,
  tenant: slug,
  purpose: slug,
  /** `consentHash` of the process receipt alone. */
  consent: base64urlOf(32),
  model: modelId,
  verified: v.boolean(),
  iat: epochSeconds,
  exp: epochSeconds,
})
export type LocalStatement = v.InferOutput<typeof localStatementSchema>
