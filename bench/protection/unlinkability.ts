import { seededRandom } from '../common/random.ts'
import { deviation } from '../eval/metrics.ts'
import { binOf, type Histogram, histogramOf } from './statistics.ts'

/** One comparison of two templates by whatever an attacker compares; `left` and `right` number the people. */
export interface LinkScore {
  readonly score: number
  readonly left: number
  readonly right: number
}

/**
 * How well two templates can be told to be of one person (Gomez-Barrero, Galbally, Rathgeb, Busch 2018). 0: not at all,
 * 1: always. Histograms as in the authors' own code: min(mated / 10, 100) bins over all scores, both hypotheses equally
 * likely.
 */
export interface Unlinkability {
  readonly mated: number
  readonly nonMated: number
  readonly dSys: number
  /** 95 % interval: 1.96 standard errors, by bootstrap over people. */
  readonly low: number
  readonly high: number
  /** What the estimator gives where there is nothing to find: as many other non-mated scores in the place of the mated. */
  readonly nothingToFind: number
  readonly matedScores: Histogram
  readonly nonMatedScores: Histogram
  /** D(s) per bin: how linkable a pair with this score is. */
  readonly local: readonly number[]
}

/** Comparisons of one person's templates, of two people's, and of two people's once more, to see the estimator's bias. */
export interface LinkScores {
  readonly mated: readonly LinkScore[]
  readonly nonMated: readonly LinkScore[]
  readonly control: readonly LinkScore[]
}

export interface LinkOptions {
  /** Of the bootstrap. */
  readonly samples?: number
  readonly seed?: number
  /** Scores are multiples of this; bins then hold equally many of them. */
  readonly step?: number
}

export function unlinkabilityOf(
  { mated, nonMated, control }: LinkScores,
  people: number,
  { samples = 200, seed = 1, step = 0 }: LinkOptions = {},
): Unlinkability {
  const { low, high, bins } = binsOf([mated, nonMated, control], step)
  const binned = (scores: readonly LinkScore[]) => scores.map(({ score }) => binOf(score, low, high, bins))
  const matedBins = binned(mated)
  const nonMatedBins = binned(nonMated)
  const plain = linkability(weigh(matedBins, bins), weigh(nonMatedBins, bins))
  const random = seededRandom(seed)
  const estimates = Array.from({ length: samples }, () => {
    const drawn = new Float64Array(people)
    for (let i = 0; i < people; i++) {
      const person = Math.floor(random() * people)
      drawn[person] = drawn[person]! + 1
    }
    const own = weigh(matedBins, bins, (index) => drawn[mated[index]!.left]!)
    const others = weigh(nonMatedBins, bins, (index) => drawn[nonMated[index]!.left]! * drawn[nonMated[index]!.right]!)
    return linkability(own, others).global
  })
  const error = 1.96 * deviation(estimates)
  const nothing = linkability(weigh(binned(control), bins), weigh(nonMatedBins, bins))
  return {
    mated: mated.length,
    nonMated: nonMated.length,
    dSys: plain.global,
    low: Math.max(0, plain.global - error),
    high: Math.min(1, plain.global + error),
    nothingToFind: nothing.global,
    matedScores: histogramOf(scoresOf(mated), low, high, bins),
    nonMatedScores: histogramOf(scoresOf(nonMated), low, high, bins),
    local: plain.local,
  }
}

/** D = 2·LR / (1 + LR) - 1 where the likelihood ratio speaks for one person, else 0; weighted by the mated scores. */
function linkability(mated: Float64Array, nonMated: Float64Array) {
  const local = Array.from(mated, (share, bin) => {
    const other = nonMated[bin]!
    return share > other ? (2 * share) / (share + other) - 1 : 0
  })
  return { local, global: local.reduce((sum, value, bin) => sum + value * mated[bin]!, 0) }
}

/** Shares per bin; sum 1. */
function weigh(list: readonly number[], bins: number, weightOf: (index: number) => number = () => 1): Float64Array {
  const shares = new Float64Array(bins)
  let sum = 0
  list.forEach((bin, index) => {
    const weight = weightOf(index)
    shares[bin] = shares[bin]! + weight
    sum += weight
  })
  return shares.map((value) => value / sum)
}

function binsOf(lists: readonly (readonly LinkScore[])[], step: number) {
  const [low, high] = rangeOf(lists)
  const most = Math.max(1, Math.min(100, Math.floor(lists[0]!.length / 10)))
  if (step === 0 || high === low) return { low, high, bins: most }
  const width = Math.max(1, Math.ceil((high - low) / step / most)) * step
  const bins = Math.floor((high - low) / width) + 1
  return { low: low - step / 2, high: low - step / 2 + bins * width, bins }
}

function rangeOf(lists: readonly (readonly LinkScore[])[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const list of lists) {
    for (const { score } of list) {
      low = Math.min(low, score)
      high = Math.max(high, score)
    }
  }
  return [low, high]
}

function scoresOf(list: readonly LinkScore[]): number[] {
  return list.map(({ score }) => score)
}
