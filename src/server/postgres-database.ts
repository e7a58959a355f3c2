import { FaceSealError } from '../wire/errors'

export type SqlRow = Readonly<Record<string, unknown>>

/** One connection inside one transaction. */
export interface SqlSession {
  query(sql: string, params: readonly unknown[]): Promise<{ readonly rows: readonly SqlRow[] }>
}

/** Any PostgreSQL: a driver, a pool, an embedded engine. */
export interface SqlDatabase {
  /** Commits when `work` resolves, rolls back when it rejects. May run `work` again after a serialization failure. */
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** What is needed of a `pg` Pool (or of a driver with its shape). */
export interface PgPool {
  connect(): Promise<PgClient>
  end(): Promise<void>
}
export interface PgClient {
  query(sql: string, params?: unknown[]): Promise<{ rows: SqlRow[] }>
  release(error?: Error | boolean): void
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
}

/** What is needed of PGlite. */
export interface PGliteLike {
  transaction<T>(
    work: (session: { query(sql: string, params?: unknown[]): Promise<{ rows: unknown[] }> }) => Promise<T>,
  ): Promise<T>
  close(): Promise<void>
}

/** A `pg` Pool as the database; `close` ends it. */
export function pgPoolDatabase(pool: PgPool): SqlDatabase {
  return {
    transaction: (work) => withRetry(() => inClient(pool, work)),
    close: () => pool.end(),
  }
}

/** PGlite as the database: one connection, so transactions queue. */
export function pgliteDatabase(pglite: PGliteLike): SqlDatabase {
  const run = <T>(work: (session: SqlSession) => Promise<T>) =>
    pglite.transaction((session) =>
      work({ query: (sql, params) => failing(session.query(sql, [...params])) as Promise<{ rows: SqlRow[] }> }),
    )
  return { transaction: (work) => withRetry(() => run(work)), close: () => pglite.close() }
}

async function inClient<T>(pool: PgPool, work: (session: SqlSession) => Promise<T>): Promise<T> {
  const client = await failing(pool.connect())
  let broken: Error | undefined
  const lost = (error: Error) => {
    broken = error
  }
  client.on('error', lost) // a connection that ends between two statements would end the process
  try {
    await failing(client.query('BEGIN'))
    const result = await work({ query: (sql, params) => failing(client.query(sql, [...params])) })
    await failing(client.query('COMMIT'))
    return result
  } catch (cause) {
    await client.query('ROLLBACK').catch(lost)
    throw cause
  } finally {
    client.off('error', lost)
    client.release(broken)
  }
}

/** What the database said no to: kept apart from the errors of the work itself. */
class SqlFailure extends Error {
  readonly state: string | undefined
  constructor(cause: unknown) {
    super('the database failed', { cause })
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
    this.state = typeof code === 'string' ? code : undefined
  }
}

function failing<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((cause: unknown) => {
    throw new SqlFailure(cause)
  })
}

/**
 * Worth another run: serialization failure, deadlock, and a lost race for the same new row or schema object (two
 * processes that start at once; two lines for one place in a ledger).
 */
const retryable = new Set(['40001', '40P01', '23505', '42P06', '42P07', '42710'])
/** Every writer meets at the one row of the evidence log: under serializable isolation all but one start again. */
const attempts = 30

async function withRetry<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (cause) {
      if (!(cause instanceof SqlFailure)) throw cause
      if (attempt === attempts || !retryable.has(cause.state ?? '')) {
        throw new FaceSealError('store_unavailable', { detail: cause.state ?? 'no connection', cause: cause.cause })
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(256, 2 ** attempt)))
    }
  }
}
