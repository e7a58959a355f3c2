import type pg from 'pg'
import type { PgPool } from '../../../src/server/postgres-database'

/** What becomes of a statement: sent, refused by the server with a code, or the end of the process before or after it. */
export type Fate = 'sent' | 'crash' | 'answer-lost' | { readonly code: string }

export interface Statement {
  /** From 1, over the life of the pool; `BEGIN`, `COMMIT` and `ROLLBACK` count. */
  readonly number: number
  /** From 1 within its transaction, `BEGIN` being the first. */
  readonly place: number
  readonly sql: string
}

/** A pool on which each statement meets its fate. After a crash nothing reaches the server, as from a dead process. */
export function faultyPool(pool: pg.Pool, fate: (statement: Statement) => Fate | Promise<Fate>): PgPool {
  let number = 0
  let dead = false
  const died = () => new Error('the process died here')
  return {
    async connect() {
      if (dead) throw died()
      const client = await pool.connect()
      let place = 0
      let released = false
      const cut = async () => {
        dead = true
        await terminate(pool, client)
        throw died()
      }
      return {
        async query(sql, params) {
          if (dead) throw died()
          number += 1
          place += 1
          const decided = await fate({ number, place, sql })
          if (decided === 'crash') return cut()
          if (typeof decided === 'object') throw Object.assign(new Error('refused on purpose'), decided)
          const answer = await client.query(sql, params)
          return decided === 'answer-lost' ? cut() : answer
        },
        release(error) {
          if (!released) client.release(dead || error)
          released = true
        },
        on: (event, listener) => client.on(event, listener),
        off: (event, listener) => client.off(event, listener),
      }
    },
    async end() {},
  }
}

/** Ends the server's side of a connection and waits until it has rolled back. */
async function terminate(pool: pg.Pool, client: pg.PoolClient): Promise<void> {
  client.on('error', () => undefined)
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  await pool.query('SELECT pg_terminate_backend($1, 10000)', [rows[0].pid])
}
