import type { Command } from './command'
import { databaseOptions, databaseUsage, withStore } from './database'

/** `faceseal migrate`: run before a new version starts; safe at any time and with several at once. */
export const migrateCommand: Command = {
  usage: `faceseal migrate [--database <url>] [--identity-database <url>] [--json]
    Creates the tables or brings them up to date; again changes nothing. ${databaseUsage}
    Exit code 1 when the database refuses.`,
  takes: databaseOptions,
  flags: ['json'],
  positionals: 0,
  async run(options, { out }) {
    await withStore(options, (store) => store.migrate())
    out(options.flags.has('json') ? JSON.stringify({ migrated: true }) : 'The tables are up to date.')
    return 0
  },
}
