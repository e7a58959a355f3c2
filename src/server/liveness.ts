import { type LivenessOptions, type LivenessStep, livenessSteps, passiveLiveness } from '../wire/liveness'

/** What the integrator asks for; see docs/liveness.md for what it is worth. */
export interface LivenessRequest {
  /** `active`: the person does random movements; a sealed response without them does not verify; a device's own statement names none. */
  readonly level: LivenessOptions['level']
  /** Movements asked: 1 to 4; 2 by default. */
  readonly steps?: number | undefined
  /** Movements offered in place of one that a person cannot do (L04, L05): 2 by default. */
  readonly substitutes?: number | undefined
  /** Never asked nor offered: known limits of this person. */
  readonly avoid?: readonly LivenessStep[] | undefined
  /** Milliseconds for each movement; 12,000 by default. */
  readonly stepTimeoutMs?: number | undefined
}

/** Movements that show depth: a flat picture cannot do them. */
const deep: readonly LivenessStep[] = ['turn_left', 'turn_right']

/**
 * Random steps for one challenge: each movement once, at least one turn unless turns are avoided, in random order.
 * Fewer than asked where `avoid` leaves fewer; passive where it leaves none.
 */
export function drawLiveness(request: LivenessRequest | undefined): LivenessOptions {
  if (request?.level !== 'active') return passiveLiveness
  const { steps = 2, substitutes = 2, avoid = [], stepTimeoutMs = passiveLiveness.stepTimeoutMs } = request
  const [first, ...rest] = shuffled(livenessSteps.filter((step) => !avoid.includes(step)).map((step) => step))
  if (first === undefined) return passiveLiveness
  const all = [first, ...rest]
  const turn = all.find((step) => deep.includes(step)) ?? first
  const others = all.filter((step) => step !== turn)
  return {
    level: 'active',
    steps: shuffled([turn, ...others.slice(0, steps - 1)]),
    substitutes: others.slice(steps - 1, steps - 1 + substitutes),
    stepTimeoutMs,
  }
}

/** Fisher and Yates, from the system's randomness and without bias. */
function shuffled<T>(items: readonly T[]): T[] {
  const list = [...items]
  for (let last = list.length - 1; last > 0; last--) {
    const other = randomBelow(last + 1)
    ;[list[last], list[other]] = [list[other]!, list[last]!]
  }
  return list
}

function randomBelow(bound: number): number {
  const limit = 2 ** 32 - (2 ** 32 % bound)
  const word = new Uint32Array(1)
  do crypto.getRandomValues(word)
  while (word[0]! >= limit)
  return word[0]! % bound
}
