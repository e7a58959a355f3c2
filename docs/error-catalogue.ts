// Writes docs/errors.md from src/wire/errors.ts (the comment above a code is its cause) and the words in every locale:
// `tsx docs/error-catalogue.ts`. `--check` fails when the page says something else, or a code lacks its cause.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { loadMessages } from '../src/page/i18n/index.ts'
import { errorCatalogue, type FaceSealErrorCode, isFaceSealErrorCode } from '../src/wire/errors.ts'
import { localeTags } from '../src/wire/locale.ts'

const words = await Promise.all(localeTags.map((tag) => loadMessages(tag)))
const target = fileURLToPath(new URL('./errors.md', import.meta.url))

/** The headings of the source, `// camera`, each with its codes and their causes. */
interface Group {
  readonly title: string
  readonly entries: { readonly code: FaceSealErrorCode; readonly cause: string }[]
}

function groupsOf(source: string): readonly Group[] {
  const groups: Group[] = []
  const line = /^ {2}\/\/ (?<title>.+)$|^ {2}\/\*\* (?<cause>.+) \*\/\n {2}(?<code>\w+): \{/gm
  for (const { groups: found } of source.matchAll(line)) {
    const { title, code, cause = '' } = found ?? {}
    if (title) groups.push({ title, entries: [] })
    else if (isFaceSealErrorCode(code)) groups.at(-1)?.entries.push({ code, cause })
  }
  return groups
}

function section(code: FaceSealErrorCode, cause: string): readonly string[] {
  const { remedy, retryable } = errorCatalogue[code]
  return [
    `### ${code}`,
    '',
    `**Cause.** ${cause}`,
    '',
    `**Remedy.** ${remedy}`,
    '',
    `**The same call again** ${retryable ? 'may succeed' : 'fails until something is changed'}. **The person reads:**`,
    '',
    ...words.map(({ locale, errors }) => `- ${locale}: ${errors[code]}`),
    '',
  ]
}

const groups = groupsOf(await readFile(new URL('../src/wire/errors.ts', import.meta.url), 'utf8'))
const described = new Set(groups.flatMap(({ entries }) => entries.map(({ code }) => code)))
const codes = Object.keys(errorCatalogue)
const missing = codes.filter((code) => !described.has(code as FaceSealErrorCode))
const page = [
  '# Error catalogue',
  '',
  '<!-- Written by docs/error-catalogue.ts from src/wire/errors.ts and the words in src/page/i18n. -->',
  '',
  `Every failure is a \`FaceSealError\` with one of ${codes.length} codes. Compare \`error.code\`, never the message; \`error.remedy\` and`,
  '`error.retryable` are the lines below, and `error.detail` names the field, file or API, never anything personal. Over HTTP the',
  'same code stands in a problem of RFC 9457. A refusal, another face, or a person who took the other way is a result and no error.',
  'What the person reads is shown by the dialog, the camera view and the widget.',
  '',
  ...groups.flatMap(({ title, entries }) => [
    `## ${title[0]?.toUpperCase()}${title.slice(1)}`,
    '',
    ...entries.flatMap(({ code, cause }) => section(code, cause)),
  ]),
].join('\n')

if (missing.length > 0) {
  process.stderr.write(`src/wire/errors.ts: no comment says the cause of ${missing.join(', ')}\n`)
  process.exitCode = 1
} else if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== page) {
    process.stderr.write('docs/errors.md is not what the code says: npx tsx docs/error-catalogue.ts\n')
    process.exitCode = 1
  }
} else await writeFile(target, page)
