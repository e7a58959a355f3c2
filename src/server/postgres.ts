import * as v from 'valibot'
import type { EmbedderName, SealSuite, TemplateBits } from '../wire/ceremony-options'
import { FaceSealError } from '../wire/errors'
import { livenessOptions } from '../wire/liveness'
import { bytes, text } from './postgres-columns'
import type { SqlDatabase, SqlRow, SqlSession } from './postgres-database'
import { lifeMethods } from './postgres-life'
import { migrate } from './postgres-migrate'
import { evidenceMigrations, identityMigrations, templateMigrations } from './postgres-migrations'
import { throttleMethods } from './postgres-throttle'
import { treeMethods } from './postgres-tree'
import type {
  Challenge,
  Enrolment,
  FaceSealStore,
  IdentityStore,
  LedgerEntry,
  LiveGrant,
  StoreTransaction,
} from './store'

export {
  type PGliteLike,
  type PgPool,
  pgliteDatabase,
  pgPoolDatabase,
  type SqlDatabase,
  type SqlSession,
} from './postgres-database'

export { type RoleNames, roleStatements } from './postgres-roles'

/** The databases of a store; one, or two with roles of their own (L18). */
export interface PostgresStoreInit {
  /** Face data and records. */
  readonly database: SqlDatabase
  /** Accounts and pseudonyms; another role or server where L18 is taken at its word. The same database by default. */
  readonly identityDatabase?: SqlDatabase | undefined
}

/**
 * The store on PostgreSQL, or what speaks like it. Call `migrate()` before first use. Every statement is plain SQL
 * with row locks and unique keys: no advisory locks, no LISTEN, no procedures.
 */
export function createPostgresStore(init: PostgresStoreInit): FaceSealStore & { migrate(): Promise<void> } {
  const { database, identityDatabase = database } = init
  return {
    identity: identityStore(identityDatabase),
    transaction: (work) => database.transaction((session) => work(storeTransaction(session))),
    async ping() {
      await database.transaction((session) => session.query('SELECT 1', []))
    },
    async close() {
      await database.close()
      if (identityDatabase !== database) await identityDatabase.close()
    },
    async migrate() {
      await migrate(identityDatabase, 'faceseal_identity', identityMigrations)
      await migrate(database, 'faceseal_templates', templateMigrations)
      await migrate(database, 'faceseal_evidence', evidenceMigrations)
    },
  }
}

