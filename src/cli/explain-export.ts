import type { ExportLine, ExportReport } from '../server/verify-export'
import { recordLine, timeOf } from './record-line'

/** What an export proves and what it does not, in plain words. */
export function explainExport(path: string, report: ExportReport): string {
  const { faults, lines, treeHead } = report
  if (!report.ok || !treeHead) {
    return [
      `${path}: this export does not hold. ${faults.length} fault${faults.length === 1 ? '' : 's'}:`,
      ...faults.map(({ line, what }) => `  ${line === null ? 'export' : `line ${line}`}: ${what}`),
    ].join('\n')
  }
  const { tailsProved, devices, noticesMissing, continues, backendKeys } = report
  const unlogged = lines.filter(({ inLog }) => !inLog).length
  return [
    `${path}: ${lines.length} lines, unbroken.`,
    '',
    ...lines.map(lineOf),
    '',
    'What this proves',
    '  The person’s device signed each record, the backend countersigned it; none was changed, dropped or moved.',
    `  ${lines.length - unlogged} of ${lines.length} are in the log ${treeHead.logId}, whose head of ${timeOf(treeHead.time)} counts ${treeHead.treeSize} entries.`,
    `  ${tailsProved} of ${devices} device chains end here, by the backend’s own signed head.`,
    continues ? '  The log continues your older head: nothing that it held then was changed or taken out.' : undefined,
    `  Compare the log’s name and the thumbprints of its keys with the published ones: ${backendKeys.join(', ')}.`,
    '',
    'What this does not prove',
    '  Who sat at the device: the key is the device’s, and the subject is a pseudonym.',
    '  That the person understood the notice, or that the page around it was fair.',
    '  Anything about a face: no record holds face data.',
    unlogged > 0 ? `  That ${unlogged} lines from before there was a log are where they were.` : undefined,
    noticesMissing.length > 0
      ? `  What was shown: the text of ${noticesMissing.length} notices is not here, only its hash (evidence export --notices).`
      : undefined,
    continues === null
      ? '  That the log shows everyone the same: keep its heads, and give an older one as --since.'
      : undefined,
  ]
    .filter((line) => line !== undefined)
    .join('\n')
}

function lineOf({ seq, at, receipt, deletion }: ExportLine): string {
  if (receipt) return recordLine(receipt)
  return `  ${String(seq).padStart(3)}  ${timeOf(at)}  deletion, ${deletion}, signed by the backend`
}
