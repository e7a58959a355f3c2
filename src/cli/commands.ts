import { packageVersion } from '../wire/version'
import { runBackendCommand } from './backend-command'
import { backendCommands, backendHelp } from './backend-commands'
import { copyModels } from './copy-models'
import { lintPolicyFile } from './lint-policy'
import { verifyEvidenceFile } from './verify-evidence'

/** Where a command writes, and where the package's assets lie. */
export interface CommandContext {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly assets: string
}

/** 0 well, 1 something was found or failed, 2 wrong use. */
export type ExitCode = 0 | 1 | 2

const help = `faceseal ${packageVersion}

  faceseal lint-policy <config.json> [--json]
      Lists every rule that a policy configuration breaks, with its remedy. Exit code 1 when one is broken.

  faceseal evidence verify <bundle.json> [--keys <jwks.json>] [--head <head.jws>] [--json]
      Checks consent records offline and says what they prove. --keys takes the backend's published keys (GET /face/keys),
      --head the published head of the chain (GET /face/evidence/head?device=…), which shows whether the tail was cut. Exit code 1 when something is wrong.

  faceseal models <folder>
      Copies models and wasm into a public folder, for \`assetBase\`, and prints the headers to serve them with.

${backendHelp}

  faceseal --help | --version`

/** Runs one command line. Never throws for a wrong file or argument: it says so and returns the code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const flags = new Set(args.filter((arg) => arg.startsWith('--')))
  const [command, ...rest] = args
  if (command === '--version') return say(context, packageVersion)
  const backend = command === undefined ? undefined : backendCommands.get(command)
  if (backend) return runBackendCommand(backend, rest, context)
  if (command === undefined || flags.has('--help') || command === 'help') return say(context, help)
  if (command === 'lint-policy') return lintPolicyFile(rest, context)
  if (command === 'evidence' && rest[0] === 'verify') return verifyEvidenceFile(rest.slice(1), context)
  if (command === 'models') return copyModels(rest, context)
  context.err(`Unknown command: ${args.join(' ')}\n\n${help}`)
  return 2
}

function say(context: CommandContext, text: string): ExitCode {
  context.out(text)
  return 0
}
