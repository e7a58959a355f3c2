// npm run bench:server -- --json OUT [--each N]
//
// Verifications per second of the backend, through its handler, on a throw-away PostgreSQL (fsync off: no disk is
// measured). Rates are per second, times milliseconds. `perCore…` counts processor time of this process, so a busy machine
// does not lower it; everything else is wall-clock, and clients and database share the machine.
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { createMemoryStore, recordReceipts, verifyVerification } from '../src/server/index.ts'
import { createPostgresStore, pgPoolDatabase } from '../src/server/postgres.ts'
import { startRealPostgres } from '../test/unit/server/real-postgres.ts'
import { origin as expectedOrigin, scope } from '../test/unit/server/world.ts'
import { closedLoop, createBench, type LoadStep, lostReceipts, openLoop, prepare, rssMb } from './server-load.ts'
import { simpleWebAuthnPerCore } from './server-webauthn.ts'

const { values } = parseArgs({ options: { json: { type: 'string' }, each: { type: 'string', default: '60' } } })
const each = Number(values.each)
if (!values.json || !(each >= 10)) {
  process.stderr.write('npm run bench:server -- --json OUT [--each N, 10 or more]\n')
  process.exit(2)
}
const postgres = await startRealPostgres()
if (!postgres) {
  process.stderr.write('No PostgreSQL server is installed here: apt-get install postgresql\n')
  process.exit(1)
}

try {
  const perCoreNoDb = await verificationsPerCore(1000)
  const simplewebauthnPerCore = await simpleWebAuthnPerCore(1000)
  await postgres.createDatabase('bench')
  const store = createPostgresStore({ database: pgPoolDatabase(postgres.pool('bench')) })
  await store.migrate()
  const bench = await createBench(store, 64)
  const rssStartMb = rssMb()
  const steps: LoadStep[] = []
  for (const concurrency of [1, 2, 4, 8, 16]) {
    const step = await closedLoop(bench, concurrency, each)
    process.stderr.write(`${JSON.stringify(step)}\n`)
    steps.push(step)
  }
  const saturation = Math.max(...steps.map(({ rate }) => rate))
  const half = await openLoop(bench, saturation / 2, 8 * each)
  const report = {
    ...{ perCoreNoDb, saturation, p50AtHalf: half.p50, p99AtHalf: half.p99 },
    ...{ doubleAccepts: bench.doubleAccepts, lostReceipts: await lostReceipts(bench) },
    ...{ rssStartMb, rssEndMb: rssMb(), simplewebauthnPerCore },
    ...{ steps, half, receipts: [...bench.countersignatures.values()].flat().length },
    machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, postgres: postgres.version },
  }
  await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
  process.stdout.write(`${JSON.stringify(report)}\n`)
} finally {
  await postgres.stop()
}

/** POST /verify alone, on the memory store: what the cryptography and the checks cost. */
async function verificationsPerCore(count: number): Promise<number> {
  const bench = await createBench(createMemoryStore(), 50)
  const { store, keys, now } = bench.world
  let micros = 0
  // In small lots, one of each person: the memory store looks through every open grant, which no database does.
  for (let done = 0; done < count; done += 50) {
    const lot = []
    for (let i = 0; i < 50; i++) {
      const one = await prepare(bench, bench.people[i]!)
      await recordReceipts({ store, keys, receipts: one.receipts, expectedTenant: scope.tenant, expectedOrigin, now })
      lot.push(one.response)
    }
    const before = process.cpuUsage()
    for (const response of lot) {
      const { verified } = await verifyVerification({ store, keys, response, expectedOrigin, now })
      if (!verified) throw new Error('a right verification was refused')
    }
    const { user, system } = process.cpuUsage(before)
    micros += user + system
  }
  return Math.round(count / (micros / 1e6))
}
