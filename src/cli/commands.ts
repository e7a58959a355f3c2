import { packageVersion } from '../wire/version'
import { type Command, type CommandContext, type ExitCode, runOne } from './command'
import { modelsCommand } from './copy-models'
import { expireCommand } from './expire'
import { exportEvidenceCommand } from './export-evidence'
import { initCommand } from './init'
import { keygenCommand } from './keygen'
import { lintPolicyCommand } from './lint-policy'
import { migrateCommand } from './migrate'
import { piaCommand } from './pia'
import { verifyEvidenceCommand } from './verify-evidence'

/** By name, of one word or two. */
const commands: ReadonlyMap<string, Command> = new Map([
  ['init', initCommand],
  ['lint-policy', lintPolicyCommand],
  ['models', modelsCommand],
  ['keygen', keygenCommand],
  ['migrate', migrateCommand],
  ['expire', expireCommand],
  ['evidence export', exportEvidenceCommand],
  ['evidence verify', verifyEvidenceCommand],
  ['pia', piaCommand],
])

const usages = [...commands.values()].map(({ usage }) => usage.replaceAll(/^(?=.)/gm, '  ')).join('\n\n')
const help = `faceseal ${packageVersion}

${usages}

  faceseal --help | --version
  faceseal <command> --help

Exit codes: 0 well, 1 something was found or failed, 2 wrong use.`

/** Runs one command line. Never throws for a wrong file or argument: it says so and returns the code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const [first, second] = args
  if (first === '--version') return say(context, packageVersion)
  for (const words of [2, 1]) {
    const command = commands.get(args.slice(0, words).join(' '))
    if (command) return runOne(command, args.slice(words), context)
  }
  if (first === 'evidence' && second === '--help') return say(context, usagesOf('evidence'))
  if (first === undefined || first === 'help' || args.includes('--help')) return say(context, help)
  context.err(`Unknown command: ${args.join(' ')}\n\n${first === 'evidence' ? usagesOf('evidence') : help}`)
  return 2
}

function usagesOf(group: string): string {
  return [...commands]
    .filter(([name]) => name.startsWith(`${group} `))
    .map(([, { usage }]) => usage)
    .join('\n\n')
}

function say(context: CommandContext, text: string): ExitCode {
  context.out(text)
  return 0
}
