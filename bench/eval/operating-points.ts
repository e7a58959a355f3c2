import { createHash } from 'node:crypto'
import { seededRandom } from '../common/random.ts'
import { differing } from './all-pairs.ts'

/** Named levels of `faceseal/server` and the false accept rate that each is calibrated for. */
export const levels = { convenient: 1e-3, standard: 1e-4, strict: 1e-5 } as const
export type Level = keyof typeof levels

/** One image: whose it is, and its template under a token that all subjects share, as 32-bit words. */
export interface Sample {
  readonly person: string
  readonly template: Uint32Array | undefined
}

export interface ResampledRate {
  readonly rate: number
  /** 95 %, from resampling people, for the pairs of one person are not independent of each other. */
  readonly low: number
  readonly high: number
}

export interface OperatingPoint {
  /** Largest fraction of differing bits that is accepted. */
  readonly threshold: number
  /** On the people that the threshold was not chosen on. */
  readonly far: ResampledRate
  readonly tar: ResampledRate
}

export interface OperatingPoints {
  readonly bits: number
  readonly calibration: Counts
  readonly report: Counts
  readonly points: Readonly<Record<Level, OperatingPoint>>
}

interface Counts {
  readonly people: number
  readonly images: number
  readonly genuine: number
  readonly impostor: number
}

const resamples = 1000

/** People whose names hash to an odd number calibrate; the others report. No person is in both. */
export function calibrates(person: string): boolean {
  return createHash('sha256').update(person).digest()[0]! % 2 === 1
}

/** Thresholds from one half of the people, rates on the other half. A missing template is a reject in each of its pairs. */
export function operatingPoints(samples: readonly Sample[]): OperatingPoints {
  const bits = 32 * (samples.find(({ template }) => template)?.template?.length ?? 0)
  const calibration = distancesOf(samples.filter(({ person }) => calibrates(person)))
  const report = distancesOf(samples.filter(({ person }) => !calibrates(person)))
  const point = (far: number): OperatingPoint => {
    const most = mostDiffering(calibration, far)
    return { threshold: most / bits, ...ratesAt(report, most) }
  }
  return {
    bits,
    calibration: calibration.counts,
    report: report.counts,
    points: {
      convenient: point(levels.convenient),
      standard: point(levels.standard),
      strict: point(levels.strict),
    },
  }
}

interface Distances {
  readonly counts: Counts
  /** Images of each person, by the person's place. */
  readonly imagesOf: readonly number[]
  /** How many impostor pairs differ in so many bits. */
  readonly impostors: Uint32Array
  /** Close impostor pairs, which alone can be accepted: places of both people, differing bits. */
  readonly close: readonly (readonly [number, number, number])[]
  /** Genuine pairs: the person's place, differing bits (infinite without a template). */
  readonly genuine: readonly (readonly [number, number])[]
}

/** Strangers who differ in more than this share of the bits are never accepted at any level. */
const closeShare = 0.42

function distancesOf(samples: readonly Sample[]): Distances {
  const people = [...new Set(samples.map(({ person }) => person))]
  const place = new Map(people.map((person, index) => [person, index]))
  const bits = 32 * (samples.find(({ template }) => template)?.template?.length ?? 0)
  const impostors = new Uint32Array(bits + 1)
  const close: [number, number, number][] = []
  const genuine: [number, number][] = []
  const imagesOf = people.map(() => 0)
  let impostor = 0
  samples.forEach((one, index) => {
    const a = place.get(one.person)!
    imagesOf[a]! += 1
    for (const other of samples.slice(index + 1)) {
      const b = place.get(other.person)!
      const distance =
        one.template && other.template ? differing(one.template, other.template) : Number.POSITIVE_INFINITY
      if (a === b) {
        genuine.push([a, distance])
        continue
      }
      impostor += 1
      if (!Number.isFinite(distance)) continue
      impostors[distance]! += 1
      if (distance <= closeShare * bits) close.push([a, b, distance])
    }
  })
  const counts = { people: people.length, images: samples.length, genuine: genuine.length, impostor }
  return { counts, imagesOf, impostors, close, genuine }
}

/** The most differing bits with which at most `far` of the impostor pairs are accepted. */
function mostDiffering({ impostors, counts }: Distances, far: number): number {
  let accepted = 0
  for (let distance = 0; distance < impostors.length; distance++) {
    accepted += impostors[distance]!
    if (accepted > far * counts.impostor) return distance - 1
  }
  return impostors.length - 1
}

/** Resamples people with replacement: a pair weighs as often as both of its people were drawn. */
function ratesAt(distances: Distances, most: number): Pick<OperatingPoint, 'far' | 'tar'> {
  const { imagesOf, counts } = distances
  const accepted = distances.close.filter(([, , distance]) => distance <= most)
  const random = seededRandom(20_261_122)
  const fars: number[] = []
  const tars: number[] = []
  for (let round = 0; round < resamples; round++) {
    const weight = new Uint16Array(imagesOf.length)
    for (let draw = 0; draw < weight.length; draw++) weight[Math.floor(random() * weight.length)]! += 1
    let images = 0
    let own = 0
    weight.forEach((times, person) => {
      images += times * imagesOf[person]!
      own += (times * imagesOf[person]!) ** 2
    })
    const pairs = (images ** 2 - own) / 2
    fars.push(accepted.reduce((sum, [a, b]) => sum + weight[a]! * weight[b]!, 0) / pairs)
    let right = 0
    let genuine = 0
    for (const [person, distance] of distances.genuine) {
      genuine += weight[person]!
      if (distance <= most) right += weight[person]!
    }
    tars.push(right / genuine)
  }
  const tar = distances.genuine.filter(([, distance]) => distance <= most).length / counts.genuine
  return { far: withBounds(accepted.length / counts.impostor, fars), tar: withBounds(tar, tars) }
}

function withBounds(rate: number, resampled: number[]): ResampledRate {
  resampled.sort((a, b) => a - b)
  const at = (share: number) => resampled[Math.floor(share * (resampled.length - 1))] ?? Number.NaN
  return { rate, low: at(0.025), high: at(0.975) }
}
