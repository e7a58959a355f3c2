import {
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from '@simplewebauthn/server'
import type { Context, Hono } from 'hono'
import type { PasskeyRule } from '../src/server/index.ts'

/** Passkeys are bound to a domain; an address of digits is none. */
const rpID = 'localhost'

/**
 * Stands in for the integrator's own WebAuthn registration, with @simplewebauthn/server; credentials live in memory. What
 * it answers is the handler's rule: whoever has registered a passkey owes it from then on.
 */
export function mountPasskeys(app: Hono, accountOf: (request: Request) => string | undefined): PasskeyRule {
  const credentials = new Map<string, WebAuthnCredential[]>()
  const challenges = new Map<string, string>()
  const of = (account: string) => credentials.get(account) ?? []
  const signedIn = async (context: Context, act: (account: string) => Promise<Response>): Promise<Response> => {
    const account = accountOf(context.req.raw)
    return account === undefined ? context.json({}, 401) : await act(account)
  }

  app.get('/demo/passkey', (context) =>
    signedIn(context, async (account) => context.json({ credentials: of(account).map(({ id }) => id) })),
  )
  app.post('/demo/passkey/options', (context) =>
    signedIn(context, async (account) => {
      const options = await generateRegistrationOptions({
        ...{ rpName: 'FaceSeal demo', rpID, userName: account, attestationType: 'none' },
        excludeCredentials: of(account).map(({ id }) => ({ id })),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      })
      challenges.set(account, options.challenge)
      return context.json(options)
    }),
  )
  app.post('/demo/passkey', (context) =>
    signedIn(context, async (account) => {
      const expectedChallenge = challenges.get(account)
      challenges.delete(account)
      if (expectedChallenge === undefined) return context.json({ registered: false }, 400)
      const response: RegistrationResponseJSON = await context.req.json()
      const expectedOrigin = new URL(context.req.url).origin
      const registration = { response, expectedChallenge, expectedOrigin, expectedRPID: rpID }
      const { verified, registrationInfo } = await verifyRegistrationResponse(registration).catch(() => ({
        ...{ verified: false, registrationInfo: undefined },
      }))
      if (!verified || !registrationInfo) return context.json({ registered: false }, 400)
      credentials.set(account, [...of(account), registrationInfo.credential])
      return context.json({ registered: true })
    }),
  )

  return {
    demandedOf: async (account) => of(account).length > 0,
    async verify({ account, assertion, expectedChallenge, expectedOrigin }) {
      const credential = of(account).find(({ id }) => id === assertion.id)
      if (!credential) return false
      const found = await verifyAuthenticationResponse({
        ...{
          response: assertion,
          expectedChallenge,
          expectedOrigin: [...expectedOrigin],
          expectedRPID: rpID,
          credential,
        },
        requireUserVerification: true,
      }).catch(() => undefined) // it throws for a wrong assertion; what a database throws is left alone
      if (!found?.verified) return false
      // A copied authenticator shows as a counter that falls: the next verification is then refused.
      credential.counter = found.authenticationInfo.newCounter
      return true
    },
  }
}
