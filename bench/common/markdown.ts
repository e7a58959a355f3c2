/** Puts each table between `<!-- table NAME -->` and `<!-- end -->`. Throws where a page lacks a place. */
export function withTables(page: string, tables: ReadonlyMap<string, string>): string {
  let text = page
  for (const [name, table] of tables) {
    const start = `<!-- table ${name} -->`
    const from = text.indexOf(start)
    const to = text.indexOf('<!-- end -->', from)
    if (from < 0 || to < 0) throw new RangeError(`no place for the table ${name}`)
    text = `${text.slice(0, from)}${start}\n${table}\n${text.slice(to)}`
  }
  return text
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

/** `share` is 0..1. */
export function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}
