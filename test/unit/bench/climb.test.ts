import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../bench/common/random'
import { climb, failuresWithin } from '../../../bench/protection/oracle'
import { createMemoryStore, unlockSubject } from '../../../src/server'
import { climbThrottle } from '../../../src/server/throttle'
import { hammingDistance } from '../../../src/worker/protect'
import { createDevice, withFlippedBits } from '../server/client'
import { createWorld } from '../server/world'

type Bytes = Uint8Array<ArrayBuffer>

const bits = 2048
const limit = 739

function randomTemplate(random: () => number): Bytes {
  return Uint8Array.from({ length: bits / 8 }, () => Math.floor(random() * 256))
}

describe('hill climbing on accept and reject', () => {
  it('without a limiter reads the whole enrolled template from one that is accepted', async () => {
    const random = seededRandom(1)
    const enrolled = randomTemplate(random)
    const start = enrolled.map((byte, index) => (index < 64 ? byte ^ 0xff : byte))
    const oracle = (template: Uint8Array) => hammingDistance(template, enrolled) <= limit
    expect(oracle(start)).toBe(true)
    const { template, tries, rejected } = await climb(start, oracle, random)
    expect(hammingDistance(template, enrolled)).toBe(0)
    expect(tries).toBeLessThan(bits + 16)
    expect(rejected).toBeGreaterThan(bits - limit - 16)
  })

  it('learns nothing from an answer that does not depend on the template', async () => {
    const random = seededRandom(2)
    const enrolled = randomTemplate(random)
    const { template } = await climb(randomTemplate(random), () => random() < 0.5, random)
    expect(Math.abs(hammingDistance(template, enrolled) / bits - 0.5)).toBeLessThan(0.06)
  })

  it('the backend stops it, although every accepted try clears the failures in a row', async () => {
    const random = seededRandom(3)
    const world = await createWorld()
    const [device, enrolled] = [await createDevice(), randomTemplate(random)]
    await world.enrol(device, 'climbed', enrolled)
    const seen = { accepted: 0, refused: 0 }
    const oracle = async (template: Bytes) => {
      const { verified } = await world.verify(device, 'climbed', template)
      seen[verified ? 'accepted' : 'refused'] += 1
      return verified
    }
    // A patient climber, who clears the counter before it makes him wait.
    let spare = 0
    const patient = async (template: Bytes) => {
      if (seen.refused % 5 === 4) {
        spare += 1
        await oracle(withFlippedBits(enrolled, spare))
      }
      return oracle(template)
    }
    const start = withFlippedBits(enrolled, 600)
    await expect(climb(start, patient, random)).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: 3600 })
    expect(seen.refused).toBe(31)
    expect(seen.accepted).toBeGreaterThan(6)
    // Neither another device nor waiting for the next hour helps much: the counter is the subject's, for a week.
    await expect(world.options('verify', 'climbed')).rejects.toMatchObject({ code: 'rate_limited' })
    world.now += 3600
    expect((await world.verify(device, 'climbed', randomTemplate(random))).verified).toBe(false)
    await expect(world.options('verify', 'climbed')).rejects.toMatchObject({ retryAfterSeconds: 7200 })
  })

  it('the help desk opens it again, and the week ends', async () => {
    const random = seededRandom(4)
    const store = createMemoryStore()
    const world = await createWorld(store)
    const [device, enrolled] = [await createDevice(), randomTemplate(random)]
    const { subject } = await world.enrol(device, 'opened', enrolled)
    const fail = async () => {
      world.now += 86_400
      await world.verify(device, 'opened', randomTemplate(random))
    }
    await fail()
    await fail()
    const week = () => store.tables.throttles.get(climbThrottle(subject))
    expect(week()?.failures).toBe(2)
    expect(await unlockSubject({ store, subject })).toBe(true)
    expect(week()).toBeUndefined()
    for (let day = 0; day < 9; day++) await fail()
    // Seven in the first week, two in the next.
    expect(week()?.failures).toBe(2)
  })

  it('over the year a climber is refused too seldom to learn a template', async () => {
    const needed = bits - limit
    expect(await failuresWithin(86_400, false)).toBeLessThan(20)
    expect(await failuresWithin(7 * 86_400, true)).toBeLessThan(45)
    expect(await failuresWithin(182 * 86_400, true)).toBeLessThan(needed)
  })
})
