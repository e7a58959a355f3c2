import { generateServerKeys, importServerKeys } from '../../src/server/keys.ts'
import { createMemoryStore } from '../../src/server/memory.ts'
import type { StoreTransaction } from '../../src/server/store.ts'
import {
  type Counters,
  clearFailures,
  countersOf,
  countFailure,
  lockThrottles,
  standardLimits,
} from '../../src/server/throttle.ts'
import { FaceSealError } from '../../src/wire/errors.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** Says accept or reject, as the backend does, and nothing else. */
export type Oracle = (template: Bytes) => boolean | Promise<boolean>

export interface Climb {
  /** The enrolled template, as far as it was learnt. */
  readonly template: Uint8Array
  readonly tries: number
  readonly rejected: number
}

/**
 * Reads an enrolled template bit by bit out of yes and no, from one template that is accepted: walks to the very edge of
 * acceptance, where one more wrong bit is refused; there each bit, flipped alone, is accepted if it was wrong and refused
 * if it was right. As many tries as there are bits, and a few. A client that submits any template it likes can do so.
 */
export async function climb(start: Bytes, oracle: Oracle, random: () => number): Promise<Climb> {
  const tally = { tries: 0, rejected: 0 }
  const ask = async (template: Bytes) => {
    const accepted = await oracle(template)
    tally.tries += 1
    if (!accepted) tally.rejected += 1
    return accepted
  }
  const order = Array.from({ length: start.length * 8 }, (_, bit) => ({ bit, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ bit }) => bit)
  const edge = await edgeOf(start, order, ask)
  const learnt = edge.slice()
  for (let bit = 0; bit < start.length * 8; bit++) {
    if (await ask(withFlipped(edge, [bit]))) flip(learnt, bit)
  }
  return { template: learnt, ...tally }
}

/** Bisects between the start, which is accepted, and the start with every bit flipped, which is not. */
async function edgeOf(start: Bytes, order: readonly number[], ask: Oracle): Promise<Bytes> {
  let [accepted, refused] = [0, order.length]
  while (refused - accepted > 1) {
    const middle = (accepted + refused) >> 1
    if (await ask(withFlipped(start, order.slice(0, middle)))) accepted = middle
    else refused = middle
  }
  return withFlipped(start, order.slice(0, accepted))
}

function withFlipped(template: Bytes, bits: readonly number[]): Bytes {
  const changed = template.slice()
  for (const bit of bits) flip(changed, bit)
  return changed
}

function flip(template: Uint8Array, bit: number): void {
  template[bit >> 3]! ^= 1 << (bit & 7)
}

/** More wrong tries than this in a time count as no limit at all. */
const unlimited = 20_000

/**
 * How many wrong tries the shipped limiter lets through for one subject, by a clock that jumps to the moment at which it
 * opens again; `null` where nothing stops them. With `accepted`, a try that is accepted comes before each that would meet a wait, as whoever
 * has one accepted template can arrange.
 */
export async function failuresWithin(seconds: number, accepted: boolean): Promise<number | null> {
  const store = createMemoryStore()
  const keys = await importServerKeys(await generateServerKeys({ suites: ['P256'] }))
  const counters = await countersOf({ keys, tenant: 'bench', subject: 'victim', device: 'stolen' })
  const start = 1_800_000_000
  let now = start
  for (let failures = 0; failures < unlimited; failures++) {
    now += await store.transaction((transaction) => secondsLocked(transaction, counters, now))
    if (now > start + seconds) return failures
    await store.transaction(async (transaction) => {
      if (accepted && failures % standardLimits.freeFailures === 0) await clearFailures(transaction, counters)
      await countFailure(transaction, counters, now, 'enrolled')
    })
  }
  return null
}

async function secondsLocked(transaction: StoreTransaction, counters: Counters, now: number): Promise<number> {
  try {
    await lockThrottles(transaction, counters, now)
    return 0
  } catch (cause) {
    if (cause instanceof FaceSealError && cause.code === 'rate_limited') return cause.retryAfterSeconds ?? 0
    throw cause
  }
}
