/** True accept rates at fixed false accept rates over every pair of images. */
export interface AllPairsFigures {
  readonly tarAtFar1e3: number
  readonly tarAtFar1e4: number
  readonly tarAtFar1e5: number
}

export interface AllPairs {
  readonly genuine: number
  readonly impostor: number
  readonly float: AllPairsFigures
  readonly protected: AllPairsFigures
  /** Points (false accept rate, true accept rate), by rising false accept rate. */
  readonly curve: { readonly float: readonly CurvePoint[]; readonly protected: readonly CurvePoint[] }
}

export type CurvePoint = readonly [far: number, tar: number]

/** False accept rates of the curve: twenty a decade. */
const curveRates = Array.from({ length: 101 }, (_, index) => 10 ** (-6 + index / 20))

const bins = 20_000

/**
 * Every image against every other: unit vectors by cosine, templates by differing bits. An image without a face is a
 * reject in each of its pairs. Scores are counted in fine bins, for there are millions.
 */
export function compareAll(
  people: readonly string[],
  vectors: readonly (Float32Array | undefined)[],
  templates: readonly (Uint32Array | undefined)[],
): AllPairs {
  const float = new Tally()
  const bits = new Tally()
  let genuine = 0
  let impostor = 0
  for (let i = 0; i < people.length; i++) {
    for (let j = i + 1; j < people.length; j++) {
      const same = people[i] === people[j]
      if (same) genuine += 1
      else impostor += 1
      const [a, b] = [vectors[i], vectors[j]]
      const [s, t] = [templates[i], templates[j]]
      if (!a || !b || !s || !t) continue
      float.add((dot(a, b) + 1) / 2, same)
      bits.add(1 - differing(s, t) / (32 * s.length), same)
    }
  }
  const figures = (tally: Tally): AllPairsFigures => ({
    tarAtFar1e3: tally.tarAtFar(1e-3, genuine, impostor),
    tarAtFar1e4: tally.tarAtFar(1e-4, genuine, impostor),
    tarAtFar1e5: tally.tarAtFar(1e-5, genuine, impostor),
  })
  const curve = (tally: Tally) => curveRates.map((far): CurvePoint => [far, tally.tarAtFar(far, genuine, impostor)])
  return {
    ...{ genuine, impostor, float: figures(float), protected: figures(bits) },
    curve: { float: curve(float), protected: curve(bits) },
  }
}

class Tally {
  readonly #genuine = new Uint32Array(bins + 1)
  readonly #impostor = new Uint32Array(bins + 1)

  /** `score` is 0..1, higher for the same person. */
  add(score: number, same: boolean): void {
    const bin = Math.max(0, Math.min(bins, Math.floor(score * bins)))
    const counts = same ? this.#genuine : this.#impostor
    counts[bin] = counts[bin]! + 1
  }

  tarAtFar(far: number, genuine: number, impostor: number): number {
    let accepted = 0
    let right = 0
    for (let bin = bins; bin >= 0; bin--) {
      accepted += this.#impostor[bin]!
      if (accepted > far * impostor) break
      right += this.#genuine[bin]!
    }
    return right / genuine
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!
  return sum
}

/** Number of bits in which two templates of one length differ. */
export function differing(a: Uint32Array, b: Uint32Array): number {
  let count = 0
  for (let index = 0; index < a.length; index++) {
    let x = a[index]! ^ b[index]!
    x -= (x >>> 1) & 0x55555555
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
    count += (((x + (x >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
  }
  return count
}
