import { count, table } from '../common/markdown.ts'
import type { Bar } from './bars.ts'
import { type Contestant, contestants } from './contestant.ts'
import type { SpeedReport } from './report.ts'

const labels: Readonly<Record<Contestant, string>> = {
  faceseal: 'FaceSeal',
  human: '@vladmandic/human 3.3.6',
  'vladmandic-face-api': '@vladmandic/face-api 1.7.15',
  'face-api.js': 'face-api.js 0.22.2',
  mediapipe: 'MediaPipe, detection alone',
}

const ratios: readonly (readonly [name: string, what: string, target: string])[] = [
  ['guidanceVsHuman', "guidance frame, against human's frame", '6'],
  ['guidanceVsFaceApi', "guidance frame, against face-api's full frame", '3'],
  ['guidanceVsFaceApiGuidance', "guidance frame, against face-api's detector and landmarks", ''],
  ['afterLastFrameVsHuman', "all of a good frame to the template, against human's frame", '1'],
  ['frameVsHuman', "frame with embedding, against human's", ''],
  ['frameVsFaceApi', "frame with embedding, against face-api's", ''],
  ['embedVsFaceApi', "embedding (two faces, 512-d), against face-api's (one, 128-d)", ''],
  ['guidanceVsOriginal', "guidance frame, against the original face-api.js's frame", ''],
]

/** Tables of docs/performance.md, by the name of their place. */
export function speedTables(report: SpeedReport): ReadonlyMap<string, string> {
  return new Map([
    ['contest', contestTable(report)],
    ['ratios', ratioTable(report)],
    ['path', pathTable(report)],
    ['files', fileTable(report)],
  ])
}

/** A frame with and without embedding, and everybody else's. */
export function frameBars({ contestants: measured }: SpeedReport): readonly Bar[] {
  const bar = (name: string, value: number | undefined, own: boolean): readonly Bar[] =>
    value === undefined ? [] : [{ name, value, text: `${milliseconds(value)} ms`, own }]
  const { faceseal, ...others } = measured
  return [
    ...bar('FaceSeal, guidance', faceseal?.guidanceFrameMs, true),
    ...bar('FaceSeal, with embedding', faceseal?.frameMs, true),
    ...contestants.flatMap((name) => (name === 'faceseal' ? [] : bar(labels[name], others[name]?.frameMs, false))),
  ]
}

function contestTable({ contestants: measured, spread, backends, failures }: SpeedReport): string {
  const rows = contestants.flatMap((name) => {
    const numbers = measured[name]
    if (!numbers) return failures[name] ? [[labels[name], failures[name], '', '', '', '', '']] : []
    const frame = spread[name]?.frame
    return [
      [
        labels[name],
        frame ? `${milliseconds(frame.median)} (${milliseconds(frame.low)} to ${milliseconds(frame.high)})` : '',
        optional(name === 'faceseal' ? numbers.guidanceFrameMs : numbers.guidanceMs),
        optional(numbers.embedMs),
        `${optional(numbers.startColdMs)} / ${optional(numbers.startWarmMs)}`,
        numbers.bytesToFirstAnswer === undefined ? '' : megabytes(numbers.bytesToFirstAnswer),
        backends[name] ?? '',
      ],
    ]
  })
  const head = [
    '',
    'frame, ms (middle half)',
    'without descriptor',
    'descriptor',
    'first answer, cold / warm',
    'MB',
    'computes on',
  ]
  return table(head, rows)
}

function ratioTable({ ratioSpread }: SpeedReport): string {
  const rows = ratios.flatMap(([name, what, target]) => {
    const found = ratioSpread[name]
    return found ? [[what, `**${found.ratio}**`, `${found.low} to ${found.high}`, target]] : []
  })
  return table(['FaceSeal is so many times faster', '', '95 % interval', 'target'], rows)
}

function pathTable({ contestants: { faceseal = {} }, memory, soak, roofline }: SpeedReport): string {
  const { verifyMs, coldStartMs, warmStartMs, bytesToGuidance, bytesToResponse, bytesToResponseLite } = faceseal
  const bytes = (value: number | undefined) => (value === undefined ? '' : `${megabytes(value)} MB`)
  const rows = [
    ['grant to first guidance, empty cache', `${optional(coldStartMs)} ms`, ''],
    ['the same on the lite profile', `${optional(faceseal.coldStartLiteMs)} ms`, ''],
    ['grant to first guidance, full cache', `${optional(warmStartMs)} ms`, ''],
    ['grant to sealed response, full cache', `${optional(verifyMs)} ms`, ''],
    ['bytes to first guidance', bytes(bytesToGuidance), ''],
    ['bytes to the response', bytes(bytesToResponse), '6.5 MB'],
    ['the same on the lite profile', bytes(bytesToResponseLite), '3.2 MB'],
    ["longest task with script on the page's thread", `${optional(faceseal.longestTaskMs)} ms`, '50 ms'],
    ['page frames dropped in a verification', optional(faceseal.droppedFrames), ''],
    ...(memory
      ? [
          [
            `memory held by page and worker, growth over ${memory.verifications} verifications`,
            `${memory.growthPct ?? ''} %`,
            '± 3 %',
          ],
          [
            'held after the garbage went, and with it at most',
            `${memory.steadyMB ?? ''} and ${memory.peakMB ?? ''} MB`,
            '',
          ],
          [
            'tensors, bytes of tensors, frames left',
            `${memory.tensorsLeft}, ${memory.tensorBytesLeft}, ${memory.framesLeft}`,
            '0',
          ],
        ]
      : []),
    ...(soak ? [['memory held, growth over one long capture (`--soak`)', `${soak.growthPct ?? ''} %`, '']] : []),
    [
      `embedding: ${roofline.embedGmacs} G multiply-adds at a peak of ${roofline.peakGmacs} G/s`,
      `${roofline.floorMs} of ${roofline.bestMs} ms (the best of both): ${count(100 * roofline.share)} %`,
      '',
    ],
  ]
  return table(['', '', 'target'], rows)
}

function fileTable({ sizes }: SpeedReport): string {
  const plain = (path: string) => (path.split('/').at(-1) || 'the page').replace(/-[\w-]{8}(\.\w+)$/, '$1')
  const rows = Object.entries(sizes.files)
    .filter(([, bytes]) => bytes > 5000)
    .map(([path, bytes]) => [`\`${plain(path)}\``, `${count(bytes / 1000)} kB`])
  return table(['file', 'brotli'], rows)
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : count(value)
}

function optional(value: number | undefined): string {
  return value === undefined ? '' : milliseconds(value)
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(2)
}
