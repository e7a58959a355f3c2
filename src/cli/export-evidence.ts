import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportEvidence } from '../server/evidence-export'
import { importServerKeys } from '../server/keys'
import type { FaceSealStore } from '../server/store'
import { type Command, type CommandOptions, UsageError } from './command'
import { databaseOptions, databaseUsage, withStore } from './database'
import { readKeysOption, readText } from './read-json'
import { readHead } from './verify-evidence'

/** `faceseal evidence export`: one person's records with every proof, to be checked offline (L25). */
export const exportEvidenceCommand: Command = {
  usage: `faceseal evidence export --keys <keys.json> (--subject <pseudonym> | --account <reference> --tenant <name> --purpose <id>)
      [--out <bundle.json>] [--notices <folder>] [--since <head.jws>] [--database <url>] [--identity-database <url>] [--json]
    Writes one person's consent records, countersigned, with the proofs that they are in the log, its signed head and the
    keys, former ones too: evidence verify needs nothing else. --notices takes a folder of the texts that were shown;
    those that a record names go along. --since takes an older head of the log and proves that the log continues it.
    ${databaseUsage}
    Exit code 1 when there is no record, or the database refuses.`,
  takes: ['keys', 'subject', 'account', 'tenant', 'purpose', 'out', 'notices', 'since', ...databaseOptions],
  flags: ['json'],
  positionals: 0,
  async run(options, { out, err }) {
    const { text, flags } = options
    const which = readSubject(options)
    const keys = await importServerKeys(await readKeysOption(text.keys))
    const notices = text.notices === undefined ? [] : await readFolder(text.notices)
    const since = text.since === undefined ? undefined : await readHead(text.since, 'treeHead')
    const exported = await withStore(options, async (store) => {
      const subject = await which(store)
      return subject && exportEvidence({ store, keys, subject, notices, since })
    })
    if (!exported) {
      err('Nobody of this account is known for this tenant and purpose.')
      return 1
    }
    const content = JSON.stringify(exported, null, 2)
    if (text.out === undefined) {
      out(content)
      return 0
    }
    await writeFile(text.out, `${content}\n`, { mode: 0o600 })
    const lines = exported.ledger.length
    out(flags.has('json') ? JSON.stringify({ file: text.out, lines }) : `${lines} lines written to ${text.out}.`)
    return 0
  },
}

/** How to find the pseudonym: as given, or by the account that the integrator knows. */
function readSubject({ text: { subject, account, tenant, purpose } }: CommandOptions) {
  if ((subject === undefined) === (account === undefined)) {
    throw new UsageError('Whose? Give --subject, or --account with --tenant and --purpose.')
  }
  if (subject !== undefined) return async () => subject
  if (tenant === undefined || purpose === undefined) throw new UsageError('--account needs --tenant and --purpose.')
  return (store: FaceSealStore) => store.identity.findSubject({ account: account!, tenant, purpose })
}

async function readFolder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new UsageError(`Cannot read the folder ${folder}.`)
  })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(files.map(({ name }) => readText(join(folder, name))))
}
