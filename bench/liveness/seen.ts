import { readFile, writeFile } from 'node:fs/promises'
import { clipRate } from '../../test/browser/mjpeg.ts'
import type { PadFrame } from '../pad/frame.ts'
import { lookAtFiles } from '../pad/run.ts'

export interface Clips {
  /** Folder that the paths are relative to. */
  readonly folder: string
  readonly paths: readonly string[]
  readonly seconds: number
  /** What was seen is written there, or read from there when it exists. */
  readonly file?: string | undefined
}

/** What the shipped worker's vision sees of clips, 25 times a second: slower devices see some of it (play.ts). */
export async function seenOf({
  folder,
  paths,
  seconds,
  file,
}: Clips): Promise<ReadonlyMap<string, readonly PadFrame[]>> {
  const known = file && (await readFile(file, 'utf8').catch(() => undefined))
  if (known) return new Map(Object.entries(JSON.parse(known) as Record<string, PadFrame[]>))
  const report = (done: number, all: number) => process.stderr.write(`${done}/${all} clips\n`)
  const seen = await lookAtFiles({ folder, paths, sampling: { rate: clipRate, seconds }, report })
  if (file) await writeFile(file, JSON.stringify(Object.fromEntries(seen)))
  return seen
}
