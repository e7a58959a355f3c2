/**
 * Versioned schema. Three schemas, so that three roles can be kept apart (L18): `faceseal_identity` knows accounts,
 * `faceseal_templates` knows face data, `faceseal_evidence` knows records; they meet in the pseudonym alone. Only
 * tables, primary keys, plain indexes: `docs/databases.md` says what else, and a test reads it. Each statement may run
 * twice: not every engine rolls back a schema change with its transaction.
 */
export interface Migration {
  readonly version: number
  readonly statements: readonly string[]
}

export const identityMigrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE IF NOT EXISTS faceseal_identity.subjects (
        tenant text NOT NULL,
        purpose text NOT NULL,
        account text NOT NULL,
        subject text NOT NULL,
        created_at bigint NOT NULL,
        PRIMARY KEY (tenant, purpose, account)
      )`,
    ],
  },
  { version: 2, statements: ['CREATE INDEX IF NOT EXISTS subjects_subject ON faceseal_identity.subjects (subject)'] },
]

export const templateMigrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE IF NOT EXISTS faceseal_templates.challenges (
        sid text PRIMARY KEY,
        nonce text NOT NULL,
        kind text NOT NULL,
        tenant text NOT NULL,
        origin text NOT NULL,
        purpose text NOT NULL,
        subject text NOT NULL,
        subject_salt text NOT NULL,
        embedder text NOT NULL,
        bits integer NOT NULL,
        suite text NOT NULL,
        kid text NOT NULL,
        policy_hash text NOT NULL,
        retain_until bigint,
        issued_at bigint NOT NULL,
        expires_at bigint NOT NULL,
        consumed_at bigint
      )`,
      'CREATE INDEX IF NOT EXISTS challenges_subject ON faceseal_templates.challenges (subject)',
      'CREATE INDEX IF NOT EXISTS challenges_expiry ON faceseal_templates.challenges (expires_at)',
      `CREATE TABLE IF NOT EXISTS faceseal_templates.enrolments (
        subject text PRIMARY KEY,
        tenant text NOT NULL,
        purpose text NOT NULL,
        delivery text NOT NULL,
        subject_salt text NOT NULL,
        embedder text NOT NULL,
        model text NOT NULL,
        bits integer NOT NULL,
        device text NOT NULL,
        device_public_key bytea NOT NULL,
        consent text NOT NULL,
        template_kid text,
        template_iv bytea,
        template_ciphertext bytea,
        enrolled_at bigint NOT NULL,
        last_used_at bigint NOT NULL,
        retain_until bigint NOT NULL
      )`,
      'CREATE INDEX IF NOT EXISTS enrolments_retention ON faceseal_templates.enrolments (retain_until)',
      `CREATE TABLE IF NOT EXISTS faceseal_templates.key_seeds (
        subject text PRIMARY KEY,
        seed bytea NOT NULL
      )`,
      `CREATE TABLE IF NOT EXISTS faceseal_templates.spent (
        digest text PRIMARY KEY,
        subject text NOT NULL,
        expires_at bigint NOT NULL
      )`,
      'CREATE INDEX IF NOT EXISTS spent_subject ON faceseal_templates.spent (subject)',
      'CREATE INDEX IF NOT EXISTS spent_expiry ON faceseal_templates.spent (expires_at)',
      `CREATE TABLE IF NOT EXISTS faceseal_templates.throttles (
        throttle_key text PRIMARY KEY,
        failures integer NOT NULL,
        locked_until bigint NOT NULL
      )`,
    ],
  },
  {
    version: 2,
    statements: [
      `ALTER TABLE faceseal_templates.challenges ADD COLUMN IF NOT EXISTS liveness text NOT NULL
        DEFAULT '{"level":"passive","steps":[],"substitutes":[],"stepTimeoutMs":12000}'`,
    ],
  },
  {
    version: 3,
    statements: [
      // L27: apart from the enrolments, so that a renewal cannot lift it
      `CREATE TABLE IF NOT EXISTS faceseal_templates.frozen (
        subject text PRIMARY KEY,
        frozen_at bigint NOT NULL
      )`,
      'CREATE INDEX IF NOT EXISTS enrolments_tenant ON faceseal_templates.enrolments (tenant, subject)',
      `CREATE TABLE IF NOT EXISTS faceseal_templates.filing_days (
        tenant text PRIMARY KEY,
        reached_on text NOT NULL
      )`,
    ],
  },
  {
    version: 4,
    statements: [
      // a counter from before keeps counting until a success or a withdrawal
      'ALTER TABLE faceseal_templates.throttles ADD COLUMN IF NOT EXISTS expires_at bigint NOT NULL DEFAULT 4102444800',
    ],
  },
  // on its own: CockroachDB indexes no column that is new in the same transaction
  {
    version: 5,
    statements: ['CREATE INDEX IF NOT EXISTS throttles_expiry ON faceseal_templates.throttles (expires_at)'],
  },
]

export const evidenceMigrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE IF NOT EXISTS faceseal_evidence.ledger (
        subject text NOT NULL,
        seq integer NOT NULL,
        kind text NOT NULL,
        at bigint NOT NULL,
        prev text NOT NULL,
        hash text NOT NULL,
        receipt text NOT NULL,
        countersignature text NOT NULL,
        device text,
        device_sequence integer,
        PRIMARY KEY (subject, seq)
      )`,
      `CREATE TABLE IF NOT EXISTS faceseal_evidence.grants (
        device text NOT NULL,
        id text NOT NULL,
        subject text NOT NULL,
        expires_at bigint NOT NULL,
        receipt text NOT NULL,
        PRIMARY KEY (device, id)
      )`,
      'CREATE INDEX IF NOT EXISTS grants_subject ON faceseal_evidence.grants (subject)',
      'CREATE INDEX IF NOT EXISTS grants_expiry ON faceseal_evidence.grants (expires_at)',
      'CREATE UNIQUE INDEX IF NOT EXISTS ledger_device ON faceseal_evidence.ledger (device, device_sequence)',
    ],
  },
  {
    version: 2,
    statements: [
      // One row, which every writer of the log locks.
      `CREATE TABLE IF NOT EXISTS faceseal_evidence.tree (
        name text PRIMARY KEY,
        size bigint NOT NULL,
        frontier bytea NOT NULL,
        log_id text
      )`,
      `INSERT INTO faceseal_evidence.tree (name, size, frontier, log_id) VALUES ('log', 0, ''::bytea, NULL)
        ON CONFLICT DO NOTHING`,
      `CREATE TABLE IF NOT EXISTS faceseal_evidence.tree_nodes (
        level integer NOT NULL,
        place bigint NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (level, place)
      )`,
      `CREATE TABLE IF NOT EXISTS faceseal_evidence.tree_leaves (
        leaf text PRIMARY KEY,
        place bigint NOT NULL
      )`,
    ],
  },
  {
    version: 3,
    statements: [
      `CREATE TABLE IF NOT EXISTS faceseal_evidence.deletions (
        id text PRIMARY KEY,
        tenant text NOT NULL,
        purpose text NOT NULL,
        subject text NOT NULL,
        reason text NOT NULL,
        requested_at bigint NOT NULL,
        progress text NOT NULL
      )`,
      'CREATE INDEX IF NOT EXISTS deletions_age ON faceseal_evidence.deletions (requested_at)',
    ],
  },
]
