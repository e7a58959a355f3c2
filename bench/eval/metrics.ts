/** One comparison: higher scores mean "the same person"; `undefined` where an image had no face. */
export interface Comparison {
  readonly score: number | undefined
  readonly same: boolean
  readonly fold: number
}

export interface VerificationFigures {
  /** Mean over folds of the share decided rightly, threshold chosen on the other folds; no face is wrong. 0..1. */
  readonly accuracy: number
  readonly accuracyStandardError: number
  /** Where false accepts and false rejects are equally frequent. 0..1. */
  readonly eer: number
  /** True accept rate at a false accept rate of at most 1e-2 and 1e-3, over all pairs. 0..1. */
  readonly tarAtFar1e2: number
  readonly tarAtFar1e3: number
  /** Mean over folds of the threshold, in the unit of the scores. */
  readonly threshold: number
  readonly folds: readonly { readonly fold: number; readonly accuracy: number; readonly threshold: number }[]
  /** Places of the comparisons that were decided wrongly. */
  readonly wrong: readonly number[]
}

export function verificationFigures(comparisons: readonly Comparison[]): VerificationFigures {
  const folds = [...new Set(comparisons.map(({ fold }) => fold))]
  const results = folds.map((fold) => {
    const threshold = bestThreshold(comparisons.filter((comparison) => comparison.fold !== fold))
    const own = comparisons.filter((comparison) => comparison.fold === fold)
    const wrong = own.filter((comparison) => !isRight(comparison, threshold))
    return { fold, accuracy: 1 - wrong.length / own.length, threshold, wrong }
  })
  const accuracies = results.map(({ accuracy }) => accuracy)
  const accuracy = mean(accuracies)
  const variance = accuracies.reduce((sum, value) => sum + (value - accuracy) ** 2, 0) / Math.max(1, folds.length - 1)
  return {
    accuracy,
    accuracyStandardError: Math.sqrt(variance / folds.length),
    eer: equalErrorRate(comparisons),
    tarAtFar1e2: tarAtFar(comparisons, 1e-2),
    tarAtFar1e3: tarAtFar(comparisons, 1e-3),
    threshold: mean(results.map(({ threshold }) => threshold)),
    folds: results.map(({ fold, accuracy, threshold }) => ({ fold, accuracy, threshold })),
    wrong: results.flatMap(({ wrong }) => wrong.map((comparison) => comparisons.indexOf(comparison))),
  }
}

function isRight({ score, same }: Comparison, threshold: number): boolean {
  return score !== undefined && score >= threshold === same
}

/** The midpoint between scores that decides most comparisons rightly. */
function bestThreshold(comparisons: readonly Comparison[]): number {
  const scored = comparisons.flatMap(({ score, same }) => (score === undefined ? [] : [{ score, same }]))
  scored.sort((a, b) => b.score - a.score)
  let right = scored.filter(({ same }) => !same).length
  let best = { right, threshold: Number.POSITIVE_INFINITY }
  scored.forEach(({ score, same }, index) => {
    right += same ? 1 : -1
    const next = scored[index + 1]?.score ?? score - 1e-6
    if (right > best.right) best = { right, threshold: (score + next) / 2 }
  })
  return best.threshold
}

function equalErrorRate(comparisons: readonly Comparison[]): number {
  const genuine = comparisons.filter(({ same }) => same)
  const impostor = comparisons.filter(({ same }) => !same)
  const scored = comparisons.flatMap(({ score, same }) => (score === undefined ? [] : [{ score, same }]))
  scored.sort((a, b) => b.score - a.score)
  let rejected = genuine.length
  let accepted = 0
  let closest = { gap: Number.POSITIVE_INFINITY, rate: 1 }
  for (const { same } of scored) {
    if (same) rejected -= 1
    else accepted += 1
    const [frr, far] = [rejected / genuine.length, accepted / impostor.length]
    if (Math.abs(frr - far) < closest.gap) closest = { gap: Math.abs(frr - far), rate: (frr + far) / 2 }
  }
  return closest.rate
}

/** No face counts as a reject. Accepted is what scores above the first impostor score that may no longer pass. */
function tarAtFar(comparisons: readonly Comparison[], far: number): number {
  const impostor = comparisons.filter(({ same }) => !same)
  const scores = impostor.map(({ score }) => score ?? Number.NEGATIVE_INFINITY).sort((a, b) => b - a)
  const bound = scores[Math.floor(far * impostor.length)] ?? Number.NEGATIVE_INFINITY
  const genuine = comparisons.filter(({ same }) => same)
  return genuine.filter(({ score }) => score !== undefined && score > bound).length / genuine.length
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function deviation(values: readonly number[]): number {
  const centre = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)))
}

/** Nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** Folds of a set that has none: ten runs of neighbouring rows. */
export function foldOf(index: number, count: number): number {
  return Math.floor((index * 10) / count) + 1
}
