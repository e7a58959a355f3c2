// Withdraws a subject, and is killed by its own hand before one statement: no cleaning up, no goodbye to the server.
import pg from 'pg'
import { importServerKeys } from '../../../src/server/keys'
import { createPostgresStore, pgPoolDatabase } from '../../../src/server/postgres'
import { withdraw } from '../../../src/server/withdraw'
import { faultyPool } from './faulty-pool'
import { scope } from './world'

export interface CrashTask {
  /** Folder of the socket. */
  readonly host: string
  readonly database: string
  readonly keys: unknown
  readonly subject: string
  readonly now: number
  /** Number of the statement that is never sent. */
  readonly at: number
}

process.once('message', (task: CrashTask) => void run(task))

async function run({ host, database, keys, subject, now, at }: CrashTask): Promise<void> {
  const pool = faultyPool(new pg.Pool({ host, database, user: 'faceseal' }), ({ number }) => {
    if (number === at) process.kill(process.pid, 'SIGKILL')
    return 'sent'
  })
  const store = createPostgresStore({ database: pgPoolDatabase(pool) })
  const processors = [{ name: 'copy', delete: async () => undefined }]
  await withdraw({ store, keys: await importServerKeys(keys), ...scope, subject, processors, now })
  process.exit(0)
}
