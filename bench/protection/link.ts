import type { TokenContext } from '../../src/worker/protect.ts'
import { seededRandom } from '../common/random.ts'
import { differing } from '../eval/all-pairs.ts'
import { cosine, type Direction, invertLinear } from './inversion.ts'
import { linearMap } from './map.ts'
import { type Person, wordsOf } from './people.ts'
import { deviceOf, tokenOf } from './tokens.ts'
import { type LinkScore, type Unlinkability, unlinkabilityOf } from './unlinkability.ts'

export interface LinkReport {
  /** Compared by differing bits; every template has its own device secret and salt. */
  readonly secretToken: Unlinkability
  /** The attacker knows both tokens, inverts both templates and compares what comes out. Other pictures of the person. */
  readonly knownToken: Unlinkability
}

/** Templates of each person, every one with a token of its own; the person's pictures in turn. */
const perPerson = 6

interface Enrolled {
  readonly person: number
  readonly picture: number
  readonly template: Uint32Array
  readonly recovered: Direction
}

export async function linkReport(
  people: readonly Person[],
  mean: Float32Array,
  context: TokenContext,
): Promise<LinkReport> {
  const enrolled: Enrolled[][] = []
  for (const [person, { name, faces }] of people.entries()) {
    const own: Enrolled[] = []
    for (let place = 0; place < perPerson; place++) {
      const picture = place % faces.length
      const token = await tokenOf(deviceOf(`${name} place ${place}`), context)
      const template = await wordsOf(faces[picture]!, mean, token, context.bits)
      const map = linearMap(token, 2 ** Math.ceil(Math.log2(mean.length)), context.bits)
      own.push({ person, picture, template, recovered: invertLinear(new Uint8Array(template.buffer), map) })
    }
    enrolled.push(own)
  }
  const mated = enrolled.flatMap((own) => own.flatMap((a, at) => own.slice(at + 1).map((b) => [a, b] as const)))
  const otherPictures = mated.filter(([a, b]) => a.picture !== b.picture)
  const random = seededRandom(3)
  const nonMated = mated.map(() => strangersOf(enrolled, random))
  const control = mated.map(() => strangersOf(enrolled, random))
  const byBits = ([a, b]: Comparison): LinkScore => ({
    score: differing(a.template, b.template) / context.bits,
    ...{ left: a.person, right: b.person },
  })
  const byInversion = ([a, b]: Comparison): LinkScore => ({
    score: cosine(a.recovered, b.recovered),
    ...{ left: a.person, right: b.person },
  })
  const figures = (same: readonly Comparison[], scoreOf: (pair: Comparison) => LinkScore, step = 0) =>
    unlinkabilityOf(
      {
        mated: same.map(scoreOf),
        nonMated: nonMated.map(scoreOf),
        control: control.slice(0, same.length).map(scoreOf),
      },
      people.length,
      { step },
    )
  return { secretToken: figures(mated, byBits, 1 / context.bits), knownToken: figures(otherPictures, byInversion) }
}

type Comparison = readonly [Enrolled, Enrolled]

function strangersOf(enrolled: readonly (readonly Enrolled[])[], random: () => number): Comparison {
  const draw = (count: number) => Math.floor(random() * count)
  const left = draw(enrolled.length)
  // Any of the others.
  const right = (left + 1 + draw(enrolled.length - 1)) % enrolled.length
  return [enrolled[left]![draw(perPerson)]!, enrolled[right]![draw(perPerson)]!]
}
