/** Names of two existing PostgreSQL roles, so that neither reads what is the other's (L18). */
export interface RoleNames {
  /** Existing role of the connection that handles accounts. */
  readonly identity: string
  /** Existing role of the connection that handles face data and records. */
  readonly templates: string
}

const roleName = /^[a-z_][a-z0-9_]{0,62}$/

/**
 * Statements for the owner of the schemas, after `migrate()`: each role gets its own side and nothing of the other
 * (L18, L20). Records can be added and read, never changed: not even the backend's own role may rewrite them (L25).
 * Throws RangeError for a name that is not a plain SQL identifier.
 */
export function roleStatements({ identity, templates }: RoleNames): readonly string[] {
  for (const name of [identity, templates]) if (!roleName.test(name)) throw new RangeError(`role name ${name}`)
  const data = 'SELECT, INSERT, UPDATE, DELETE'
  return [
    `GRANT USAGE ON SCHEMA faceseal_identity TO ${identity}`,
    `GRANT SELECT, INSERT, DELETE ON faceseal_identity.subjects TO ${identity}`,
    `GRANT USAGE ON SCHEMA faceseal_templates, faceseal_evidence TO ${templates}`,
    `GRANT ${data} ON faceseal_templates.challenges, faceseal_templates.enrolments TO ${templates}`,
    `GRANT ${data} ON faceseal_templates.key_seeds, faceseal_templates.spent TO ${templates}`,
    `GRANT ${data} ON faceseal_templates.throttles, faceseal_evidence.grants TO ${templates}`,
    `GRANT ${data} ON faceseal_templates.frozen, faceseal_evidence.deletions TO ${templates}`,
    `GRANT SELECT, INSERT ON faceseal_templates.filing_days TO ${templates}`,
    `GRANT SELECT, INSERT ON faceseal_evidence.ledger TO ${templates}`,
    `GRANT SELECT, INSERT ON faceseal_evidence.tree_nodes, faceseal_evidence.tree_leaves TO ${templates}`,
    `GRANT SELECT, UPDATE ON faceseal_evidence.tree TO ${templates}`,
  ]
}
