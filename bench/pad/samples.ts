import type { SpoofSignals } from '../../src/worker/liveness/fusion.ts'
import type { PadFrame } from './frame.ts'

export interface PadSample {
  readonly file: string
  readonly label: 'live' | 'spoof' | 'other'
  readonly attack: string
  /** Where it comes from; a fit leaves one out at a time. The file's folder and first letters where no column says. */
  readonly source: string
}

export interface Scored extends PadSample {
  /** Mean over the frames with a face; `undefined` where no frame has one. */
  readonly liveness: number | undefined
  readonly signals: SpoofSignals | undefined
  readonly frames: number
  readonly faces: number
}

/** Throws `Error` with the line for a row without file or label. No field may hold a comma or quotes. */
export function readLabels(csv: string): readonly PadSample[] {
  const [head = '', ...lines] = csv.trim().split(/\r?\n/)
  const columns = head.split(',').map((name) => name.trim())
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const cells = line.split(',')
      const cell = (name: string) => cells[columns.indexOf(name)]?.trim() ?? ''
      const [file, label] = [cell('file'), cell('label')]
      if (!file || !label) throw new Error(`labels: no file or label in "${line}"`)
      return {
        file,
        label: label === 'live' || label === 'spoof' ? label : 'other',
        attack: cell('attack') || 'unspecified',
        source: cell('source') || file.split('/').at(-1)!.split('_')[0]!,
      }
    })
}

export function scoreFile(sample: PadSample, frames: readonly PadFrame[]): Scored {
  const faces = frames.flatMap(({ face }) => face ?? [])
  const mean = (of: (signals: SpoofSignals) => number) =>
    faces.reduce((sum, { signals }) => sum + of(signals), 0) / faces.length
  const found = faces[0]
  return {
    ...sample,
    frames: frames.length,
    faces: faces.length,
    liveness: found && faces.reduce((sum, { liveness }) => sum + liveness, 0) / faces.length,
    signals: found && {
      net: found.signals.net.map((_, index) => mean(({ net }) => net[index]!)),
      chromaGrain: mean(({ chromaGrain }) => chromaGrain),
      redShading: mean(({ redShading }) => redShading),
    },
  }
}
