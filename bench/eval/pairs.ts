import { readFile } from 'node:fs/promises'

/** One row of a verification set; paths are relative to the set's folder. */
export interface Pair {
  readonly left: string
  readonly right: string
  readonly same: boolean
  /** Folds share no person, where the set has them. */
  readonly fold: number | undefined
}

/** Reads `left,right,same[,fold[,…]]` with a header. Throws with the line that is wrong. */
export async function readPairs(file: string, limit = Number.POSITIVE_INFINITY): Promise<readonly Pair[]> {
  const [header = '', ...lines] = (await readFile(file, 'utf8')).trim().split(/\r?\n/)
  const columns = header.split(',')
  const column = (name: string) => columns.indexOf(name)
  if (['left', 'right', 'same'].some((name) => column(name) < 0)) throw new Error(`${file}: no columns left,right,same`)
  const pairs = lines.map((line, index): Pair => {
    const cells = line.split(',')
    const [left, right, same] = [cells[column('left')], cells[column('right')], cells[column('same')]]
    if (!left || !right || (same !== '0' && same !== '1')) throw new Error(`${file}:${index + 2}: ${line}`)
    const fold = Number(cells[column('fold')])
    return { left, right, same: same === '1', fold: Number.isInteger(fold) && fold > 0 ? fold : undefined }
  })
  return limit >= pairs.length ? pairs : evenly(pairs, limit)
}

/** The person's name in a file's name: what stands before the last number. */
export function personOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.[a-z]+$/i, '')
  return name.replace(/_(img)?\d+$|_(neutral|smiling)$/, '')
}

/** Every nth pair, so that a short run has genuine and impostor pairs of every fold. */
function evenly(pairs: readonly Pair[], count: number): readonly Pair[] {
  return Array.from({ length: count }, (_, index) => pairs[Math.floor((index * pairs.length) / count)]!)
}
