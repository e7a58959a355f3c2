import { base64url } from 'jose'
import { expect, test, vi } from 'vitest'
import { cipherSuite, envelopeInfo } from '../../../src/server/hpke'

/** An accident of WebCrypto once, at the `n`th call of `name`; then as ever. */
function failOnce(name: 'sign' | 'importKey', n: number) {
  const real = crypto.subtle[name].bind(crypto.subtle) as (...all: unknown[]) => Promise<unknown>
  let calls = 0
  return vi.spyOn(crypto.subtle, name).mockImplementation(((...all: unknown[]) => {
    calls += 1
    return calls === n ? Promise.reject(new Error('out of memory')) : real(...all)
  }) as never)
}

// A suite keeps what depends on public constants alone: a failure must not be kept with it.
test.each(['sign', 'importKey'] as const)(
  'a WebCrypto call that fails once (%s) is asked again by the next message',
  async (name) => {
    let failed = 0
    for (let n = 1; n <= 12; n++) {
      vi.resetModules()
      const fresh: typeof import('../../../src/server/hpke') = await import('../../../src/server/hpke')
      const suite = fresh.cipherSuite('P256')
      const recipient = await suite.kem.generateKeyPair()
      const seal = () =>
        suite.seal(
          { recipientPublicKey: recipient.publicKey, info: envelopeInfo },
          new Uint8Array(3),
          new Uint8Array(2),
        )
      const spy = failOnce(name, n)
      const first = await seal().catch(() => undefined)
      spy.mockRestore()
      if (!first) failed += 1
      const { enc, ct } = await seal()
      const opened = await cipherSuite('P256').open(
        { recipientKey: recipient, enc, info: envelopeInfo },
        ct,
        new Uint8Array(2),
      )
      expect([n, base64url.encode(new Uint8Array(opened))]).toEqual([n, 'AAAA'])
    }
    expect(failed).toBeGreaterThanOrEqual(2)
  },
)
