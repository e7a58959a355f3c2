import { FaceSealError } from '../wire/errors'
import { concat } from './digest'
import { bytes, type SqlRows, text } from './postgres-columns'
import type { SqlRow } from './postgres-database'
import type { StoredTree, StoreTransaction } from './store'

type TreeMethods = 'readTree' | 'lockTree' | 'growTree' | 'readTreeNode' | 'findLeaf'

/** The evidence log in three tables: the frontier, the hashes of perfect subtrees, the leaves by their hash (L25). */
export function treeMethods(rows: SqlRows): Pick<StoreTransaction, TreeMethods> {
  const read = "SELECT size, frontier, log_id FROM faceseal_evidence.tree WHERE name = 'log'"
  return {
    async readTree() {
      return treeOf((await rows(read, []))[0])
    },
    async lockTree() {
      return treeOf((await rows(`${read} FOR UPDATE`, []))[0])
    },
    async growTree(growth, { frontier, logId }) {
      const params: unknown[] = [frontier.size, concat(...frontier.hashes), logId]
      // CockroachDB needs the types of what is only selected
      const tuple = (...values: readonly unknown[]) => `(${values.map((value) => `$${params.push(value)}`).join(', ')})`
      const leaves = growth.map(({ leaf, nodes }) => tuple(leaf, nodes[0]!.index))
      const hashes = growth.flatMap(({ nodes }) => nodes.map(({ level, index, hash }) => tuple(level, index, hash)))
      const grow = "UPDATE faceseal_evidence.tree SET size = $1, frontier = $2, log_id = $3 WHERE name = 'log'"
      if (leaves.length === 0) return void (await rows(grow, params))
      // one statement, for every other writer waits until this transaction has ended
      await rows(
        `WITH leaves AS (INSERT INTO faceseal_evidence.tree_leaves (leaf, place) VALUES ${leaves.join(', ')} RETURNING 1),
        hashes AS (INSERT INTO faceseal_evidence.tree_nodes (level, place, hash) VALUES ${hashes.join(', ')} RETURNING 1)
        ${grow}`,
        params,
      )
    },
    async readTreeNode(level, index) {
      const sql = 'SELECT hash FROM faceseal_evidence.tree_nodes WHERE level = $1 AND place = $2'
      const [row] = await rows(sql, [level, index])
      return row && bytes(row.hash)
    },
    async findLeaf(leaf) {
      const [row] = await rows('SELECT place FROM faceseal_evidence.tree_leaves WHERE leaf = $1', [leaf])
      return row && Number(row.place)
    },
  }
}

function treeOf(row: SqlRow | undefined): StoredTree {
  if (!row) throw new FaceSealError('store_unavailable', { detail: 'the evidence log has no row' })
  const all = bytes(row.frontier)
  const hashes = Array.from({ length: all.length / 32 }, (_, i) => all.slice(32 * i, 32 * i + 32))
  return { frontier: { size: Number(row.size), hashes }, logId: row.log_id === null ? null : text(row.log_id) }
}
