import { parseArgs } from 'node:util'
import { FaceSealError } from '../wire/errors'

/** Where a command writes, and where the package's assets lie. */
export interface CommandContext {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly assets: string
}

/** 0 well, 1 something was found or failed, 2 wrong use. */
export type ExitCode = 0 | 1 | 2

/** What a command was given, checked against what it takes. */
export interface CommandOptions {
  /** Values of `--name value`. */
  readonly text: Readonly<Record<string, string | undefined>>
  /** `--name` alone. */
  readonly flags: ReadonlySet<string>
  readonly positionals: readonly string[]
}

export interface Command {
  /** First line: the call; the rest says what it does, what its exit codes mean. */
  readonly usage: string
  /** Options with a value, and options without. */
  readonly takes: readonly string[]
  readonly flags: readonly string[]
  /** How many arguments without a name it needs. */
  readonly positionals: number
  run(options: CommandOptions, context: CommandContext): Promise<ExitCode>
}

/** Parses, runs, and turns what was thrown into a sentence: 2 for a wrong call, 1 for what failed. Never throws. */
export async function runOne(command: Command, args: readonly string[], context: CommandContext): Promise<ExitCode> {
  if (args.includes('--help')) {
    context.out(command.usage)
    return 0
  }
  const options = readOptions(command, args)
  if (typeof options === 'string') {
    context.err(`${options}\n\n${command.usage}`)
    return 2
  }
  try {
    return await command.run(options, context)
  } catch (cause) {
    context.err(sentence(cause))
    return cause instanceof UsageError ? 2 : 1
  }
}

/** A wrong call: the message says what to give. */
export class UsageError extends Error {}

function readOptions({ takes, flags, positionals: needed }: Command, args: readonly string[]) {
  const options = Object.fromEntries([
    ...takes.map((name) => [name, { type: 'string' as const }]),
    ...flags.map((name) => [name, { type: 'boolean' as const }]),
  ])
  try {
    const parsed = parseArgs({
      args: joinValues(args, takes, flags),
      options,
      allowPositionals: needed > 0,
      strict: true,
    })
    const { positionals } = parsed
    const values: Readonly<Record<string, unknown>> = parsed.values
    if (positionals.length !== needed) return `Give ${needed === 1 ? 'one file or folder' : `${needed} arguments`}.`
    const text = Object.fromEntries(takes.map((name) => [name, values[name] as string | undefined]))
    return { text, flags: new Set(flags.filter((name) => values[name] === true)), positionals }
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

/** `--name value` as `--name=value`: a value may begin with a dash, as one pseudonym in 64 does. */
function joinValues(args: readonly string[], takes: readonly string[], flags: readonly string[]): string[] {
  const named = new Set([...takes, ...flags].map((name) => `--${name}`))
  const joined: string[] = []
  for (let at = 0; at < args.length; at++) {
    const [arg, next] = [args[at]!, args[at + 1]]
    const takesNext = takes.includes(arg.slice(2)) && arg.startsWith('--') && next !== undefined && !named.has(next)
    joined.push(takesNext ? `${arg}=${next}` : arg)
    if (takesNext) at += 1
  }
  return joined
}

function sentence(cause: unknown): string {
  if (cause instanceof FaceSealError) {
    const issues = cause.issues.map(({ path, message }) => `  ${path || '(whole)'}: ${message}`)
    return [`${cause.message}. ${cause.remedy}`, ...issues].join('\n')
  }
  return cause instanceof Error ? cause.message : String(cause)
}
