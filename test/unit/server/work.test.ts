import { expect, test, vi } from 'vitest'
import { createDevice, randomTemplate, withFlippedBits } from './client'
import { watchCryptography } from './watch'
import { createWorld } from './world'

// a shared two-core machine may be slow; what is counted here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

test('a verification after the first asks no key of public constants again: 9 imports became 4', async () => {
  const world = await createWorld()
  const [device, template] = [await createDevice(), randomTemplate()]
  await world.enrol(device, 'counted', template)
  const work: string[] = []
  const count = async (flipped: number) => {
    const options = await world.options('verify', 'counted')
    const response = await world.response(device, options, withFlippedBits(template, flipped))
    const spies = watchCryptography(work)
    try {
      work.length = 0
      expect((await world.acceptVerification(response)).verified).toBe(true)
      return work.filter((step) => step === 'subtle.importKey').length
    } finally {
      for (const spy of spies) spy.mockRestore()
    }
  }
  await count(1)
  // the sender's point, the shared secret of the KEM, the message key, the device key
  expect([await count(2), await count(3)]).toEqual([4, 4])
  expect(work.length).toBeLessThanOrEqual(19)
})
