import { randomBytes } from 'node:crypto'
import { verifyAuthenticationResponse } from '@simplewebauthn/server'
import { createAuthenticator } from './software-authenticator.ts'

const origin = 'https://door.example'
const rpID = 'door.example'

function assertion(counter: number) {
  const { credential, assert } = createAuthenticator({ rpID, origin })
  const expectedChallenge = randomBytes(32).toString('base64url')
  return { response: assert(expectedChallenge, counter), expectedChallenge, credential }
}

/** Assertions verified per second of processor time; each has to be found right. */
export async function simpleWebAuthnPerCore(count: number): Promise<number> {
  const made = Array.from({ length: count }, (_, i) => assertion(i + 1))
  const before = process.cpuUsage()
  for (const one of made) {
    const { verified } = await verifyAuthenticationResponse({ ...one, expectedOrigin: origin, expectedRPID: rpID })
    if (!verified) throw new Error('a right assertion was refused')
  }
  const { user, system } = process.cpuUsage(before)
  return Math.round(count / ((user + system) / 1e6))
}
