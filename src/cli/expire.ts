import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkProcessors, type Processor } from '../server/deletion'
import { expire } from '../server/expire'
import { importServerKeys } from '../server/keys'
import { resumeDeletions } from '../server/resume-deletions'
import { type Command, type CommandOptions, UsageError } from './command'
import { databaseOptions, databaseUsage, withStore } from './database'
import { readKeysOption } from './read-json'

/** `faceseal expire`: the retention job (L29), for a timer. It also goes on with deletions that a processor failed (L11). */
export const expireCommand: Command = {
  usage: `faceseal expire --keys <keys.json> (--processors <module.js> | --no-processors) [--limit <n>] [--database <url>]
      [--identity-database <url>] [--json]
    Deletes what is past its retention, each with a signed receipt, and goes on with deletions that a processor has not
    confirmed. The module exports \`processors\`, the same that createHandler gets. ${databaseUsage}
    Exit code 1 when a deletion still waits for a processor, or the database refuses.`,
  takes: ['keys', 'processors', 'limit', ...databaseOptions],
  flags: ['no-processors', 'json'],
  positionals: 0,
  async run(options, { out }) {
    const limit = readLimit(options.text.limit)
    const keys = await importServerKeys(await readKeysOption(options.text.keys))
    const processors = await readProcessors(options)
    const { expired, resumed } = await withStore(options, async (store) => ({
      expired: await expire({ store, keys, processors, limit }),
      resumed: await resumeDeletions({ store, keys, processors, limit }),
    }))
    const report = { ...expired, deletionsResumed: resumed.done, deletionsPending: resumed.pending }
    out(options.flags.has('json') ? JSON.stringify(report) : table(report))
    return resumed.pending === 0 ? 0 : 1
  },
}

/** Said either way: a job that forgets the processors would call a deletion done that is not (L11). */
async function readProcessors({ text, flags }: CommandOptions): Promise<readonly Processor[]> {
  if ((text.processors === undefined) !== flags.has('no-processors')) {
    throw new UsageError('Give --processors <module.js>, or --no-processors where nobody else holds a copy.')
  }
  if (text.processors === undefined) return []
  const module: unknown = await import(pathToFileURL(resolve(text.processors)).href)
  const found = typeof module === 'object' && module !== null && 'processors' in module ? module.processors : undefined
  if (!Array.isArray(found) || !found.every(isProcessor)) {
    throw new UsageError(`${text.processors} does not export an array \`processors\` of { name, delete }.`)
  }
  checkProcessors(found)
  return found
}

function isProcessor(value: unknown): value is Processor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'delete' in value &&
    typeof value.delete === 'function'
  )
}

function readLimit(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new UsageError('--limit takes a whole number from 1.')
  return Number(value)
}

function table(report: Readonly<Record<string, number>>): string {
  return Object.entries(report)
    .map(([name, count]) => `${String(count).padStart(8)}  ${name}`)
    .join('\n')
}
