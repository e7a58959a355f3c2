import { readFile } from 'node:fs/promises'
import type { JWK } from 'jose'
import { type EvidenceReport, verifyEvidence } from '../policy/evidence'
import type { ReceiptPayload } from '../wire/receipt'
import type { CommandContext, ExitCode } from './commands'
import { readJson, takeOption } from './read-json'

/** `faceseal evidence verify`: what a bundle proves, in plain words, without any network (L25). */
export async function verifyEvidenceFile(args: readonly string[], { out, err }: CommandContext): Promise<ExitCode> {
  const keysOption = takeOption(args, '--keys')
  const headOption = takeOption(keysOption.rest, '--head')
  const path = headOption.rest.find((arg) => !arg.startsWith('--'))
  if (path === undefined) {
    err('Which file? faceseal evidence verify <bundle.json> [--keys <jwks.json>] [--head <head.jws>] [--json]')
    return 2
  }
  const bundle = await readJson(path)
  if ('problem' in bundle) {
    err(bundle.problem)
    return 2
  }
  const keys = keysOption.value === undefined ? undefined : await readKeys(keysOption.value)
  const head = headOption.value === undefined ? undefined : await readHead(headOption.value)
  if ((keysOption.value !== undefined && !keys) || (headOption.value !== undefined && head === undefined)) {
    err('Cannot read the file given with --keys or --head.')
    return 2
  }
  const report = await verifyEvidence(bundle.value, { keys, head })
  out(args.includes('--json') ? JSON.stringify(report, null, 2) : explain(path, report))
  return report.ok ? 0 : 1
}

/** The head itself, or the answer of GET /face/evidence/head?device=… that holds it. */
async function readHead(path: string): Promise<string | undefined> {
  const text = (await readFile(path, 'utf8').catch(() => undefined))?.trim()
  if (!text?.startsWith('{')) return text
  const read = await readJson(path)
  if ('problem' in read || typeof read.value !== 'object' || read.value === null) return undefined
  return 'head' in read.value && typeof read.value.head === 'string' ? read.value.head : undefined
}

async function readKeys(path: string): Promise<readonly JWK[] | undefined> {
  const read = await readJson(path)
  if ('problem' in read || typeof read.value !== 'object' || read.value === null) return undefined
  const keys = 'keys' in read.value ? read.value.keys : read.value
  return Array.isArray(keys) ? (keys as JWK[]) : undefined
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

function recordLine({ sequence, event, scope, iat, purpose, locale, form, chosen }: ReceiptPayload): string {
  const time = new Date(iat * 1000).toISOString().replace('T', ' ').slice(0, 19)
  return `  ${String(sequence).padStart(3)}  ${time}Z  ${event.padEnd(8)} ${scope.padEnd(8)} purpose ${purpose}, ${locale}, ${form}${chosen ? `, instead: ${chosen}` : ''}`
}
