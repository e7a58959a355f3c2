import type { SqlRows } from './postgres-columns'
import type { SqlRow } from './postgres-database'
import type { StoreTransaction, Throttle } from './store'

type ThrottleMethods = 'readThrottle' | 'lockThrottle' | 'putThrottle' | 'removeThrottle' | 'removeThrottles'

/** Failure counters: one row each, locked only by who is about to count. */
export function throttleMethods(rows: SqlRows): Pick<StoreTransaction, ThrottleMethods> {
  return {
    async readThrottle(key) {
      const sql = 'SELECT failures, locked_until, expires_at FROM faceseal_templates.throttles WHERE throttle_key = $1'
      return throttleOf((await rows(sql, [key]))[0])
    },
    async lockThrottle(key) {
      // an update that changes nothing takes the row's lock, and the insert makes sure that there is a row to lock
      const sql = `INSERT INTO faceseal_templates.throttles (throttle_key, failures, locked_until, expires_at)
        VALUES ($1, 0, 0, 0) ON CONFLICT (throttle_key) DO UPDATE SET throttle_key = EXCLUDED.throttle_key
        RETURNING failures, locked_until, expires_at`
      return throttleOf((await rows(sql, [key]))[0])
    },
    async putThrottle(key, { failures, lockedUntil, expiresAt }) {
      const sql = `UPDATE faceseal_templates.throttles SET failures = $2, locked_until = $3, expires_at = $4
        WHERE throttle_key = $1`
      await rows(sql, [key, failures, lockedUntil, expiresAt])
    },
    async removeThrottle(key) {
      const sql = 'DELETE FROM faceseal_templates.throttles WHERE throttle_key = $1 RETURNING failures'
      return (await rows(sql, [key])).some(counted)
    },
    async removeThrottles(before) {
      const sql = 'DELETE FROM faceseal_templates.throttles WHERE expires_at < $1 RETURNING failures'
      return (await rows(sql, [before])).filter(counted).length
    },
  }
}

function throttleOf(row: SqlRow | undefined): Throttle {
  if (!row) return { failures: 0, lockedUntil: 0, expiresAt: 0 }
  return { failures: Number(row.failures), lockedUntil: Number(row.locked_until), expiresAt: Number(row.expires_at) }
}

/** A row of zeros is only a lock that somebody held. */
function counted(row: SqlRow): boolean {
  return Number(row.failures) > 0
}
