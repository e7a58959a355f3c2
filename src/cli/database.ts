import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createPostgresStore, type PgPool, pgPoolDatabase } from '../server/postgres'
import { type CommandOptions, UsageError } from './command'

/** Lines on the database for a usage. */
export const databaseUsage = `--database takes a PostgreSQL address, or else the variable DATABASE_URL;
    --identity-database another one for accounts (L18), or IDENTITY_DATABASE_URL. The package pg has to be installed.`

export const databaseOptions = ['database', 'identity-database'] as const

type PostgresStore = ReturnType<typeof createPostgresStore>

/** Opens the store, works, closes it, also after an error. */
export async function withStore<T>({ text }: CommandOptions, work: (store: PostgresStore) => Promise<T>): Promise<T> {
  const address = text.database ?? process.env.DATABASE_URL
  const identity = text['identity-database'] ?? process.env.IDENTITY_DATABASE_URL
  if (!address) throw new UsageError('Which database? Give --database or set DATABASE_URL.')
  const open = await loadPg()
  const store = createPostgresStore({
    database: pgPoolDatabase(open(address)),
    identityDatabase: identity ? pgPoolDatabase(open(identity)) : undefined,
  })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

interface PgModule {
  readonly default: { readonly Pool: new (config: { readonly connectionString: string }) => PgPool & Listening }
}
interface Listening {
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** The integrator's own `pg`: the library itself works over any driver, so it does not depend on one. */
async function loadPg(): Promise<(address: string) => PgPool> {
  let module: PgModule
  try {
    const path = createRequire(join(process.cwd(), 'package.json')).resolve('pg')
    module = (await import(pathToFileURL(path).href)) as PgModule
  } catch {
    throw new UsageError('The package pg is not installed here: npm install pg.')
  }
  return (connectionString) => {
    const pool = new module.default.Pool({ connectionString })
    pool.on('error', () => undefined) // an idle connection that ends would end the process
    return pool
  }
}
