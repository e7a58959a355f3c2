import type { JWK } from 'jose'
import { type EvidenceReport, verifyEvidence } from '../policy/evidence'
import { verifyEvidenceExport } from '../server/verify-export'
import { type Command, UsageError } from './command'
import { explainExport } from './explain-export'
import { readJson, readText } from './read-json'
import { recordLine } from './record-line'

/** `faceseal evidence verify`: what records prove, in plain words, without any network (L25). */
export const verifyEvidenceCommand: Command = {
  usage: `faceseal evidence verify <bundle.json> [--keys <jwks.json>] [--head <head.jws>] [--since <head.jws>] [--json]
    Checks consent records offline and says what they prove: a bundle from the person's own page, or what evidence export
    wrote. --keys takes the backend's published keys (GET /face/keys). For a bundle, --head takes the published head of the
    chain (GET /face/evidence/head?device=…), which shows whether the tail was cut. For an export, --since takes an older
    head of the log (GET /face/evidence/head) and asks that the log only grew. Exit code 1 when something is wrong.`,
  takes: ['keys', 'head', 'since'],
  flags: ['json'],
  positionals: 1,
  async run({ text, flags, positionals }, { out }) {
    const path = positionals[0]!
    const input = await readJson(path)
    const keys = text.keys === undefined ? undefined : await readKeys(text.keys)
    if (isExport(input)) {
      if (text.head !== undefined) throw new UsageError('--head is for a bundle; an export holds the heads itself.')
      const since = text.since === undefined ? undefined : await readHead(text.since, 'treeHead')
      const report = await verifyEvidenceExport(input, { keys, since })
      out(flags.has('json') ? JSON.stringify(report, null, 2) : explainExport(path, report))
      return report.ok ? 0 : 1
    }
    if (text.since !== undefined) throw new UsageError('--since is for what evidence export wrote.')
    const head = text.head === undefined ? undefined : await readHead(text.head, 'head')
    const report = await verifyEvidence(input, { keys, head })
    out(flags.has('json') ? JSON.stringify(report, null, 2) : explain(path, report))
    return report.ok ? 0 : 1
  },
}

function isExport(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'kind' in input && input.kind === 'faceseal-evidence'
}

/** A head itself, or the answer of GET /face/evidence/head that holds it under this name. Throws `UsageError`. */
export async function readHead(path: string, name: 'head' | 'treeHead'): Promise<string> {
  const text = (await readText(path)).trim()
  if (!text.startsWith('{')) return text
  const answer = new Map(Object.entries((await readJson(path)) as object))
  const head: unknown = answer.get(name)
  if (typeof head !== 'string') throw new UsageError(`${path} holds no ${name}.`)
  return head
}

async function readKeys(path: string): Promise<readonly JWK[]> {
  const value = await readJson(path)
  const keys: unknown = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : value
  if (!Array.isArray(keys)) throw new UsageError(`${path} holds no keys.`)
  return keys as readonly JWK[]
}

function explain(path: string, report: EvidenceReport): string {
  if (!report.ok) {
    return [
      `${path}: this bundle does not hold. ${report.faults.length} fault${report.faults.length === 1 ? '' : 's'}:`,
      ...report.faults.map(({ place, what }) => `  ${place === null ? 'bundle' : `receipt ${place}`}: ${what}`),
      '',
      'Records with a fault prove nothing; those before the first fault may still be checked by themselves.',
    ].join('\n')
  }
  const { receipts, countersigned, tailProved, backendKeys } = report
  return [
    `${path}: ${receipts.length} records, unbroken.`,
    '',
    ...receipts.map(recordLine),
    '',
    'What this proves',
    `  One device key (${receipts[0]?.device}) signed these records in this order; none was changed, dropped or moved.`,
    '  Each notice in the bundle is, letter for letter, the text whose hash was signed.',
    countersigned > 0
      ? `  The backend countersigned ${countersigned} of ${receipts.length}: it saw them at the times it gives. Compare its key thumbprints with the published ones: ${backendKeys.join(', ')}.`
      : undefined,
    tailProved ? '  The published head names the last record: nothing was cut from the end.' : undefined,
    '',
    'What this does not prove',
    '  Who sat at the device: the key is the device’s, and the subject is a pseudonym.',
    '  That the person understood the notice, or that the page around it was fair.',
    '  Anything about a face: no record holds face data.',
    countersigned < receipts.length
      ? `  That ${receipts.length - countersigned} records without a checked countersignature were made when they say: a device can write its own.`
      : undefined,
    tailProved ? undefined : '  That nothing followed: without the published head (--head) a cut tail cannot be seen.',
  ]
    .filter((line) => line !== undefined)
    .join('\n')
}
