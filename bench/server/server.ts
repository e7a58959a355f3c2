// npm run bench:server -- --json OUT [--each N]
//
// Verifications per second of the backend, through its handler, on a throw-away PostgreSQL (fsync off: no disk is
// measured). Rates are per second, times milliseconds. `perCore…` counts processor time of this process, which a busy
// machine lowers less; everything else is by the clock, and clients and database share the machine. Every step of the
// load, and both times of one verification, go to the standard output.
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { createPostgresStore, pgPoolDatabase } from '../../src/server/postgres.ts'
import { startRealPostgres } from '../../test/unit/server/real-postgres.ts'
import { costs, perSecond } from './cores.ts'
import { closedLoop, createBench, type LoadStep, lostReceipts, openLoop, rssMb } from './load.ts'

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
  const one = await costs(20)
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
    ...{ perCoreNoDb: perSecond(one.faceseal), saturation, p50AtHalf: half.p50, p99AtHalf: half.p99 },
    ...{ doubleAccepts: bench.doubleAccepts, lostReceipts: await lostReceipts(bench) },
    ...{ rssStartMb, rssEndMb: rssMb(), simplewebauthnPerCore: perSecond(one.simplewebauthn) },
  }
  await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
  const receipts = [...bench.countersignatures.values()].flat().length
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, postgres: postgres.version }
  process.stdout.write(`${JSON.stringify({ ...report, microseconds: one, steps, half, receipts, machine })}\n`)
} finally {
  await postgres.stop()
}
