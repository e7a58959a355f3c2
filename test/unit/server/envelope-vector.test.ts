import { describe, expect, test, vi } from 'vitest'
import { generateServerKeys, importServerKeys, type ServerKeysJSON } from '../../../src/server'
import { verifyDeviceSignature } from '../../../src/server/device'
import { openSealed } from '../../../src/server/hpke'
import { decodeClaim, decodeEnvelope } from '../../../src/wire/envelope'
import document from '../../vectors/envelope-v1.json' with { type: 'json' }
import { fromHex, toHex } from './bytes'
import { hpkeSuite } from './client'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

describe.each(document.vectors)('envelope v1, $header.suite', (vector) => {
  const seal = [vector.recipient] as ServerKeysJSON['seal']

  test('opens to the known header, claim and device signature', async () => {
    const keys = await importServerKeys({ ...(await generateServerKeys()), seal })
    const envelope = decodeEnvelope(fromHex(vector.envelope))
    expect(envelope.header).toEqual(vector.header)
    const claim = decodeClaim(await openSealed(keys, envelope))
    const { template, devicePublicKey, signature: _, ...rest } = claim
    expect({ ...rest, template: toHex(template) }).toEqual(vector.claim)
    expect(toHex(devicePublicKey)).toBe(vector.devicePublicKey)
    await verifyDeviceSignature(envelope, claim)
  })

  test('takes at most 1 KiB', () => {
    expect(vector.envelope.length / 2).toBeLessThanOrEqual(1024)
  })

  test('what @hpke/core seals, hpke opens', async () => {
    const { cipherSuite, envelopeInfo } = await import('../../../src/server/hpke')
    const { header, headerBytes } = decodeEnvelope(fromHex(vector.envelope))
    const ours = cipherSuite(header.suite)
    const theirs = hpkeSuite(header.suite)
    const recipient = await theirs.GenerateKeyPair()
    const publicBytes = await theirs.SerializePublicKey(recipient.publicKey)
    const recipientPublicKey = await ours.kem.deserializePublicKey(publicBytes)
    const plaintext = new Uint8Array(400).fill(5)
    const sealed = await ours.seal({ recipientPublicKey, info: envelopeInfo }, plaintext, headerBytes)
    const options = { aad: headerBytes, info: envelopeInfo }
    const opened = await theirs.Open(recipient, new Uint8Array(sealed.enc), new Uint8Array(sealed.ct), options)
    expect(toHex(opened)).toBe(toHex(plaintext))
  })
})
