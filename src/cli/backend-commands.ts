import type { BackendCommand } from './backend-command'
import { expireCommand } from './expire'
import { keygenCommand } from './keygen'
import { migrateCommand } from './migrate'
import { piaCommand } from './pia'

/** Commands for those who run a backend, by name. */
export const backendCommands: ReadonlyMap<string, BackendCommand> = new Map([
  ['keygen', keygenCommand],
  ['migrate', migrateCommand],
  ['expire', expireCommand],
  ['pia', piaCommand],
])

/** Their usages, for `faceseal --help`. */
export const backendHelp = [...backendCommands.values()]
  .map(({ usage }) => usage.replaceAll(/^(?=.)/gm, '  '))
  .join('\n\n')
