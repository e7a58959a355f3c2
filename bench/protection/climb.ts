import type { TokenContext } from '../../src/worker/protect.ts'
import { seededRandom, shuffled } from '../common/random.ts'
import { differing } from '../eval/all-pairs.ts'
import { mean as meanOf, percentile } from '../eval/metrics.ts'
import type { Levels } from './chance.ts'
import { cosine, invertIteratively } from './inversion.ts'
import { linearMap } from './map.ts'
import { climb, failuresWithin } from './oracle.ts'
import { centredDirection, type Person } from './people.ts'

const day = 86_400

export interface ClimbReport {
  readonly levels: Readonly<Record<string, ClimbLevel>>
  /** Wrong tries that the shipped limiter lets through for one subject, however patient the attacker. */
  readonly limiter: {
    readonly alwaysWrong: LimitedFailures
    /** The same with one accepted try among every few wrong ones, as a climber has them. */
    readonly sometimesAccepted: LimitedFailures
  }
}

/** `null`: without limit. */
export interface LimitedFailures {
  readonly oneDay: number | null
  readonly thirtyDays: number | null
  readonly oneYear: number | null
}

export interface ClimbLevel {
  /** Accounts that were climbed: each had a stranger who was accepted. */
  readonly accounts: number
  /** From the first accepted template to the whole enrolled one, without a limiter. */
  readonly tries: { readonly median: number; readonly most: number }
  readonly rejected: { readonly median: number; readonly most: number }
  /** Enrolled bits that were learnt rightly. */
  readonly learnt: number
  /** Cosine of what the learnt template gives with the token, and of the accepted stranger before. */
  readonly cosineAfter: number
  readonly cosineBefore: number
}

export async function climbReport(
  people: readonly Person[],
  templates: readonly Uint32Array[],
  mean: Float32Array,
  { context, levels, token }: { readonly context: TokenContext; readonly levels: Levels; readonly token: Uint8Array },
): Promise<ClimbReport> {
  const { bits } = context
  const map = linearMap(token, 2 ** Math.ceil(Math.log2(mean.length)), bits)
  const figures: [string, ClimbLevel][] = []
  for (const [level, threshold] of Object.entries(levels)) {
    const limit = Math.floor(threshold * bits)
    const random = seededRandom(5)
    const runs = []
    for (const account of shuffled([...people.keys()], random)) {
      if (runs.length === 20) break
      const enrolled = templates[account]!
      const stranger = templates.findIndex((other, i) => i !== account && differing(other, enrolled) <= limit)
      if (stranger < 0) continue
      const oracle = (template: Uint8Array) => differing(wordsIn(template), enrolled) <= limit
      const { template, tries, rejected } = await climb(bytesOf(templates[stranger]!), oracle, random)
      const truth = centredDirection(people[account]!.faces[0]!, mean)
      const found = invertIteratively(template, map)
      const before = centredDirection(people[stranger]!.faces[0]!, mean)
      runs.push({
        ...{ tries, rejected, learnt: 1 - differing(wordsIn(template), enrolled) / bits },
        ...{ after: cosine(truth, found), before: cosine(truth, before) },
      })
    }
    const medianAndMost = (values: readonly number[]) => ({
      median: percentile(values, 0.5),
      most: Math.max(...values),
    })
    if (runs.length === 0) continue
    figures.push([
      level,
      {
        accounts: runs.length,
        tries: medianAndMost(runs.map(({ tries }) => tries)),
        rejected: medianAndMost(runs.map(({ rejected }) => rejected)),
        learnt: meanOf(runs.map(({ learnt }) => learnt)),
        cosineAfter: meanOf(runs.map(({ after }) => after)),
        cosineBefore: meanOf(runs.map(({ before }) => before)),
      },
    ])
  }
  const within = async (accepted: boolean): Promise<LimitedFailures> => ({
    oneDay: await failuresWithin(day, accepted),
    thirtyDays: await failuresWithin(30 * day, accepted),
    oneYear: await failuresWithin(365 * day, accepted),
  })
  return {
    levels: Object.fromEntries(figures),
    limiter: { alwaysWrong: await within(false), sometimesAccepted: await within(true) },
  }
}

function bytesOf(words: Uint32Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.from(words).buffer)
}

function wordsIn(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.slice().buffer)
}
