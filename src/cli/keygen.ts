import { writeFile } from 'node:fs/promises'
import { generateServerKeys, importServerKeys } from '../server/keys'
import { rotateReceiptsKey } from '../server/succession'
import type { SealSuite } from '../wire/ceremony-options'
import { type Command, UsageError } from './command'
import { readJson } from './read-json'

/** `faceseal keygen`: the secrets of one deployment. Never over a file that is there: lost keys lose every template. */
export const keygenCommand: Command = {
  usage: `faceseal keygen [--out <keys.json>] [--suites P256,X25519] [--rotate <keys.json>] [--json]
    Makes the secret keys of one deployment. --out writes them for the owner's eyes only and never over a file that
    exists; without it they go to the standard output, for a secret store. Says the thumbprint to pin as expectedSigner.
    --rotate takes over a deployment's keys with a new receipts key, which the old one names; the old public key stays
    published, so that old receipts and heads of the log remain checkable.
    Exit code 1 when the file cannot be written.`,
  takes: ['out', 'suites', 'rotate'],
  flags: ['json'],
  positionals: 0,
  async run({ text: { out: file, suites, rotate }, flags }, { out, err }) {
    if (suites !== undefined && rotate !== undefined)
      throw new UsageError('--rotate keeps the suites; leave out --suites.')
    const keys =
      rotate === undefined
        ? await generateServerKeys({ suites: readSuites(suites ?? 'P256') })
        : await rotateReceiptsKey(await readJson(rotate))
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
