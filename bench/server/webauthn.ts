import { randomBytes } from 'node:crypto'
import { verifyAuthenticationResponse } from '@simplewebauthn/server'
import { createAuthenticator } from './software-authenticator.ts'

const origin = 'https://door.example'
const rpID = 'door.example'

export function webAuthnAssertion(counter: number) {
  const { credential, assert } = createAuthenticator({ rpID, origin })
  const expectedChallenge = randomBytes(32).toString('base64url')
  return { response: assert(expectedChallenge, counter), expectedChallenge, credential }
}

/** Whether @simplewebauthn/server finds it right. */
export async function verifyAssertion(one: ReturnType<typeof webAuthnAssertion>): Promise<boolean> {
  return (await verifyAuthenticationResponse({ ...one, expectedOrigin: origin, expectedRPID: rpID })).verified
}
