import { seededRandom } from '../common/random.ts'

/** Median, the middle half, and how many. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly n: number
}

/** A ratio of two medians with its 95 % bootstrap interval; over 1: `ours` is faster. */
export interface Ratio {
  readonly ratio: number
  readonly low: number
  readonly high: number
}

const draws = 2000

export function median(values: readonly number[]): number {
  return quantile(sorted(values), 0.5)
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined
  const inOrder = sorted(values)
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => rounded(quantile(inOrder, share)))
  return { median: middle!, low: low!, high: high!, n: values.length }
}

/**
 * How many times longer `theirs` take than `ours`. Both lists were measured in turn, so that their rounds belong together:
 * rounds are drawn with replacement, the same for both. `undefined` where either is empty.
 */
export function ratioOf(
  theirs: readonly (readonly number[])[],
  ours: readonly (readonly number[])[],
): Ratio | undefined {
  const rounds = Math.min(theirs.length, ours.length)
  const ratio = (picked: readonly number[]) =>
    median(picked.flatMap((round) => theirs[round]!)) / median(picked.flatMap((round) => ours[round]!))
  const all = Array.from({ length: rounds }, (_, round) => round)
  const middle = ratio(all)
  if (!Number.isFinite(middle)) return undefined
  const random = seededRandom(1)
  const drawn = sorted(
    Array.from({ length: draws }, () => ratio(all.map(() => Math.floor(random() * rounds)))).filter(Number.isFinite),
  )
  return { ratio: rounded(middle), low: rounded(quantile(drawn, 0.025)), high: rounded(quantile(drawn, 0.975)) }
}

export function rounded(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}

function sorted(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b)
}

/** Linear between the two nearest; NaN of nothing. */
function quantile(inOrder: readonly number[], share: number): number {
  if (inOrder.length === 0) return Number.NaN
  const at = share * (inOrder.length - 1)
  const below = inOrder[Math.floor(at)]!
  return below + (inOrder[Math.ceil(at)]! - below) * (at - Math.floor(at))
}
