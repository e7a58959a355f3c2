// Writes docs/law.md: for every requirement the clause, the code that keeps it and the tests that prove it, read from the
// cn pack and from the ids that code comments and test titles name. `--check` fails when an id lacks either, or when the
// table no longer says what the sources say; line numbers may lag, everything else may not.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pack from '../src/policy/rules/cn.json' with { type: 'json' }

const root = fileURLToPath(new URL('..', import.meta.url))
const target = `${root}docs/law.md`

/** Kept by the software itself; the others need an organisation as well, and are listed without being required. */
const required = pack.rules.map(({ id }) => id).filter((id) => !['L23', 'L24', 'L29', 'L30'].includes(id))

interface Place {
  readonly file: string
  readonly line: number
  readonly text: string
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  const names = await readdir(root + folder, { recursive: true })
  return names
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts'))
    .sort()
}

/** Ids that a line names: `L07`, and `L14 to L16` for all between. */
function idsOf(text: string): readonly string[] {
  const single = [...text.matchAll(/\bL(\d\d)\b/g)].map(([, number]) => Number(number))
  const ranges = [...text.matchAll(/\bL(\d\d) (?:to|bis|至) L(\d\d)\b/g)].flatMap(([, from, to]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index),
  )
  return [...new Set([...single, ...ranges])].map((number) => `L${String(number).padStart(2, '0')}`)
}

async function places(
  folder: string,
  wanted: (line: string) => string | undefined,
): Promise<ReadonlyMap<string, Place[]>> {
  const found = new Map<string, Place[]>()
  for (const file of await filesUnder(folder)) {
    for (const [index, line] of (await readFile(root + file, 'utf8')).split('\n').entries()) {
      const text = wanted(line)
      for (const id of text === undefined ? [] : idsOf(text)) {
        found.set(id, [...(found.get(id) ?? []), { file, line: index + 1, text: text ?? '' }])
      }
    }
  }
  return found
}

/** A comment's words. */
const commentOf = (line: string) => /(?:\/\/|^\s*\/?\*)(.*)/.exec(line)?.[1]?.trim()
/** A test's or a group's title, and rows of a table of cases that begin with an id. */
const titleOf = (line: string) => {
  const title = /\b(?:it|test|describe)(?:\.\w+)*\(\s*(['"`])(.*?)\1/.exec(line)?.[2]
  const row = /^\s*\[\s*(['"`])(L\d\d\b.*?)\1(?:, '([^']*)')?/.exec(line)
  return title ?? (row?.[2]?.length === 3 ? `${row[2]} lint: ${row[3] ?? ''}` : row?.[2])
}

const code = await places('src', commentOf)
const tests = await places('test', titleOf)

const missing = required.flatMap((id) => [
  ...(code.has(id) ? [] : [`${id}: no code names it`]),
  ...(tests.has(id) ? [] : [`${id}: no test names it`]),
])
const table = render()

if (process.argv.includes('--check')) {
  const kept = await readFile(target, 'utf8').catch(() => '')
  const faults = [
    ...missing,
    ...(withoutLines(kept) === withoutLines(table) ? [] : ['docs/law.md is out of date: npx tsx docs/law-table.ts']),
  ]
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  process.exitCode = faults.length > 0 ? 1 : 0
} else {
  await writeFile(target, table)
  for (const fault of missing) process.stderr.write(`${fault}\n`)
}

function render(): string {
  const sections = pack.rules.map(({ id, title, clause, confidence }) => {
    const lines = [`## ${id} ${title}`, '', `${clause.join('; ')} (${confidence}, checked 2026-11-21)`, '']
    const codeList = grouped(code.get(id) ?? [])
    const testList = (tests.get(id) ?? []).map(({ file, line, text }) => `- [${escaped(text)}](../${file}#L${line})`)
    return [
      ...lines,
      'Code:',
      '',
      ...(codeList.length > 0 ? codeList : ['- none yet']),
      '',
      'Tests:',
      '',
      ...(testList.length > 0 ? [...new Set(testList)] : ['- none yet']),
    ].join('\n')
  })
  return [
    '# From the clause to the lines that keep it',
    '',
    'Written by `docs/law-table.ts` from the rule pack, from comments and from test titles; not by hand. It shows where',
    'each requirement is kept and tested. It is no legal advice. Confidence: `full-text` was read in the original,',
    '`transcription` second-hand, `reading` is an interpretation.',
    '',
    ...sections.flatMap((section) => [section, '']),
  ].join('\n')
}

/** One line a file. */
function grouped(list: readonly Place[]): readonly string[] {
  const files = [...new Set(list.map(({ file }) => file))]
  return files.map((file) => {
    const links = list.filter((place) => place.file === file).map(({ line }) => `[${line}](../${file}#L${line})`)
    return `- \`${file}\` ${links.join(', ')}`
  })
}

function escaped(text: string): string {
  return text.replace(/\$\{[^}]*\}/g, '…').replace(/[[\]<>|]/g, '\\$&')
}

function withoutLines(text: string): string {
  return text.replace(/\[\d+\]\(([^)]*)#L\d+\)/g, '[]($1)').replace(/#L\d+\)/g, ')')
}
