// The part of `npm run fuzz` that may hang or run out of memory.
import { once } from 'node:events'
import type { FuzzOutcome } from './target'
import { allTargets } from './targets'

export interface FuzzTask {
  readonly seed: number
  /** Milliseconds since 1970. */
  readonly until: number
  readonly target: string | undefined
}

export type FuzzReport =
  | { readonly kind: 'begin'; readonly target: string; readonly seed: number }
  | ({ readonly kind: 'end'; readonly target: string } & FuzzOutcome)
  | { readonly kind: 'round'; readonly heapBytes: number }

const report = (one: FuzzReport) => process.send!(one)

const [task] = (await once(process, 'message')) as [FuzzTask]
for (let round = 0; Date.now() < task.until; round++) {
  // Made anew: other keys and other true inputs, and a store that does not grow for ever.
  const targets = (await allTargets()).filter(({ name }) => task.target === undefined || name === task.target)
  if (targets.length === 0) throw new RangeError(`no target ${task.target}`)
  for (const [index, target] of targets.entries()) {
    if (Date.now() >= task.until) break
    const seed = (task.seed + round * 1009 + index) | 0
    report({ kind: 'begin', target: target.name, seed })
    report({ kind: 'end', target: target.name, ...(await target.run({ seed, numRuns: target.runs })) })
  }
  globalThis.gc?.()
  report({ kind: 'round', heapBytes: process.memoryUsage().heapUsed })
}
process.disconnect()
