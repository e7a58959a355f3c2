import { describe, expect, test, vi } from 'vitest'
import { cipherSuite } from '../../../src/server/hpke'
import p256 from '../../vectors/rfc9180-p256.json' with { type: 'json' }
import x25519 from '../../vectors/rfc9180-x25519.json' with { type: 'json' }
import { fromHex, toHex } from './bytes'
import { hpkeSuite } from './client'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const vectors = [
  { ...p256, suite: 'P256' as const },
  { ...x25519, suite: 'X25519' as const },
]

describe.each(vectors)('RFC 9180 $name', (vector) => {
  const info = fromHex(vector.info)
  const enc = fromHex(vector.enc)

  test('@hpke/core, as the server uses it, opens every encryption', async () => {
    const suite = cipherSuite(vector.suite)
    const recipientKey = await suite.kem.deriveKeyPair(fromHex(vector.ikmR))
    expect(toHex(new Uint8Array(await suite.kem.serializePublicKey(recipientKey.publicKey)))).toBe(vector.pkRm)
    const context = await suite.createRecipientContext({ recipientKey, enc, info })
    await openAll(vector, async (ct, aad) => new Uint8Array(await context.open(ct, aad)))
  })

  test('@hpke/core imports the raw private key and opens the first', async () => {
    const suite = cipherSuite(vector.suite)
    const privateKey = await suite.kem.deserializePrivateKey(fromHex(vector.skRm))
    const publicKey = await suite.kem.deserializePublicKey(fromHex(vector.pkRm))
    const recipientKey = { privateKey, publicKey }
    const [first] = vector.encryptions
    const opened = await suite.open({ recipientKey, enc, info }, fromHex(first!.ct), fromHex(first!.aad))
    expect(toHex(new Uint8Array(opened))).toBe(vector.pt)
  })

  test('hpke, the second implementation, opens every encryption', async () => {
    const suite = hpkeSuite(vector.suite)
    const recipient = await suite.DeriveKeyPair(fromHex(vector.ikmR))
    expect(toHex(await suite.SerializePublicKey(recipient.publicKey))).toBe(vector.pkRm)
    const context = await suite.SetupRecipient(recipient, enc, { info })
    await openAll(vector, (ct, aad) => context.Open(ct, aad))
  })
})

type Open = (ciphertext: Uint8Array<ArrayBuffer>, aad: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>

/**
 * A recipient counts by itself, so it has to see every message from 0 to 256: those that the RFC lists come from the
 * vector, those between from a sender with the RFC's ephemeral key, whose own listed ones must be the RFC's.
 */
async function openAll(vector: (typeof vectors)[number], open: Open): Promise<void> {
  const suite = cipherSuite(vector.suite)
  const recipientPublicKey = await suite.kem.deserializePublicKey(fromHex(vector.pkRm))
  const ekm = await suite.kem.deriveKeyPair(fromHex(vector.ikmE))
  const sender = await suite.createSenderContext({ recipientPublicKey, ekm, info: fromHex(vector.info) })
  expect(toHex(new Uint8Array(sender.enc))).toBe(vector.enc)
  const listed = new Map(vector.encryptions.map((entry) => [entry.sequence, entry]))
  for (let sequence = 0; sequence <= 256; sequence++) {
    const aad = new TextEncoder().encode(`Count-${sequence}`)
    const sealed = new Uint8Array(await sender.seal(fromHex(vector.pt), aad))
    const entry = listed.get(sequence)
    if (entry) expect([toHex(aad), toHex(sealed)]).toEqual([entry.aad, entry.ct])
    expect(toHex(await open(entry ? fromHex(entry.ct) : sealed, aad))).toBe(vector.pt)
  }
  expect(listed.size).toBe(6)
}
