import { seededRandom } from '../../../bench/common/random'

/** Made-up embeddings of made-up people: no face behind any of them. */
export interface SyntheticFaces {
  readonly mean: Float32Array
  readonly images: ReadonlyMap<string, { readonly embedding: Float32Array }>
  readonly paths: readonly string[]
}

const size = 512

/**
 * Unit vectors as face nets make them: all share a strong common direction, people differ along some directions much
 * more than along others, and pictures of one person differ a little. `files` look as LFW's.
 */
export function syntheticFaces({ people = 60, pictures = 3, seed = 1 } = {}): SyntheticFaces {
  const random = seededRandom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const spread = Array.from({ length: size }, (_, index) => Math.exp(-index / 90))
  const common = Array.from({ length: size }, () => 2 * normal() * (0.05 + spread[Math.floor(random() * size)]!))
  const commonLength = Math.hypot(...common)
  const spreadLength = Math.hypot(...spread)
  const images = new Map<string, { readonly embedding: Float32Array }>()
  for (let person = 0; person < people; person++) {
    const own = spread.map((scale) => (scale * normal()) / spreadLength)
    for (let picture = 1; picture <= pictures; picture++) {
      const values = own.map(
        (value, index) =>
          (1.5 * common[index]!) / commonLength + value + (0.6 * spread[index]! * normal()) / spreadLength,
      )
      const length = Math.hypot(...values)
      images.set(`person_${String.fromCharCode(97 + (person % 26))}${person}_000${picture}.jpg`, {
        embedding: Float32Array.from(values, (value) => value / length),
      })
    }
  }
  const all = [...images.values()].map(({ embedding }) => embedding)
  const mean = Float32Array.from({ length: size }, (_, index) => {
    return all.reduce((sum, embedding) => sum + embedding[index]!, 0) / all.length
  })
  return { mean, images, paths: [...images.keys()] }
}
