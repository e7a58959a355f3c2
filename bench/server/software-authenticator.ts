import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto'

/** A passkey in software, for measurements and tests: one ES256 credential of one site. */
export interface SoftwareAuthenticator {
  /** As @simplewebauthn/server stores one. */
  readonly credential: { readonly id: string; readonly publicKey: Uint8Array<ArrayBuffer>; readonly counter: number }
  /** Signs as an authenticator does (WebAuthn §7.2), user present and verified. `challenge` is base64url. */
  assert(challenge: string, counter?: number): PasskeyAnswer
}

export interface PasskeyAnswer {
  readonly id: string
  readonly rawId: string
  readonly type: 'public-key'
  readonly clientExtensionResults: Record<string, never>
  readonly response: {
    readonly clientDataJSON: string
    readonly authenticatorData: string
    readonly signature: string
  }
}

export function createAuthenticator(site: { readonly rpID: string; readonly origin: string }): SoftwareAuthenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
  const coordinate = (value: string) => [0x58, 0x20, ...Buffer.from(value, 'base64url')]
  // COSE_Key (RFC 9053 §7.1): { 1: EC2, 3: ES256, -1: P-256, -2: x, -3: y }
  const cose = Uint8Array.of(0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, ...coordinate(x), 0x22, ...coordinate(y))
  const id = randomBytes(16).toString('base64url')
  return {
    credential: { id, publicKey: cose, counter: 0 },
    assert(challenge, counter = 1) {
      const { origin } = site
      const clientData = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }))
      const authenticatorData = Buffer.concat([
        createHash('sha256').update(site.rpID).digest(),
        Buffer.from([0x05, 0, 0, counter >> 8, counter & 255]), // user present and verified
      ])
      const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()])
      return {
        ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
        response: {
          clientDataJSON: clientData.toString('base64url'),
          authenticatorData: authenticatorData.toString('base64url'),
          signature: createSign('sha256').update(signed).sign(privateKey).toString('base64url'),
        },
      }
    },
  }
}
