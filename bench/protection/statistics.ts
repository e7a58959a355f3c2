/** Largest gap between two empirical distributions (Kolmogorov and Smirnov); 0 the same, 1 disjoint. */
export function ksDistance(a: readonly number[], b: readonly number[]): number {
  const [left, right] = [[...a].sort((x, y) => x - y), [...b].sort((x, y) => x - y)]
  let [i, j, gap] = [0, 0, 0]
  while (i < left.length && j < right.length) {
    const value = Math.min(left[i]!, right[j]!)
    while (left[i] === value) i += 1
    while (right[j] === value) j += 1
    gap = Math.max(gap, Math.abs(i / left.length - j / right.length))
  }
  return gap
}

/** Counts in equal bins from `low` to `high`; what lies outside goes to the nearest bin. */
export interface Histogram {
  readonly low: number
  readonly high: number
  readonly counts: readonly number[]
}

export function histogramOf(values: Iterable<number>, low: number, high: number, bins: number): Histogram {
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = binOf(value, low, high, bins)
    counts[bin] = counts[bin]! + 1
  }
  return { low, high, counts }
}

export function binOf(value: number, low: number, high: number, bins: number): number {
  return Math.max(0, Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins)))
}

/** log10 of the chance that at most `limit` of `bits` fair coins differ: a template made without the token. */
export function chanceLog10(limit: number, bits: number): number {
  let term = -bits * Math.log(2)
  let sum = Number.NEGATIVE_INFINITY
  for (let k = 0; k <= limit; k++) {
    const [high, low] = [Math.max(sum, term), Math.min(sum, term)]
    sum = high + Math.log1p(Math.exp(low - high))
    term += Math.log(bits - k) - Math.log(k + 1)
  }
  return sum / Math.LN10
}
