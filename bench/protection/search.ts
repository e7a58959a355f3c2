import { seededRandom, shuffled } from '../common/random.ts'
import { differing } from '../eval/all-pairs.ts'
import { mean, percentile } from '../eval/metrics.ts'
import type { Levels } from './chance.ts'
import { chanceLog10 } from './statistics.ts'

/** Every person's face tried on every other person's account, the token being stolen. */
export interface SearchReport {
  readonly accounts: number
  readonly levels: Readonly<Record<string, SearchLevel>>
}

export interface SearchLevel {
  /** Fraction of differing bits. */
  readonly threshold: number
  /** Mean share of strangers that pass. */
  readonly far: number
  /** Accounts that at least one stranger of this set opens. */
  readonly opened: number
  /** Strangers that pass, per account. */
  readonly perAccount: { readonly median: number; readonly p95: number; readonly p99: number; readonly most: number }
  /**
   * Variance over mean of the accepts per account; 1 if all accounts were alike. More: there are lambs and wolves. `null`
   * without a single accept, as the next.
   */
  readonly dispersion: number | null
  /** Share of all false accepts that the 1 % of accounts with the most have. */
  readonly worstPercentShare: number | null
  /** Median tries until a random account opens, strangers in random order; `null` if fewer than half open at all. */
  readonly medianTries: number | null
  /** Share of the accounts of people that an attacker has not seen, opened within so many tries. */
  readonly openedWithin: readonly { readonly tries: number; readonly randomOrder: number; readonly bestFirst: number }[]
  /** Without the token: log10 of the chance of one try. */
  readonly withoutTokenLog10: number
}

const tried = [1, 5, 20, 100, 500, 1000]

/** `templates`: one of each person, all with one token. */
export function searchReport(templates: readonly Uint32Array[], levels: Levels, bits: number): SearchReport {
  const limits = Object.entries(levels).map(([name, threshold]) => ({ name, limit: Math.floor(threshold * bits) }))
  const passes = limits.map(() => templates.map((): number[] => []))
  for (let i = 0; i < templates.length; i++) {
    for (let j = i + 1; j < templates.length; j++) {
      const distance = differing(templates[i]!, templates[j]!)
      limits.forEach(({ limit }, level) => {
        if (distance > limit) return
        passes[level]![i]!.push(j)
        passes[level]![j]!.push(i)
      })
    }
  }
  const figures = limits.map(({ name, limit }, index) => [name, levelOf(passes[index]!, limit, bits)] as const)
  return { accounts: templates.length, levels: Object.fromEntries(figures) }
}

/** `passes[i]`: who opens account i. */
function levelOf(passes: readonly (readonly number[])[], limit: number, bits: number): SearchLevel {
  const counts = passes.map(({ length }) => length)
  const centre = mean(counts)
  const variance = mean(counts.map((count) => (count - centre) ** 2))
  const sorted = counts.toSorted((a, b) => b - a)
  const total = sorted.reduce((sum, count) => sum + count, 0)
  const worst = sorted.slice(0, Math.ceil(counts.length / 100)).reduce((sum, count) => sum + count, 0)
  // Expected place of the first of k right ones among n in random order.
  const strangers = passes.length - 1
  const expected = counts.map((k) => (k === 0 ? Number.POSITIVE_INFINITY : (strangers + 1) / (k + 1)))
  const median = percentile(expected, 0.5)
  return {
    threshold: limit / bits,
    far: centre / strangers,
    opened: counts.filter((count) => count > 0).length / counts.length,
    perAccount: {
      median: percentile(counts, 0.5),
      p95: percentile(counts, 0.95),
      p99: percentile(counts, 0.99),
      most: sorted[0] ?? 0,
    },
    dispersion: centre === 0 ? null : variance / centre,
    worstPercentShare: total === 0 ? null : worst / total,
    medianTries: Number.isFinite(median) ? median : null,
    openedWithin: dictionary(passes),
    withoutTokenLog10: chanceLog10(limit, bits),
  }
}

/**
 * A dictionary made on half of the people, tried on the other half: in random order, and best first (greedily, so that
 * each entry opens most of the attacker's own accounts that the ones before it did not).
 */
function dictionary(passes: readonly (readonly number[])[]) {
  const order = shuffled([...passes.keys()], seededRandom(4))
  const own = order.slice(0, order.length >> 1)
  const victims = order.slice(order.length >> 1)
  const greedy = bestFirst(own, passes)
  const openedBy = (entries: readonly number[], tries: number) => {
    const used = new Set(entries.slice(0, tries))
    return victims.filter((victim) => passes[victim]!.some((other) => used.has(other))).length / victims.length
  }
  return tried
    .filter((tries) => tries <= own.length)
    .map((tries) => ({ tries, randomOrder: openedBy(own, tries), bestFirst: openedBy(greedy, tries) }))
}

function bestFirst(own: readonly number[], passes: readonly (readonly number[])[]): readonly number[] {
  const inside = new Set(own)
  const closed = new Set(own)
  const left = new Set(own)
  const chosen: number[] = []
  while (chosen.length < Math.min(own.length, tried.at(-1)!)) {
    let best = { entry: -1, gain: -1 }
    for (const entry of left) {
      const gain = passes[entry]!.filter((other) => inside.has(other) && closed.has(other)).length
      if (gain > best.gain) best = { entry, gain }
    }
    chosen.push(best.entry)
    left.delete(best.entry)
    for (const other of passes[best.entry]!) closed.delete(other)
    // Once every account is open that can be, the rest comes by how many it opens at all.
    if (best.gain === 0) for (const entry of own) closed.add(entry)
  }
  return chosen
}
