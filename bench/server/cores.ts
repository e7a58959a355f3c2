import { createMemoryStore, recordReceipts, verifyVerification } from '../../src/server/index.ts'
import { origin as expectedOrigin, scope } from '../../test/unit/server/world.ts'
import { createBench, prepare } from './load.ts'
import { verifyAssertion, webAuthnAssertion } from './webauthn.ts'

/** Verifications of one lot, of which so many are under way at once, as on a server that is asked. */
const lotSize = 50
const inFlight = 8

export interface Cost {
  /** Microseconds for one: of processor time of the whole process, and by the clock. Medians of the lots. */
  readonly processor: number
  readonly clock: number
}

export interface Costs {
  readonly faceseal: Cost
  readonly simplewebauthn: Cost
}

/**
 * What one verification costs without a database, beside an assertion of @simplewebauthn/server. The lots take turns, so
 * that a machine that is busy with something else slows both. Throws when a right answer is not given.
 */
export async function costs(lots: number): Promise<Costs> {
  const bench = await createBench(createMemoryStore(), lotSize)
  const { store, keys, now } = bench.world
  const [ours, theirs]: [Cost[], Cost[]] = [[], []]
  for (let lot = 0; lot < lots; lot++) {
    // One of each person: the memory store looks through every open grant, which no database does.
    const responses: Uint8Array<ArrayBuffer>[] = []
    for (const person of bench.people) {
      const { receipts, response } = await prepare(bench, person)
      await recordReceipts({ store, keys, receipts, expectedTenant: scope.tenant, expectedOrigin, now })
      responses.push(response)
    }
    const verify = async (response: Uint8Array<ArrayBuffer>) =>
      (await verifyVerification({ store, keys, response, expectedOrigin, now })).verified
    ours.push(await measure(responses, verify))
    const assertions = Array.from({ length: lotSize }, (_, i) => webAuthnAssertion(i + 1))
    theirs.push(await measure(assertions, verifyAssertion))
  }
  return { faceseal: median(ours), simplewebauthn: median(theirs) }
}

/** As often as one core can do it in a second. */
export function perSecond({ processor }: Cost): number {
  return Math.round(1e6 / processor)
}

async function measure<T>(lot: readonly T[], verify: (one: T) => Promise<boolean>): Promise<Cost> {
  const queue = lot.values()
  const started = performance.now()
  const before = process.cpuUsage()
  const take = async () => {
    for (const one of queue) if (!(await verify(one))) throw new Error('a right answer was refused')
  }
  await Promise.all(Array.from({ length: inFlight }, take))
  const { user, system } = process.cpuUsage(before)
  const clock = performance.now() - started
  return { processor: (user + system) / lot.length, clock: (1000 * clock) / lot.length }
}

function median(lots: readonly Cost[]): Cost {
  const middle = (of: keyof Cost) => lots.map((lot) => lot[of]).sort((a, b) => a - b)[lots.length >> 1]!
  return { processor: Math.round(middle('processor')), clock: Math.round(middle('clock')) }
}
