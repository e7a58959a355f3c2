import { base64url } from 'jose'
import type pg from 'pg'
import { expect } from 'vitest'
import { proveInclusion, type ServerKeys, verifyInclusion, verifyLedger, verifyTreeHead } from '../../../src/server'
import { logEntryOf } from '../../../src/server/evidence-log'
import { createPostgresStore, pgPoolDatabase } from '../../../src/server/postgres'
import { openTemplate } from '../../../src/server/template-vault'

/**
 * All that the database holds of a subject, without what is random: two runs of the same act leave the same. `device` is
 * whose failures are counted. Three numbers that are always 0 go along: templates without seed and the reverse, ledger
 * lines without a leaf, leaves that the tree does not count.
 */
export async function footprintOf(pool: pg.Pool, subject: string, device: string): Promise<unknown> {
  const of = (table: string, columns: string) =>
    `(SELECT coalesce(json_agg(json_build_array(${columns}) ORDER BY ${columns}), '[]') FROM ${table} t WHERE subject = $1)`
  const [templates, evidence] = ['faceseal_templates', 'faceseal_evidence']
  const { rows } = await pool.query(
    `SELECT json_build_object(
      'challenges', ${of(`${templates}.challenges`, 't.kind, t.consumed_at')},
      'enrolments', ${of(`${templates}.enrolments`, 't.delivery, t.enrolled_at, t.last_used_at, t.retain_until')},
      'seeds', ${of(`${templates}.key_seeds`, 'length(t.seed)')},
      'spent', ${of(`${templates}.spent`, 't.expires_at')},
      'frozen', ${of(`${templates}.frozen`, 't.frozen_at')},
      'grants', ${of(`${evidence}.grants`, 't.expires_at')},
      'ledger', ${of(`${evidence}.ledger`, 't.seq, t.kind, t.at')},
      'deletions', ${of(`${evidence}.deletions`, 't.reason, t.progress')},
      'torn', (SELECT count(*) FROM ${templates}.enrolments e FULL JOIN ${templates}.key_seeds s USING (subject)
        WHERE (e.template_ciphertext IS NULL) <> (s.seed IS NULL)),
      'lines without a leaf', (SELECT count(*) FROM ${evidence}.ledger) - (SELECT count(*) FROM ${evidence}.tree_leaves),
      'leaves outside the tree', (SELECT count(*) FROM ${evidence}.tree_leaves) - (SELECT size FROM ${evidence}.tree),
      'throttles', (SELECT coalesce(json_agg(json_build_array(left(throttle_key, 6), failures)
        ORDER BY throttle_key DESC), '[]') FROM ${templates}.throttles
        WHERE throttle_key IN ('subject:' || $1, 'device:' || $2))
    ) AS held`,
    [subject, device],
  )
  return rows[0].held
}

/** The template opens, the chain verifies, and its last line is in the Merkle tree. */
export async function expectWhole(pool: pg.Pool, keys: ServerKeys, subject: string, now: number): Promise<void> {
  const store = createPostgresStore({ database: pgPoolDatabase(pool) })
  const enrolment = await store.transaction((t) => t.readEnrolment(subject))
  if (enrolment?.template) await openTemplate(keys, enrolment, enrolment.template)
  const ledger = await store.transaction((t) => t.readLedger(subject))
  await verifyLedger(ledger)
  const last = ledger.at(-1)
  if (last) await expectInLog(pool, keys, last.countersignature, now)
}

/** A statement of the server is in the log: proved against its signed head. */
export async function expectInLog(pool: pg.Pool, keys: ServerKeys, statement: string, now: number): Promise<void> {
  const store = createPostgresStore({ database: pgPoolDatabase(pool) })
  const entry = await logEntryOf(statement)
  const answer = await proveInclusion({ store, keys, entry, now })
  const { publicJwk, kid, thumbprint: expectedLogId } = keys.receipts
  const head = await verifyTreeHead({ head: answer!.treeHead, keys: [{ ...publicJwk, kid }], expectedLogId, now })
  const proof = answer!.proof.map((hash) => base64url.decode(hash))
  const { index, size } = answer!
  const claim = { leaf: base64url.decode(entry), index, size, proof, root: base64url.decode(head.rootHash) }
  expect([size, await verifyInclusion(claim)]).toEqual([head.treeSize, true])
}
