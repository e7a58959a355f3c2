import * as v from 'valibot'
import { base64urlOf, epochSeconds, slug, webOrigin } from './encoding'

/** `typ` of a guardian's token: a compact JWS, ES256, signed by the key that signs the options. */
export const guardianType = 'faceseal-guardian+jwt'

/**
 * L07: the backend vouches that a guardian, whom it identified in a session of their own, consented for one child and
 * one purpose. The token has no `jwk` header: a key that it brings along is worth nothing.
 */
export const guardianTokenSchema = v.strictObject({
  v: v.literal(1),
  jti: base64urlOf(16),
  iat: epochSeconds,
  exp: epochSeconds,
  tenant: slug,
  origin: webOrigin,
  purpose: slug,
  /** Pseudonym of the child: the `subject` of the options. */
  subject: base64urlOf(16),
  /** Pseudonym of the guardian; never the child's own. */
  guardian: base64urlOf(16),
  /** Thumbprint of the device on which the guardian consented, where known; the child's own is refused. */
  device: v.exactOptional(base64urlOf(32)),
  /** `policyHash` that the guardian agreed to. */
  policy: base64urlOf(32),
  scopes: v.pipe(v.array(v.picklist(['process', 'transmit'])), v.minLength(1)),
})
export type GuardianToken = v.InferOutput<typeof guardianTokenSchema>
