import * as v from 'valibot'
import { storeOutcome } from '../wire/receipt'
import { type SqlRows, text } from './postgres-columns'
import type { SqlRow } from './postgres-database'
import type { Enrolment, PendingDeletion, StoreTransaction } from './store'

type LifeMethods =
  | 'putPendingDeletion'
  | 'lockPendingDeletion'
  | 'findPendingDeletions'
  | 'removePendingDeletion'
  | 'freeze'
  | 'isFrozen'
  | 'unfreeze'
  | 'listLiving'
  | 'readFilingDay'
  | 'addFilingDay'

const progressSchema = v.strictObject({
  stores: v.array(storeOutcome),
  remaining: v.array(v.string()),
  confirmed: v.array(v.string()),
})

/** Deletions under way (L11), the freeze (L27) and the count of people (L24). */
export function lifeMethods(rows: SqlRows): Pick<StoreTransaction, LifeMethods> {
  return {
    async putPendingDeletion({ id, tenant, purpose, subject, reason, requestedAt, stores, remaining, confirmed }) {
      await rows(
        `INSERT INTO faceseal_evidence.deletions (id, tenant, purpose, subject, reason, requested_at, progress)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET progress = EXCLUDED.progress`,
        [id, tenant, purpose, subject, reason, requestedAt, JSON.stringify({ stores, remaining, confirmed })],
      )
    },
    async lockPendingDeletion(id) {
      const [row] = await rows('SELECT * FROM faceseal_evidence.deletions WHERE id = $1 FOR UPDATE', [id])
      return row && deletionOf(row)
    },
    async findPendingDeletions(limit) {
      const sql = 'SELECT * FROM faceseal_evidence.deletions ORDER BY requested_at LIMIT $1'
      return (await rows(sql, [limit])).map(deletionOf)
    },
    async removePendingDeletion(id) {
      return (await rows('DELETE FROM faceseal_evidence.deletions WHERE id = $1 RETURNING id', [id])).length === 1
    },
    async freeze(subject, now) {
      const sql = `INSERT INTO faceseal_templates.frozen (subject, frozen_at) VALUES ($1, $2)
        ON CONFLICT DO NOTHING RETURNING subject`
      return (await rows(sql, [subject, now])).length === 1
    },
    async isFrozen(subject) {
      return (await rows('SELECT 1 FROM faceseal_templates.frozen WHERE subject = $1', [subject])).length === 1
    },
    async unfreeze(subject) {
      const sql = 'DELETE FROM faceseal_templates.frozen WHERE subject = $1 RETURNING subject'
      return (await rows(sql, [subject])).length === 1
    },
    async listLiving({ tenant, after, limit }) {
      const sql = `SELECT e.subject, e.delivery FROM faceseal_templates.enrolments e
        WHERE e.tenant = $1 AND e.subject > $2
        AND NOT EXISTS (SELECT 1 FROM faceseal_templates.frozen f WHERE f.subject = e.subject)
        ORDER BY e.subject LIMIT $3`
      const found = await rows(sql, [tenant, after, limit])
      return found.map((row) => ({
        subject: text(row.subject),
        delivery: text(row.delivery) as Enrolment['delivery'],
      }))
    },
    async readFilingDay(tenant) {
      const [row] = await rows('SELECT reached_on FROM faceseal_templates.filing_days WHERE tenant = $1', [tenant])
      return row && text(row.reached_on)
    },
    async addFilingDay(tenant, day) {
      const sql = `INSERT INTO faceseal_templates.filing_days (tenant, reached_on) VALUES ($1, $2)
        ON CONFLICT DO NOTHING`
      await rows(sql, [tenant, day])
    },
  }
}

function deletionOf(row: SqlRow): PendingDeletion {
  return {
    id: text(row.id),
    tenant: text(row.tenant),
    purpose: text(row.purpose),
    subject: text(row.subject),
    reason: text(row.reason),
    requestedAt: Number(row.requested_at),
    ...v.parse(progressSchema, JSON.parse(text(row.progress))),
  }
}
