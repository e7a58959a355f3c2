import type { TokenContext } from '../../src/worker/protect.ts'
import { differing } from '../eval/all-pairs.ts'
import { deviation, mean as meanOf } from '../eval/metrics.ts'
import { type Rate, rateOf } from '../pad/figures.ts'
import { type Person, wordsOf } from './people.ts'
import { type Histogram, histogramOf, ksDistance } from './statistics.ts'
import { deviceOf, tokenOf, tokenOfVersion } from './tokens.ts'

/** Largest accepted fraction of differing bits, by the level's name. */
export type Levels = Readonly<Record<string, number>>

/** Comparisons that should look like two strangers with two tokens. */
export interface ChanceCase {
  readonly comparisons: number
  /** Fractions of differing bits; chance is 0.5 with a deviation of 0.5 / sqrt(bits). */
  readonly mean: number
  readonly deviation: number
  /** Kolmogorov-Smirnov distance from strangers with separate tokens. */
  readonly ks: number
  /** KS distance that 5 % of samples of this size from one distribution exceed. */
  readonly ksBound: number
  readonly accepted: Readonly<Record<string, Rate>>
  readonly distances: Histogram
}

export interface ChanceReport {
  readonly strangers: ChanceCase
  readonly strangersOneToken: ChanceCase
  /** Old template against a template with the new salt: the same picture, and another picture of the person. */
  readonly revokedSamePicture: ChanceCase
  readonly revokedOtherPicture: ChanceCase
  /** Same device secret, same salt, same picture; one field of the context differs. */
  readonly otherTenant: ChanceCase
  readonly otherOrigin: ChanceCase
  readonly otherPurpose: ChanceCase
  readonly otherModel: ChanceCase
  readonly otherVersion: ChanceCase
  readonly otherLength: ChanceCase
}

/** Templates of one person in one place against the same person's elsewhere; every case must be at chance. */
export async function chanceReport(
  people: readonly Person[],
  mean: Float32Array,
  context: TokenContext,
  levels: Levels,
): Promise<ChanceReport> {
  const { bits } = context
  const own: Uint32Array[] = []
  const shared: Uint32Array[] = []
  const sharedToken = await tokenOf(deviceOf('shared'), context)
  for (const { name, faces } of people) {
    own.push(await wordsOf(faces[0]!, mean, await tokenOf(deviceOf(name), context), bits))
    shared.push(await wordsOf(faces[0]!, mean, sharedToken, bits))
  }
  const strangers = neighbours(own, bits)
  const caseOf = (distances: readonly number[]) => describe(distances, strangers, levels, bits)
  const against = async (
    tokenOfPerson: (name: string) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>,
    { otherPicture = false, length = bits } = {},
  ) => {
    const distances: number[] = []
    for (const [index, { name, faces }] of people.entries()) {
      const face = otherPicture ? faces[1] : faces[0]
      if (!face) continue
      const words = await wordsOf(face, mean, await tokenOfPerson(name), length)
      const common = Math.min(bits, length)
      distances.push(differing(first(own[index]!, common), first(words, common)) / common)
    }
    if (length >= bits) return caseOf(distances)
    // Fewer bits spread more: so do strangers' then.
    const shorter = own.map((words) => first(words, length))
    return describe(distances, neighbours(shorter, length), levels, length)
  }
  const elsewhere = (change: Partial<TokenContext>) =>
    against((name) => tokenOf(deviceOf(name), { ...context, ...change }))
  const renewed = (name: string) =>
    tokenOf({ secret: deviceOf(name).secret, salt: deviceOf(`${name} renewed`).salt }, context)
  const otherBits = bits === 2048 ? 1024 : 2048
  return {
    strangers: caseOf(strangers),
    strangersOneToken: caseOf(neighbours(shared, bits)),
    revokedSamePicture: await against(renewed),
    revokedOtherPicture: await against(renewed, { otherPicture: true }),
    otherTenant: await elsewhere({ tenant: `${context.tenant}-2` }),
    otherOrigin: await elsewhere({ origin: 'https://other.invalid' }),
    otherPurpose: await elsewhere({ purpose: `${context.purpose}-2` }),
    otherModel: await elsewhere({ modelId: `${context.modelId}x` }),
    otherVersion: await against((name) => tokenOfVersion(deviceOf(name), context, 2)),
    otherLength: await against((name) => tokenOf(deviceOf(name), { ...context, bits: otherBits }), {
      length: otherBits,
    }),
  }
}

function first(words: Uint32Array, bits: number): Uint32Array {
  return words.subarray(0, bits / 32)
}

/** Each person against the next ones in the list. */
function neighbours(templates: readonly Uint32Array[], bits: number): number[] {
  const steps = [1, 2, 3, 5, 8].filter((step) => step < templates.length)
  return steps.flatMap((step) =>
    templates.map((template, index) => differing(template, templates[(index + step) % templates.length]!) / bits),
  )
}

function describe(
  distances: readonly number[],
  strangers: readonly number[],
  levels: Levels,
  bits: number,
): ChanceCase {
  const size = (distances.length * strangers.length) / (distances.length + strangers.length)
  const accepted = Object.entries(levels).map(([level, limit]) => {
    const bound = Math.floor(limit * bits) / bits
    return [level, rateOf(distances.filter((distance) => distance <= bound).length, distances.length)] as const
  })
  return {
    comparisons: distances.length,
    mean: meanOf(distances),
    deviation: deviation(distances),
    ks: ksDistance(distances, strangers),
    ksBound: 1.358 / Math.sqrt(size),
    accepted: Object.fromEntries(accepted),
    distances: histogramOf(distances, 0, 1, 200),
  }
}
