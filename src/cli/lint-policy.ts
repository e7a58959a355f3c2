import { lintPolicy } from '../policy/lint'
import type { FaceSealIssue } from '../wire/errors'
import type { Command } from './command'
import { readJson } from './read-json'

/** `faceseal lint-policy`: a table of broken rules, or one line when there is none. */
export const lintPolicyCommand: Command = {
  usage: `faceseal lint-policy <config.json> [--json]
    Lists every rule that a policy configuration breaks, with its remedy. Exit code 1 when one is broken.`,
  takes: [],
  flags: ['json'],
  positionals: 1,
  async run({ flags, positionals }, { out }) {
    const path = positionals[0]!
    const issues = lintPolicy(await readJson(path))
    if (flags.has('json')) out(JSON.stringify({ file: path, issues }, null, 2))
    else out(issues.length === 0 ? `${path}: every rule of its packs holds.` : table(path, issues))
    return issues.length === 0 ? 0 : 1
  },
}

function table(path: string, issues: readonly FaceSealIssue[]): string {
  const rows = issues.map(({ ids, path: where, message, remedy }) => [
    ids.join(' ') || 'schema',
    where || '(whole)',
    message,
    remedy,
  ])
  const head = ['rule', 'where', 'what', 'remedy']
  const widths = [0, 1, 2].map((column) => Math.max(...[head, ...rows].map((row) => widthOf(row[column]!))))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 3 ? cell + ' '.repeat(widths[column]! - widthOf(cell)) : cell))
      .join('  ')
      .trimEnd()
  const count = `${path}: ${issues.length} ${issues.length === 1 ? 'rule is' : 'rules are'} broken; it does not start.`
  return [count, '', line(head), line(head.map((cell) => '-'.repeat(cell.length))), ...rows.map(line)].join('\n')
}

/** Columns on a terminal: Chinese characters and full-width signs take two. */
function widthOf(text: string): number {
  return [...text].reduce(
    (width, char) =>
      width +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(char)
        ? 2
        : 1),
    0,
  )
}
