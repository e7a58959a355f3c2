import { setTimeout as sleep } from 'node:timers/promises'
import policy from '../../demo/policy.json' with { type: 'json' }
import { createHandler, type FaceSealStore, logEntryOf } from '../../src/server/index.ts'
import { createDevice, randomTemplate, type TestDevice, withFlippedBits } from '../../test/unit/server/client.ts'
import { createWorld, origin, scope, type World } from '../../test/unit/server/world.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** What a page sends for one verification; made before the clock starts. */
export interface Prepared {
  readonly account: string
  readonly receipts: readonly string[]
  readonly response: Bytes
}

interface Person {
  readonly account: string
  readonly device: TestDevice
  readonly template: Bytes
  subject: string
  made: number
}

/** A backend with enrolled people, driven through its handler: everything but the socket. */
export interface Bench {
  readonly world: World
  readonly handler: (request: Request) => Promise<Response>
  readonly people: readonly Person[]
  /** Of the whole run: every countersignature that a client was given. */
  readonly countersignatures: Map<string, string[]>
  /** Responses that were accepted more than once. */
  doubleAccepts: number
}

/** Enrols `count` people, each with a device of its own. */
export async function createBench(store: FaceSealStore, count: number): Promise<Bench> {
  const world = await createWorld(store)
  const handler = createHandler({
    ...{ store, keys: world.keys, policy, ...scope, expectedOrigin: origin, now: () => world.now },
    resolveSubject: async (request) => request.headers.get('x-account') ?? undefined,
  })
  const people: Person[] = []
  for (let i = 0; i < count; i++) {
    const [account, device, template] = [`load-${i}`, await createDevice(), randomTemplate()]
    const { subject } = await world.enrol(device, account, template)
    people.push({ account, device, template, subject, made: 0 })
  }
  return { world, handler, people, countersignatures: new Map(), doubleAccepts: 0 }
}

/** One more verification of a person: another capture of the same face, with its own two consents. */
export async function prepare({ world }: Bench, person: Person): Promise<Prepared> {
  const { account, device, template } = person
  person.made += 1
  const options = await world.options('verify', account)
  const receipts = await device.grants(options, { iat: world.now })
  const bits = withFlippedBits(template, 1 + (person.made % 600), Math.floor(person.made / 600))
  return { account, receipts, response: await device.seal(options, bits, { receipts, now: world.now }) }
}

/** Records the consents, then verifies. Milliseconds of the verification alone; throws when a right answer is not given. */
export async function conversation(bench: Bench, { account, receipts, response }: Prepared, twice: boolean) {
  const post = (path: string, type: string, body: string | Bytes) =>
    bench.handler(
      new Request(`${origin}/face${path}`, {
        ...{ method: 'POST', headers: { 'x-account': account, 'content-type': type, origin }, body },
      }),
    )
  const recorded = await post('/receipts', 'application/json', JSON.stringify({ receipts }))
  if (recorded.status !== 200) throw new Error(`receipts: ${await recorded.text()}`)
  const { countersignatures } = (await recorded.json()) as { countersignatures: string[] }
  bench.countersignatures.set(account, [...(bench.countersignatures.get(account) ?? []), ...countersignatures])
  const started = performance.now()
  const verify = () => post('/verify', 'application/octet-stream', response)
  const answers = await Promise.all(twice ? [verify(), verify()] : [verify()])
  const milliseconds = performance.now() - started
  const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<{ verified?: boolean }>))
  const accepted = bodies.filter(({ verified }) => verified === true).length
  if (accepted > 1) bench.doubleAccepts += 1
  if (accepted === 0) throw new Error(`verification: ${JSON.stringify(bodies)}`)
  return milliseconds
}

export interface LoadStep {
  readonly concurrency: number
  /** Verifications per second, each with its consents recorded first. */
  readonly rate: number
  /** Milliseconds of POST /verify. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly rssMb: number
}

/** Closed loop: `concurrency` people, one after another each, `each` verifications; one in ten is sent twice at once. */
export async function closedLoop(bench: Bench, concurrency: number, each: number): Promise<LoadStep> {
  const queues: Prepared[][] = []
  for (const person of bench.people.slice(0, concurrency)) {
    const queue: Prepared[] = []
    for (let i = 0; i < each; i++) queue.push(await prepare(bench, person))
    queues.push(queue)
  }
  const times: number[] = []
  const started = performance.now()
  await Promise.all(
    queues.map(async (queue) => {
      for (const [i, prepared] of queue.entries()) times.push(await conversation(bench, prepared, i % 10 === 9))
    }),
  )
  const rate = (concurrency * each) / ((performance.now() - started) / 1000)
  return { concurrency, rate: round(rate), ...percentiles(times), rssMb: rssMb() }
}

/**
 * Open loop: one verification every `1 / rate` s, whoever is still busy; a late start counts as time. A person's next one
 * waits for the one before, as the receipts of one device are a chain, and that counts too.
 */
export async function openLoop(bench: Bench, rate: number, count: number): Promise<Omit<LoadStep, 'concurrency'>> {
  const prepared: Prepared[] = []
  for (let i = 0; i < count; i++) prepared.push(await prepare(bench, bench.people[i % bench.people.length]!))
  const started = performance.now()
  const running: Promise<number>[] = []
  const last = new Map<string, Promise<number>>()
  for (const [i, one] of prepared.entries()) {
    const due = started + (i * 1000) / rate
    await sleep(Math.max(0, due - performance.now()))
    const before = last.get(one.account)
    const run = (async () => {
      await before
      const late = Math.max(0, performance.now() - due)
      return late + (await conversation(bench, one, i % 10 === 9))
    })()
    last.set(one.account, run)
    running.push(run)
  }
  const times = await Promise.all(running)
  const reached = count / ((performance.now() - started) / 1000)
  return { rate: round(reached), ...percentiles(times), rssMb: rssMb() }
}

/** Countersignatures that a client holds and the ledger or the log does not. */
export async function lostReceipts({ world, people, countersignatures }: Bench): Promise<number> {
  let lost = 0
  for (const { account, subject } of people) {
    const given = countersignatures.get(account) ?? []
    lost += await world.store.transaction(async (transaction) => {
      const kept = new Set((await transaction.readLedger(subject)).map((entry) => entry.countersignature))
      let missing = 0
      for (const statement of given) {
        const leaf = await transaction.findLeaf(await logEntryOf(statement))
        if (!kept.has(statement) || leaf === undefined) missing += 1
      }
      return missing
    })
  }
  return lost
}

/** Resident memory of this process, clients included, megabytes. */
export function rssMb(): number {
  return Math.round(process.memoryUsage().rss / 1e6)
}

function percentiles(times: readonly number[]) {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!)
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

export function round(value: number): number {
  return Math.round(value * 10) / 10
}
