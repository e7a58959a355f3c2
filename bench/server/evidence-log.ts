// npx tsx bench/server/evidence-log.ts --json OUT [--appends N]
//
// The one row of the evidence log, which every writer of receipts locks: how long it is held, and how many answers of two
// receipts get past it, with nothing else to do. On a throw-away PostgreSQL over a unix socket, once with fsync (each
// commit waits for the disk), once without. Clients and database share the machine.
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { appendLeaf } from '../../src/server/merkle.ts'
import { createPostgresStore, pgPoolDatabase } from '../../src/server/postgres.ts'
import type { FaceSealStore, StoreTransaction, TreeGrowth } from '../../src/server/store.ts'
import { startRealPostgres } from '../../test/unit/server/real-postgres.ts'

const { values } = parseArgs({ options: { json: { type: 'string' }, appends: { type: 'string', default: '400' } } })
const appends = Number(values.appends)
if (!values.json || !(appends >= 100)) {
  process.stderr.write('npx tsx bench/server/evidence-log.ts --json OUT [--appends N, 100 or more]\n')
  process.exit(2)
}

const report = {
  ...{ fsync: await measure(true), noFsync: await measure(false), appends },
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
}
await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
process.stdout.write(`${JSON.stringify(report)}\n`)

async function measure(fsync: boolean) {
  const postgres = await startRealPostgres({ fsync })
  if (!postgres) throw new Error('no PostgreSQL server is installed here: apt-get install postgresql')
  try {
    await postgres.createDatabase('log')
    const store = createPostgresStore({ database: pgPoolDatabase(postgres.pool('log')) })
    await store.migrate()
    await loop(store, 1, 50)
    const [one, eight] = [await loop(store, 1, appends), await loop(store, 8, appends)]
    const held = one.held.sort((a, b) => a - b)
    const at = (share: number) => Number(held[Math.floor(share * (held.length - 1))]!.toFixed(2))
    return { heldMs: { p10: at(0.1), p50: at(0.5), p90: at(0.9) }, perSecond: { 1: one.rate, 8: eight.rate } }
  } finally {
    await postgres.stop()
  }
}

/** So many appends by so many connections, each as soon as its last is done. `held`: from the lock to the commit's answer. */
async function loop(store: FaceSealStore, connections: number, count: number) {
  const held: number[] = []
  let left = count
  const started = performance.now()
  const worker = async () => {
    while (left-- > 0) {
      const locked = await store.transaction(appendTwo)
      held.push(performance.now() - locked)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  return { held, rate: Math.round(count / ((performance.now() - started) / 1000)) }
}

/** Two leaves, as of two receipts. Returns when the row was locked. */
async function appendTwo(transaction: StoreTransaction): Promise<number> {
  const { frontier, logId } = await transaction.lockTree()
  const locked = performance.now()
  let grown = frontier
  const growth: TreeGrowth[] = []
  for (let i = 0; i < 2; i++) {
    const leaf = crypto.getRandomValues(new Uint8Array(32))
    const appended = await appendLeaf(grown, leaf)
    growth.push({ leaf: Buffer.from(leaf).toString('base64url'), nodes: appended.nodes })
    grown = appended.frontier
  }
  await transaction.growTree(growth, { frontier: grown, logId })
  return locked
}
