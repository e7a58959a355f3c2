// Writes test/vectors/envelope-v1.json anew: `npx tsx test/unit/server/make-envelope-vector.ts`. Sealing is random
// (RFC 9180 §5.1: a fresh ephemeral key), so the committed bytes are facts of one run for the open side to agree with.
import { writeFile } from 'node:fs/promises'
import { base64url } from 'jose'
import { generateSealKey } from '../../../src/server/keys'
import type { CeremonyOptionsJSON } from '../../../src/wire/ceremony-options'
import { decodeEnvelope } from '../../../src/wire/envelope'
import { toHex } from './bytes'
import { createDevice } from './client'

const iat = 1_800_000_000
const vectors = await Promise.all((['P256', 'X25519'] as const).map(makeVector))
const document = {
  description:
    'Envelopes of version 1, sealed by the npm package hpke; hex. The template is byte i = (7 i + 3) mod 256.',
  info: toHex(new TextEncoder().encode('faceseal/envelope/v1')),
  vectors,
}
await writeFile(new URL('../../vectors/envelope-v1.json', import.meta.url), `${JSON.stringify(document, null, 2)}\n`)

async function makeVector(suite: 'P256' | 'X25519') {
  const recipient = await generateSealKey(suite)
  const { jwk } = recipient as { jwk: { x: string; y?: string } }
  const x = base64url.decode(jwk.x)
  const publicKey = jwk.y ? new Uint8Array([4, ...x, ...base64url.decode(jwk.y)]) : x
  const device = await createDevice()
  const bits = suite === 'P256' ? 2048 : 1024
  const options = {
    ...{ kind: suite === 'P256' ? 'enrol' : 'verify', iat, exp: iat + 600 },
    ...{ sid: base64url.encode(new Uint8Array(16).fill(1)), nonce: base64url.encode(new Uint8Array(16).fill(2)) },
    ...{ tenant: 'estate', origin: 'https://door.example', purpose: 'property-access' },
    ...{ protection: { bits }, seal: { suite, kid: recipient.kid, publicKey: base64url.encode(publicKey) } },
  } as CeremonyOptionsJSON
  const template = Uint8Array.from({ length: bits / 8 }, (_, i) => (7 * i + 3) % 256)
  const envelope = await device.seal(options, template)
  return {
    recipient,
    envelope: toHex(envelope),
    header: decodeEnvelope(envelope).header,
    claim: {
      kind: options.kind,
      bits,
      quality: 3,
      spoofRisk: 0,
      injectionRisk: 0,
      steps: [],
      template: toHex(template),
    },
    devicePublicKey: toHex(device.publicKey),
  }
}
