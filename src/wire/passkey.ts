import { base64url } from 'jose'
import * as v from 'valibot'

/** Request header that carries the assertion beside the unchanged response: JSON of {@link passkeyAssertion}, base64url. */
export const passkeyHeader = 'faceseal-passkey'

const encoded = v.pipe(v.string(), v.maxLength(4096), v.regex(/^[A-Za-z0-9_-]+$/))

/** WebAuthn Level 3 §5.1.8, `AuthenticationResponseJSON`: what `verifyAuthenticationResponse` of @simplewebauthn/server takes. */
export const passkeyAssertion = v.object({
  id: encoded,
  rawId: encoded,
  type: v.literal('public-key'),
  response: v.object({
    clientDataJSON: encoded,
    authenticatorData: encoded,
    signature: encoded,
    userHandle: v.exactOptional(encoded),
  }),
  clientExtensionResults: v.object({}),
})
/** A WebAuthn assertion as JSON, as `PublicKeyCredential.toJSON()` gives it. @interface */
export type PasskeyAssertion = v.InferOutput<typeof passkeyAssertion>

/**
 * Challenge of the assertion that goes with a response: SHA-256 over a label and the exact bytes that are sent. They hold
 * the nonce, the sealed template and the device's signature, so that an assertion counts for this one response alone.
 */
export async function passkeyChallenge(response: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const label = new TextEncoder().encode('faceseal/passkey/v1\0')
  const bytes = new Uint8Array(label.length + response.length)
  bytes.set(label)
  bytes.set(response, label.length)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

export function encodePasskey(assertion: PasskeyAssertion): string {
  return base64url.encode(JSON.stringify(assertion))
}

/** `undefined` for what is none. */
export function decodePasskey(text: string): PasskeyAssertion | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), passkeyAssertion), jsonOf(text))
  return parsed.success ? parsed.output : undefined
}

/** `undefined` for what is no base64url. */
export function jsonOf(text: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(base64url.decode(text))
  } catch {
    return undefined
  }
}
