/** A share with its 95 % bounds (Clopper and Pearson 1934: exact, so never too narrow for small numbers). */
export interface Rate {
  readonly rate: number
  readonly low: number
  readonly high: number
  readonly errors: number
  readonly of: number
}

export function rateOf(errors: number, of: number): Rate {
  if (of === 0) return { rate: Number.NaN, low: 0, high: 1, errors, of }
  const low = errors === 0 ? 0 : root((p) => atLeast(errors, of, p) - 0.025)
  const high = errors === of ? 1 : root((p) => 0.025 - atMost(errors, of, p))
  return { rate: errors / of, low, high, errors, of }
}

/** Probability that a live face scores above an attack; ties count half. `NaN` where one of the lists is empty. */
export function areaUnderCurve(live: readonly number[], spoof: readonly number[]): number {
  let wins = 0
  for (const a of live) for (const b of spoof) wins += a > b ? 1 : a === b ? 0.5 : 0
  return wins / (live.length * spoof.length)
}

/** The least mean of both error rates over all thresholds, in hindsight: what a perfectly placed threshold would give. */
export function leastAcer(
  live: readonly number[],
  spoof: readonly number[],
): { readonly acer: number; readonly threshold: number } {
  let best = { acer: 1, threshold: Number.NaN }
  for (const threshold of new Set([...live, ...spoof])) {
    const rejected = live.filter((score) => score < threshold).length / live.length
    const accepted = spoof.filter((score) => score >= threshold).length / spoof.length
    if ((rejected + accepted) / 2 < best.acer) best = { acer: (rejected + accepted) / 2, threshold }
  }
  return best
}

function atMost(k: number, n: number, p: number): number {
  let sum = 0
  for (let i = 0; i <= k; i++) sum += Math.exp(logChoose(n, i) + i * Math.log(p) + (n - i) * Math.log1p(-p))
  return sum
}

function atLeast(k: number, n: number, p: number): number {
  return 1 - atMost(k - 1, n, p)
}

function logChoose(n: number, k: number): number {
  let sum = 0
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i)
  return sum
}

/** Where a rising function passes zero between 0 and 1. */
function root(f: (p: number) => number): number {
  let [low, high] = [1e-12, 1 - 1e-12]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (f(middle) < 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}
