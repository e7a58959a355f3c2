import { base64url } from 'jose'
import * as v from 'valibot'
import { FaceSealError } from '../wire/errors'
import { decodePasskey, jsonOf, type PasskeyAssertion, passkeyChallenge, passkeyHeader } from '../wire/passkey'

/** One assertion to look at. Its challenge, type and origin fit already; whose key it is and the signature are open. */
export interface PasskeyTry {
  /** The integrator's own reference, as `resolveSubject` gave it: only this account's credentials count. */
  readonly account: string
  readonly assertion: PasskeyAssertion
  /** Base64url. */
  readonly expectedChallenge: string
  readonly expectedOrigin: readonly string[]
}

/**
 * A passkey beside the face: the factor that a remote attacker with a template, a video or changed code does not have.
 * FaceSeal keeps no credential: they are registered and held by the integrator, and `verify` looks them up.
 */
export interface PasskeyRule {
  /**
   * True when the assertion is signed by one of the account's credentials: `verifyAuthenticationResponse` of
   * @simplewebauthn/server with `requireUserVerification`. That throws for most wrong assertions: catch it there and say
   * `false`, which counts as a failed try. What comes out of here is your own failure, `store_unavailable`, which does not.
   */
  readonly verify: (attempt: PasskeyTry) => Promise<boolean>
  /** Which accounts owe one, e.g. those that registered a credential; all without it. */
  readonly demandedOf?: ((account: string) => Promise<boolean>) | undefined
}

/** The assertion of a request, and the response that it has to be over. */
export interface PasskeyRequest {
  readonly rule: PasskeyRule
  readonly account: string
  /** The bytes that the assertion is about: `outcome.response`, or the statement as UTF-8. */
  readonly response: Uint8Array
  /** Value of the request's `faceseal-passkey` header. */
  readonly header: string | null
  readonly expectedOrigin: string | readonly string[]
}

/**
 * Whether the account's passkey stands behind this response; true where none is owed. Give the answer to
 * `verifyEnrolment`, `verifyVerification` or `verifyLocalStatement` as `passkey`. Throws `passkey_required` where none came,
 * and `store_unavailable` where the rule itself failed; neither uses anything up.
 */
export async function verifyPasskey(request: PasskeyRequest): Promise<boolean> {
  const { rule, account, response, header } = request
  const { demandedOf } = rule
  if (demandedOf && !(await answerOf(() => demandedOf(account)))) return true
  if (header === null) throw new FaceSealError('passkey_required', { detail: `no ${passkeyHeader} header` })
  const assertion = decodePasskey(header)
  if (!assertion) return false
  const expectedChallenge = base64url.encode(await passkeyChallenge(response))
  const expectedOrigin = [request.expectedOrigin].flat()
  const client = clientDataOf(assertion)
  if (client?.challenge !== expectedChallenge || !expectedOrigin.includes(client.origin)) return false
  return answerOf(() => rule.verify({ account, assertion, expectedChallenge, expectedOrigin }))
}

/** A database that is down is no word about the person; the cause is for the log. */
async function answerOf(ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ask()
  } catch (cause) {
    throw cause instanceof FaceSealError ? cause : new FaceSealError('store_unavailable', { detail: 'passkey', cause })
  }
}

/** For an enrolment: nothing changes without the factor that is owed. Throws `passkey_required`. */
export function requirePasskey({ passkey }: { readonly passkey?: boolean | undefined }): void {
  if (passkey === false) throw new FaceSealError('passkey_required', { detail: 'not the right one' })
}

/** WebAuthn Level 3 §5.8.1, what of `CollectedClientData` decides here. */
const clientData = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ type: v.literal('webauthn.get'), challenge: v.string(), origin: v.string() }),
)

function clientDataOf({ response }: PasskeyAssertion) {
  const parsed = v.safeParse(clientData, jsonOf(response.clientDataJSON))
  return parsed.success ? parsed.output : undefined
}
