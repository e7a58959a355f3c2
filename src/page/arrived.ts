import { FaceSealError } from '../wire/errors'

/** A part of this package that is fetched when it is needed. Throws `module_unavailable`. */
export async function arrived<T>(part: Promise<T>): Promise<T> {
  try {
    return await part
  } catch (cause) {
    throw new FaceSealError('module_unavailable', { detail: cause instanceof Error ? cause.message : '', cause })
  }
}
