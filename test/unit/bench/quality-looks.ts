import { seededRandom } from '../../../bench/common/random'
import type { CopyKind } from '../../../bench/quality/degrade'
import type { Look } from '../../../bench/quality/figures'
import type { FaceMeasures } from '../../../src/worker/vision/quality'
import { goodFace } from '../worker/good-face'

const words = 64
export const bits = 32 * words

export interface MadeUp {
  readonly set?: string
  readonly kind?: CopyKind
  readonly level?: number
  /** Differs from the person's own template in so many bits. */
  readonly flips?: number
  readonly measures?: Partial<FaceMeasures>
  readonly strength?: number
  readonly early?: string
}

/** A look at a made-up person: strangers' templates differ in about half of their bits. */
export function look(person: string, path: string, made: MadeUp = {}): Look {
  const { kind = 'clean', level = 0, measures, strength = 4 } = made
  return {
    ...faceless(person, path, made),
    ...{ copy: { kind, level, seed: 1 }, early: made.early, detected: 0.9, strength },
    measures: { ...goodFace, ...measures },
    template: template(person, made.flips ?? 0),
  }
}

/** A copy in which no face was found. */
export function faceless(person: string, path: string, { set = 'set', kind = 'clean', level = 0 }: MadeUp = {}): Look {
  return { path, set, person, copy: { kind, level, seed: 1 }, t: 0, early: undefined, detected: 0 }
}

function template(person: string, flips: number): Uint32Array {
  const random = seededRandom([...person].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16777619), 7))
  const own = Uint32Array.from({ length: words }, () => Math.floor(random() * 2 ** 32))
  for (let flip = 0; flip < flips; flip++) own[flip % words]! ^= 2 ** Math.floor(flip / words)
  return own
}
