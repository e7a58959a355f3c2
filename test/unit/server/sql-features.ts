import { readFile } from 'node:fs/promises'
import type { FaceSealStore, StoreTransaction } from '../../../src/server'
import type { SqlDatabase, SqlRow } from '../../../src/server/postgres-database'

/** The database, each statement noted. */
export function recordedDatabase(database: SqlDatabase, statements: Set<string>): SqlDatabase {
  return {
    close: () => database.close(),
    transaction: (work) =>
      database.transaction((session) =>
        work({
          query(sql, params) {
            statements.add(sql)
            return session.query(sql, params)
          },
        }),
      ),
  }
}

/** The store, with what was called of a transaction; `missing` is what was not. */
export function recordedStore<T extends FaceSealStore>(store: T): { store: T; missing: () => readonly string[] } {
  const known = new Set<string>()
  const called = new Set<PropertyKey>()
  const transaction: FaceSealStore['transaction'] = (work) =>
    store.transaction((inner) => {
      for (const name of Object.keys(inner)) known.add(name)
      const watched = new Proxy<StoreTransaction>(inner, {
        get(target, name, receiver) {
          called.add(name)
          return Reflect.get(target, name, receiver)
        },
      })
      return work(watched)
    })
  return { store: { ...store, transaction }, missing: () => [...known].filter((name) => !called.has(name)) }
}

/** What `docs/databases.md` allows, word by word, and where it says that rows go. */
export async function documentedSql() {
  const doc = await readFile(new URL('../../../docs/databases.md', import.meta.url), 'utf8')
  const section = (title: string) => doc.split(`## ${title}\n`)[1]!.split('\n## ')[0]!
  const cells = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|').map((cell) => cell.trim()))
  const spans = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)
  const features = section('What the adapter uses')
  const signs = spans(features.split('\nSigns:')[1]!.split('. Not used')[0]!)
  return {
    words: new Set(cells(features).flatMap((row) => spans(row[2]!).flatMap((span) => span.split(' ')))),
    signs: new Set([...signs, ',', '(', ')', '.']),
    distribution: new Map(
      cells(section('Where the rows go (Citus)'))
        .filter((row) => row[1]!.includes('.'))
        .map((row) => [spans(row[1]!)[0]!, spans(row[2]!)[0]] as const),
    ),
  }
}

/** Words and signs of a statement that are neither allowed nor names of the schema or of the statement itself. */
export function undocumented(
  sql: string,
  { words, signs }: { readonly words: ReadonlySet<string>; readonly signs: ReadonlySet<string> },
  names: ReadonlySet<string>,
): readonly string[] {
  const plain = sql.replace(/'[^']*'/g, ' ').replace(/\$\d+/g, ' ')
  const aliases = new Set([
    ...[...plain.matchAll(/(?:FROM|JOIN)\s+[a-z_.]+\s+([a-z]+)\b/g)].map((match) => match[1]!),
    ...[...plain.matchAll(/([a-z]+) AS \(/g)].map((match) => match[1]!),
  ])
  const tokens = plain.match(/[A-Za-z_]+|\d+|::|<=|>=|<>|[^\sA-Za-z_\d]+?/g) ?? []
  return tokens.filter((token) => {
    if (/^\d/.test(token)) return false
    if (!/^[A-Za-z_]/.test(token)) return !signs.has(token)
    return !words.has(token) && !names.has(token) && !aliases.has(token)
  })
}

/** Every name that the migrations made: schemas, tables, columns, indexes. */
export function schemaNames(rows: readonly SqlRow[]): ReadonlySet<string> {
  return new Set(rows.flatMap((row) => Object.values(row).map(String)))
}
