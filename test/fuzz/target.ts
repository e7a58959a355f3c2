import fc from 'fast-check'
import { FaceSealError, type FaceSealErrorCode } from '../../src/wire/errors'

/** One place where input from outside is read, inputs for it, and what may come of them. */
export interface FuzzTarget {
  readonly name: string
  /** Cases in the short run: each target takes about a second. */
  readonly runs: number
  /** Draws and checks cases until `numRuns`, or until one fails. */
  run(parameters: FuzzParameters): Promise<FuzzOutcome>
  /** Checks an input that once failed. */
  replay(input: unknown): Promise<void>
}

export interface FuzzParameters {
  readonly seed: number
  readonly numRuns: number
}

export interface FuzzOutcome {
  readonly cases: number
  /** What failed: the input, small as fast-check could make it, and why. */
  readonly failure?: { readonly input: unknown; readonly error: string }
}

interface TargetSpec<T> {
  readonly name: string
  readonly runs: number
  readonly inputs: readonly fc.Arbitrary<T>[]
  /** Resolves when what the code did with `input` is right. */
  readonly check: (input: T) => unknown
  /** Whether a kept input is of this target's kind. */
  readonly accepts: (input: unknown) => input is T
}

export function target<T>({ name, runs, inputs, check, accepts }: TargetSpec<T>): FuzzTarget {
  const examine = async (input: T) => {
    await check(input)
    requireCleanPrototypes()
  }
  return {
    name,
    runs,
    async run(parameters) {
      const property = fc.asyncProperty(fc.oneof(...inputs), examine)
      const { numRuns, counterexample, errorInstance } = await fc.check(property, parameters)
      if (!counterexample) return { cases: numRuns }
      const error = errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : 'failed'
      return { cases: numRuns, failure: { input: counterexample[0], error } }
    },
    async replay(input) {
      if (!accepts(input)) throw new TypeError(`not an input of ${name}`)
      await examine(input)
    },
  }
}

export const isBytes = (input: unknown): input is Uint8Array<ArrayBuffer> => input instanceof Uint8Array
export const isText = (input: unknown): input is string => typeof input === 'string'
export const isAnything = (_: unknown): _ is unknown => true

/** The code of a FaceSealError, `resolved` when there was none; any other error is a fault of ours and goes on. */
export async function outcomeOf(work: () => unknown): Promise<FaceSealErrorCode | 'resolved'> {
  try {
    await work()
    return 'resolved'
  } catch (cause) {
    if (cause instanceof FaceSealError) return cause.code
    throw cause
  }
}

export function requireOneOf<T>(outcome: T, allowed: readonly T[]): void {
  if (!allowed.includes(outcome)) throw new Error(`came out as ${outcome}, not ${allowed.join(' or ')}`)
}

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Uint8Array.prototype]
const pristine = prototypes.map((one) => Reflect.ownKeys(one).length)

/** An input that reaches a prototype would change every object of the process. */
function requireCleanPrototypes(): void {
  prototypes.forEach((one, index) => {
    if (Reflect.ownKeys(one).length !== pristine[index]) throw new Error('a prototype was changed')
  })
}
