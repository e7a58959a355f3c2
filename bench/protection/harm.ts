import type { TokenContext } from '../../src/worker/protect.ts'
import { seededRandom, shuffled } from '../common/random.ts'
import { differing } from '../eval/all-pairs.ts'
import { mean as meanOf, percentile } from '../eval/metrics.ts'
import type { Levels } from './chance.ts'
import { cosine, type Direction, invertIteratively, invertLinear, priorOf, templateOf } from './inversion.ts'
import { type LinearMap, linearMap } from './map.ts'
import { centredDirection, type Person } from './people.ts'
import { type Histogram, histogramOf } from './statistics.ts'
import { deviceOf, tokenOf } from './tokens.ts'

/** What one way of inverting templates gains. Shares are of the victims. */
export interface InversionFigures {
  /** Cosine between the recovered and the true centred embedding. */
  readonly cosine: { readonly mean: number; readonly p5: number; readonly p95: number }
  readonly cosines: Histogram
  /** The recovered face, with the same token, against the template it came from. */
  readonly passSameSystem: Readonly<Record<string, number>>
  /** Against another system, fresh token known there, where the person enrolled with another picture. */
  readonly passOtherSystem: Readonly<Record<string, number>>
  /** The person's name is found first among all people by another picture of each. */
  readonly namedFirst: number
}

export interface InversionReport {
  readonly victims: number
  /** People in the search for a name. */
  readonly gallery: number
  /** People behind the prior; none of them is a victim. */
  readonly priorPeople: number
  /** True embeddings in the place of recovered ones: what the other system gives to the persons themselves. */
  readonly genuine: Pick<InversionFigures, 'passOtherSystem' | 'namedFirst'>
  readonly linear: InversionFigures
  readonly optimiser: InversionFigures
  readonly optimiserWithPrior: InversionFigures
  /** The optimiser with a token that is not the person's: all that is left without it. */
  readonly withoutToken: InversionFigures
}

export interface HarmOptions {
  readonly context: TokenContext
  readonly levels: Levels
  readonly victims?: number | undefined
  readonly seed?: number | undefined
}

interface Victim {
  readonly place: number
  readonly truth: Direction
  readonly template: Uint8Array
  readonly map: LinearMap
  readonly wrongMap: LinearMap
  readonly otherMap: LinearMap
  readonly otherTemplate: Uint32Array
}

/** Inverts the templates of people with at least two pictures, in each way, and tries what comes out elsewhere. */
export async function inversionReport(
  people: readonly Person[],
  mean: Float32Array,
  { context, levels, victims: wanted = 100, seed = 2 }: HarmOptions,
): Promise<InversionReport> {
  const random = seededRandom(seed)
  const order = shuffled([...people.keys()], random)
  const chosen = order.filter((place) => people[place]!.faces.length > 1).slice(0, Math.min(wanted, people.length >> 1))
  const taken = new Set(chosen)
  const others = order.filter((place) => !taken.has(place))
  const size = sizeOf(mean)
  const strangers = others.flatMap((place) => people[place]!.faces)
  const prior = priorOf(strangers.map((face) => padded(centredDirection(face, mean), size)))
  // The last picture of each person is the public one; the first is enrolled.
  const gallery = people.map(({ faces }) => centredDirection(faces.at(-1)!, mean))
  const victims: Victim[] = []
  for (const place of chosen) victims.push(await victimOf(people[place]!, place, mean, context))
  const judge = (recovered: readonly Direction[]) => judgeAll(victims, recovered, gallery, levels, context.bits)
  const { passOtherSystem, namedFirst } = judge(victims.map(({ truth }) => truth))
  return {
    victims: victims.length,
    gallery: gallery.length,
    priorPeople: others.length,
    genuine: { passOtherSystem, namedFirst },
    linear: judge(victims.map(({ template, map }) => invertLinear(template, map))),
    optimiser: judge(victims.map(({ template, map }) => invertIteratively(template, map))),
    optimiserWithPrior: judge(victims.map(({ template, map }) => invertIteratively(template, map, prior, 60))),
    withoutToken: judge(victims.map(({ template, wrongMap }) => invertIteratively(template, wrongMap, prior, 60))),
  }
}

async function victimOf(
  { name, faces }: Person,
  place: number,
  mean: Float32Array,
  context: TokenContext,
): Promise<Victim> {
  const size = sizeOf(mean)
  const mapOf = async (device: string) => linearMap(await tokenOf(deviceOf(device), context), size, context.bits)
  const [map, wrongMap, otherMap] = [await mapOf(name), await mapOf(`guess ${name}`), await mapOf(`other ${name}`)]
  const truth = padded(centredDirection(faces[0]!, mean), size)
  const elsewhere = padded(centredDirection(faces[1]!, mean), size)
  return {
    ...{ place, truth, map, wrongMap, otherMap },
    template: templateOf(truth, map),
    otherTemplate: words(templateOf(elsewhere, otherMap)),
  }
}

function judgeAll(
  victims: readonly Victim[],
  recovered: readonly Direction[],
  gallery: readonly Direction[],
  levels: Levels,
  bits: number,
): InversionFigures {
  const cosines = victims.map(({ truth }, index) => cosine(recovered[index]!, truth))
  const same = victims.map(({ map, template }, index) =>
    differing(words(templateOf(recovered[index]!, map)), words(template)),
  )
  const other = victims.map(({ otherMap, otherTemplate }, index) =>
    differing(words(templateOf(recovered[index]!, otherMap)), otherTemplate),
  )
  const passes = (distances: readonly number[]) =>
    Object.fromEntries(
      Object.entries(levels).map(([level, limit]) => [
        level,
        distances.filter((distance) => distance <= Math.floor(limit * bits)).length / distances.length,
      ]),
    )
  const named = victims.filter(({ place }, index) => {
    const own = cosine(gallery[place]!, recovered[index]!)
    return gallery.every((face, candidate) => candidate === place || cosine(face, recovered[index]!) < own)
  })
  return {
    cosine: { mean: meanOf(cosines), p5: percentile(cosines, 0.05), p95: percentile(cosines, 0.95) },
    cosines: histogramOf(cosines, -0.2, 1, 120),
    passSameSystem: passes(same),
    passOtherSystem: passes(other),
    namedFirst: named.length / victims.length,
  }
}

function sizeOf(mean: Float32Array): number {
  return 2 ** Math.ceil(Math.log2(mean.length))
}

function padded(direction: Direction, size: number): Direction {
  const result = new Float64Array(size)
  result.set(direction)
  return result
}

function words(template: Uint8Array): Uint32Array {
  return new Uint32Array(template.slice().buffer)
}
