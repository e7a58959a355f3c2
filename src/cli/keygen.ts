import { writeFile } from 'node:fs/promises'
import { generateServerKeys, importServerKeys } from '../server/keys'
import type { SealSuite } from '../wire/ceremony-options'
import { type BackendCommand, UsageError } from './backend-command'

/** `faceseal keygen`: fresh secrets of one deployment. Never over a file that is there: lost keys lose every template. */
export const keygenCommand: BackendCommand = {
  usage: `faceseal keygen [--out <keys.json>] [--suites P256,X25519] [--json]
    Makes the secret keys of one deployment. --out writes them for the owner's eyes only and never over a file that
    exists; without it they go to the standard output, for a secret store. Says the thumbprint to pin as expectedSigner.
    Exit code 1 when the file cannot be written.`,
  takes: ['out', 'suites'],
  flags: ['json'],
  positionals: 0,
  async run({ text: { out: file, suites = 'P256' }, flags }, { out, err }) {
    const keys = await generateServerKeys({ suites: readSuites(suites) })
    const { expectedSigner } = await importServerKeys(keys)
    const content = `${JSON.stringify(keys, null, 2)}\n`
    if (file === undefined) {
      out(content.trimEnd())
      err(`expectedSigner: ${expectedSigner}`)
      return 0
    }
    try {
      await writeFile(file, content, { mode: 0o600, flag: 'wx' })
    } catch (cause) {
      err(`${file} was not written: ${cause instanceof Error ? cause.message : 'unknown'}.`)
      return 1
    }
    out(
      flags.has('json')
        ? JSON.stringify({ file, expectedSigner })
        : `Secret keys written to ${file}. Keep them in a secret store.\nexpectedSigner: ${expectedSigner}`,
    )
    return 0
  },
}

function readSuites(list: string): readonly SealSuite[] {
  const names = list.split(',')
  const known = names.filter((name): name is SealSuite => name === 'P256' || name === 'X25519')
  if (known.length !== names.length || new Set(known).size !== known.length) {
    throw new UsageError('--suites takes P256, X25519 or both with a comma.')
  }
  return known
}