function identityStore(database: SqlDatabase): IdentityStore {
  const one = async (sql: string, params: readonly unknown[]) =>
    (await database.transaction((session) => session.query(sql, params))).rows[0]
  const where = 'WHERE tenant = $1 AND purpose = $2 AND account = $3'
  const find: IdentityStore['findSubject'] = async ({ tenant, purpose, account }) => {
    const row = await one(`SELECT subject FROM faceseal_identity.subjects ${where}`, [tenant, purpose, account])
    return row && text(row.subject)
  }
  return {
    findSubject: find,
    async assignSubject(key, candidate, now) {
      const known = await find(key)
      if (known !== undefined) return known
      const { tenant, purpose, account } = key
      await one(
        `INSERT INTO faceseal_identity.subjects (tenant, purpose, account, subject, created_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
        [tenant, purpose, account, candidate, now],
      )
      const assigned = await find(key)
      if (assigned === undefined) throw new FaceSealError('store_unavailable', { detail: 'subject not assigned' })
      return assigned
    },
    async removeSubject({ tenant, purpose, account }) {
      const sql = `DELETE FROM faceseal_identity.subjects ${where} RETURNING subject`
      return (await one(sql, [tenant, purpose, account])) !== undefined
    },
    async accountsOf(tenant, subjects) {
      const sql = `SELECT subject, account FROM faceseal_identity.subjects
        WHERE tenant = $1 AND subject = ANY ($2::text[])`
      const { rows } = await database.transaction((session) => session.query(sql, [tenant, [...subjects]]))
      return rows.map((row) => ({ subject: text(row.subject), account: text(row.account) }))
    },
  }
}

function storeTransaction(session: SqlSession): StoreTransaction {
  const rows = async (sql: string, params: readonly unknown[]) => (await session.query(sql, params)).rows
  const one = async (sql: string, params: readonly unknown[]) => (await rows(sql, params))[0]
  const insert = (table: string, row: SqlRow, tail = '') => {
    const names = Object.keys(row)
    const places = names.map((_, i) => `$${i + 1}`)
    return rows(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')}) ${tail}`, Object.values(row))
  }
  const removeFrom = async (table: string, which: { subject: string } | { before: number }) =>
    'subject' in which
      ? (await rows(`DELETE FROM ${table} WHERE subject = $1 RETURNING 1`, [which.subject])).length
      : (await rows(`DELETE FROM ${table} WHERE expires_at < $1 RETURNING 1`, [which.before])).length

  return {
    async addChallenge(challenge) {
      await insert('faceseal_templates.challenges', challengeRow(challenge))
    },
    async readChallenge(sid) {
      const row = await one('SELECT * FROM faceseal_templates.challenges WHERE sid = $1', [sid])
      return row && { ...challengeOf(row), consumed: row.consumed_at !== null }
    },
    async consumeChallenge(sid, now) {
      const sql =
        'UPDATE faceseal_templates.challenges SET consumed_at = $2 WHERE sid = $1 AND consumed_at IS NULL RETURNING sid'
      return (await rows(sql, [sid, now])).length === 1
    },
    removeChallenges: (which) => removeFrom('faceseal_templates.challenges', which),

    async readEnrolment(subject) {
      const row = await one(
        `SELECT e.*, s.seed FROM faceseal_templates.enrolments e
        LEFT JOIN faceseal_templates.key_seeds s ON s.subject = e.subject WHERE e.subject = $1 FOR UPDATE OF e`,
        [subject],
      )
      return row && enrolmentOf(row)
    },
    async putEnrolment(enrolment) {
      const row = enrolmentRow(enrolment)
      const update = Object.keys(row).map((name) => `${name} = EXCLUDED.${name}`)
      await insert('faceseal_templates.enrolments', row, `ON CONFLICT (subject) DO UPDATE SET ${update.join(', ')}`)
      const { subject, template } = enrolment
      if (!template) return void (await rows('DELETE FROM faceseal_templates.key_seeds WHERE subject = $1', [subject]))
      const tail = 'ON CONFLICT (subject) DO UPDATE SET seed = EXCLUDED.seed'
      await insert('faceseal_templates.key_seeds', { subject, seed: template.keySeed }, tail)
    },
    async touchEnrolment(subject, lastUsedAt) {
      await rows('UPDATE faceseal_templates.enrolments SET last_used_at = $2 WHERE subject = $1', [subject, lastUsedAt])
    },
    async findExpired(now, limit) {
      const sql = `SELECT subject, tenant, purpose FROM faceseal_templates.enrolments
        WHERE retain_until <= $1 ORDER BY retain_until LIMIT $2`
      const found = await rows(sql, [now, limit])
      return found.map((row) => ({ subject: text(row.subject), tenant: text(row.tenant), purpose: text(row.purpose) }))
    },
    async removeEnrolment(subject) {
      await rows('DELETE FROM faceseal_templates.key_seeds WHERE subject = $1', [subject])
      return (
        (await rows('DELETE FROM faceseal_templates.enrolments WHERE subject = $1 RETURNING 1', [subject])).length > 0
      )
    },

    async markSpent({ digest, subject, expiresAt }) {
      const row = { digest, subject, expires_at: expiresAt }
      return (await insert('faceseal_templates.spent', row, 'ON CONFLICT DO NOTHING RETURNING digest')).length === 1
    },
    removeSpent: (which) => removeFrom('faceseal_templates.spent', which),

    async addGrant({ subject, device, id, expiresAt, receipt }) {
      const row = { subject, device, id, expires_at: expiresAt, receipt }
      return (await insert('faceseal_evidence.grants', row, 'ON CONFLICT DO NOTHING RETURNING id')).length === 1
    },
    async readGrants(subject, now) {
      const sql = 'SELECT * FROM faceseal_evidence.grants WHERE subject = $1 AND expires_at > $2'
      return (await rows(sql, [subject, now])).map(grantOf)
    },
    async endGrant({ device, id }) {
      const sql = 'DELETE FROM faceseal_evidence.grants WHERE device = $1 AND id = $2 RETURNING id'
      return (await rows(sql, [device, id])).length === 1
    },
    removeGrants: (which) => removeFrom('faceseal_evidence.grants', which),

    ...throttleMethods(rows),

    async readLedgerHead(subject) {
      const row = await one('SELECT * FROM faceseal_evidence.ledger WHERE subject = $1 ORDER BY seq DESC LIMIT 1', [
        subject,
      ])
      return row && entryOf(row)
    },
    async readDeviceChain(thumbprint, sequence) {
      const row =
        sequence === undefined
          ? await one(
              'SELECT * FROM faceseal_evidence.ledger WHERE device = $1 ORDER BY device_sequence DESC LIMIT 1',
              [thumbprint],
            )
          : await one('SELECT * FROM faceseal_evidence.ledger WHERE device = $1 AND device_sequence = $2', [
              thumbprint,
              sequence,
            ])
      return row && entryOf(row)
    },
    async appendLedger({ device, ...line }) {
      const chain = { device: device?.thumbprint ?? null, device_sequence: device?.sequence ?? null }
      await insert('faceseal_evidence.ledger', { ...line, ...chain })
    },
    async readLedger(subject) {
      return (await rows('SELECT * FROM faceseal_evidence.ledger WHERE subject = $1 ORDER BY seq', [subject])).map(
        entryOf,
      )
    },
    ...treeMethods(rows),
    ...lifeMethods(rows),
  }
}

function challengeRow({
  subjectSalt,
  policyHash,
  liveness,
  retainUntil,
  issuedAt,
  expiresAt,
  ...rest
}: Challenge): SqlRow {
  return {
    ...rest,
    liveness: JSON.stringify(liveness),
    subject_salt: subjectSalt,
    policy_hash: policyHash,
    retain_until: retainUntil,
    issued_at: issuedAt,
    expires_at: expiresAt,
  }
}

function challengeOf(row: SqlRow): Challenge {
  return {
    sid: text(row.sid),
    nonce: text(row.nonce),
    kind: text(row.kind) as Challenge['kind'],
    tenant: text(row.tenant),
    origin: text(row.origin),
    purpose: text(row.purpose),
    subject: text(row.subject),
    subjectSalt: text(row.subject_salt),
    embedder: text(row.embedder) as EmbedderName,
    bits: Number(row.bits) as TemplateBits,
    suite: text(row.suite) as SealSuite,
    kid: text(row.kid),
    policyHash: text(row.policy_hash),
    liveness: v.parse(livenessOptions, JSON.parse(text(row.liveness))),
    retainUntil: row.retain_until === null ? null : Number(row.retain_until),
    issuedAt: Number(row.issued_at),
    expiresAt: Number(row.expires_at),
  }
}

function enrolmentRow(enrolment: Enrolment): SqlRow {
  const { subject, tenant, purpose, delivery, embedder, model, bits, device, consent, template } = enrolment
  return {
    ...{ subject, tenant, purpose, delivery, embedder, model, bits, device, consent },
    subject_salt: enrolment.subjectSalt,
    device_public_key: enrolment.devicePublicKey,
    template_kid: template?.kid ?? null,
    template_iv: template?.iv ?? null,
    template_ciphertext: template?.ciphertext ?? null,
    enrolled_at: enrolment.enrolledAt,
    last_used_at: enrolment.lastUsedAt,
    retain_until: enrolment.retainUntil,
  }
}

function enrolmentOf(row: SqlRow): Enrolment {
  const { template_kid: kid, template_iv: iv, template_ciphertext: ciphertext, seed } = row
  return {
    subject: text(row.subject),
    tenant: text(row.tenant),
    purpose: text(row.purpose),
    delivery: text(row.delivery) as Enrolment['delivery'],
    subjectSalt: text(row.subject_salt),
    embedder: text(row.embedder) as EmbedderName,
    model: text(row.model),
    bits: Number(row.bits) as TemplateBits,
    device: text(row.device),
    devicePublicKey: bytes(row.device_public_key),
    consent: text(row.consent),
    template:
      kid === null ? null : { kid: text(kid), keySeed: bytes(seed), iv: bytes(iv), ciphertext: bytes(ciphertext) },
    enrolledAt: Number(row.enrolled_at),
    lastUsedAt: Number(row.last_used_at),
    retainUntil: Number(row.retain_until),
  }
}

function grantOf(row: SqlRow): LiveGrant {
  return {
    subject: text(row.subject),
    device: text(row.device),
    id: text(row.id),
    expiresAt: Number(row.expires_at),
    receipt: text(row.receipt),
  }
}

function entryOf(row: SqlRow): LedgerEntry {
  return {
    subject: text(row.subject),
    seq: Number(row.seq),
    kind: text(row.kind) as LedgerEntry['kind'],
    at: Number(row.at),
    prev: text(row.prev),
    hash: text(row.hash),
    receipt: text(row.receipt),
    countersignature: text(row.countersignature),
    device: row.device === null ? null : { thumbprint: text(row.device), sequence: Number(row.device_sequence) },
  }
}
