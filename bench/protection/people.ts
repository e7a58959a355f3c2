import { protectWithToken } from '../../src/worker/protect.ts'
import { differing } from '../eval/all-pairs.ts'
import { personOf } from '../eval/pairs.ts'
import type { Direction } from './inversion.ts'
import { binOf, type Histogram } from './statistics.ts'

/** What the attacks need of a run: an `ImageRun` is one. */
export interface Embeddings {
  readonly mean: Float32Array
  readonly images: ReadonlyMap<string, { readonly embedding: Float32Array } | undefined>
}

export interface Person {
  readonly name: string
  readonly faces: readonly Float32Array[]
}

/** People with the images in which a face was found, in the order of the list. */
export function peopleOf({ images }: Embeddings, paths: readonly string[]): readonly Person[] {
  const people = new Map<string, Float32Array[]>()
  for (const path of paths) {
    const image = images.get(path)
    if (!image) continue
    const name = personOf(path)
    const known = people.get(name)
    if (known) known.push(image.embedding)
    else people.set(name, [image.embedding])
  }
  return [...people].map(([name, faces]) => ({ name, faces }))
}

/** Step 1 of the scheme: what an inversion tries to find. */
export function centredDirection(embedding: Float32Array, mean: Float32Array): Direction {
  const difference = Float64Array.from(embedding, (value, index) => value - mean[index]!)
  const length = Math.hypot(...difference)
  return difference.map((value) => value / length)
}

/** An embedding that has this centred direction: what an attacker feeds to the pipeline. */
export function embeddingOf(direction: Direction, mean: Float32Array): Float32Array {
  return Float32Array.from(direction, (value, index) => mean[index]! + value)
}

/** A template of the shipped scheme as 32-bit words, for fast comparisons. */
export async function wordsOf(
  embedding: Float32Array,
  mean: Float32Array,
  token: Uint8Array<ArrayBuffer>,
  bits: number,
): Promise<Uint32Array> {
  return new Uint32Array((await protectWithToken(embedding, mean, token, bits)).buffer)
}

/** Distributions over all pairs of images: cosine of centred embeddings, and differing bits under one token. */
export interface Distances {
  readonly genuinePairs: number
  readonly impostorPairs: number
  readonly float: { readonly genuine: Histogram; readonly impostor: Histogram }
  readonly oneToken: { readonly genuine: Histogram; readonly impostor: Histogram }
  /** Fractions of differing bits; the same without taking the mean away shows what centring is for. */
  readonly impostor: { readonly mean: number; readonly deviation: number }
}

const bins = 200

/** `templates[p][i]` belongs to `people[p].faces[i]`. */
export function distancesReport(
  people: readonly Person[],
  templates: readonly (readonly Uint32Array[])[],
  mean: Float32Array,
): Distances {
  const images = people.flatMap(({ faces }, person) =>
    faces.map((face, index) => ({
      person,
      vector: Float32Array.from(centredDirection(face, mean)),
      template: templates[person]![index]!,
    })),
  )
  const bits = 32 * (images[0]?.template.length ?? 0)
  const counts = Array.from({ length: 4 }, () => new Array<number>(bins).fill(0))
  const [floatGenuine, floatImpostor, bitsGenuine, bitsImpostor] = counts as [number[], number[], number[], number[]]
  const add = (list: number[], bin: number) => {
    list[bin] = list[bin]! + 1
  }
  let [impostors, sum, squares] = [0, 0, 0]
  for (const [at, a] of images.entries()) {
    for (let other = at + 1; other < images.length; other++) {
      const b = images[other]!
      let dot = 0
      for (let index = 0; index < a.vector.length; index++) dot += a.vector[index]! * b.vector[index]!
      const distance = differing(a.template, b.template) / bits
      const same = a.person === b.person
      add(same ? floatGenuine : floatImpostor, binOf(dot, -1, 1, bins))
      add(same ? bitsGenuine : bitsImpostor, binOf(distance, 0, 1, bins))
      if (same) continue
      impostors += 1
      sum += distance
      squares += distance * distance
    }
  }
  const centre = sum / impostors
  return {
    genuinePairs: (images.length * (images.length - 1)) / 2 - impostors,
    impostorPairs: impostors,
    float: {
      genuine: { low: -1, high: 1, counts: floatGenuine },
      impostor: { low: -1, high: 1, counts: floatImpostor },
    },
    oneToken: {
      genuine: { low: 0, high: 1, counts: bitsGenuine },
      impostor: { low: 0, high: 1, counts: bitsImpostor },
    },
    impostor: { mean: centre, deviation: Math.sqrt(squares / impostors - centre ** 2) },
  }
}
