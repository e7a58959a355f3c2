import { base64url } from 'jose'
import { FaceSealError } from '../wire/errors'
import { encodePasskey, passkeyChallenge, passkeyHeader } from '../wire/passkey'

/** What `navigator.credentials.get` is asked beside the challenge: `rpId`, `allowCredentials`, `timeout`. */
export type PasskeyOptions = Omit<PublicKeyCredentialRequestOptions, 'challenge'>

/**
 * Asks the person's authenticator to sign for one response, and answers the headers to send it with. The assertion says
 * that the holder of the passkey wants exactly these bytes to count: `response` is `outcome.response`, or a statement as UTF-8.
 * Throws `browser_unsupported`, and `passkey_required` where no passkey answers or the person closes the dialog.
 */
export async function passkeyHeaders(
  response: Uint8Array,
  options: PasskeyOptions,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const asserted = await assertOver(response, options, signal)
  const { id, rawId, response: answer } = asserted
  const text = (bytes: ArrayBuffer) => base64url.encode(new Uint8Array(bytes))
  const assertion = {
    ...({ id, rawId: text(rawId), type: 'public-key', clientExtensionResults: {} } as const),
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      authenticatorData: text(answer.authenticatorData),
      signature: text(answer.signature),
      ...(answer.userHandle && answer.userHandle.byteLength > 0 && { userHandle: text(answer.userHandle) }),
    },
  }
  return { [passkeyHeader]: encodePasskey(assertion) }
}

async function assertOver(response: Uint8Array, options: PasskeyOptions, signal?: AbortSignal) {
  if (!('PublicKeyCredential' in globalThis)) throw new FaceSealError('browser_unsupported', { detail: 'WebAuthn' })
  const challenge = await passkeyChallenge(response)
  let credential: Credential | null
  try {
    credential = await navigator.credentials.get({
      publicKey: { userVerification: 'required', ...options, challenge },
      ...(signal && { signal }),
    })
  } catch (cause) {
    signal?.throwIfAborted()
    throw new FaceSealError('passkey_required', { detail: cause instanceof Error ? cause.name : '', cause })
  }
  if (credential instanceof PublicKeyCredential && credential.response instanceof AuthenticatorAssertionResponse)
    return { id: credential.id, rawId: credential.rawId, response: credential.response }
  throw new FaceSealError('passkey_required', { detail: 'no assertion' })
}
