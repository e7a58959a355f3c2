import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import { verifyAuthenticationResponse } from '@simplewebauthn/server'

const origin = 'https://door.example'
const rpID = 'door.example'

/** One assertion as an authenticator signs it (WebAuthn §7.2), ES256. */
function assertion(counter: number) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
  const coordinate = (value: string) => [0x58, 0x20, ...Buffer.from(value, 'base64url')]
  // COSE_Key (RFC 9053 §7.1): { 1: EC2, 3: ES256, -1: P-256, -2: x, -3: y }
  const cose = Uint8Array.of(0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, ...coordinate(x), 0x22, ...coordinate(y))
  const challenge = randomBytes(32).toString('base64url')
  const clientData = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }))
  const authenticatorData = Buffer.concat([
    createHash('sha256').update(rpID).digest(),
    Buffer.from([0x05, 0, 0, counter >> 8, counter & 255]), // user present and verified
  ])
  const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()])
  const id = randomBytes(16).toString('base64url')
  const response = {
    ...{ id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} },
    response: {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: createSign('sha256').update(signed).sign(privateKey).toString('base64url'),
    },
  }
  return { response, expectedChallenge: challenge, credential: { id, publicKey: cose, counter: 0 } }
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
