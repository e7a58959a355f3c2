import { FaceSealError } from '../wire/errors'

/** Why the caller's signal ended it, if it did: the caller may give any reason, ours is always a code. */
export function stopped(signal: AbortSignal | undefined): FaceSealError | undefined {
  if (!signal?.aborted) return undefined
  return signal.reason instanceof FaceSealError ? signal.reason : new FaceSealError('aborted', { cause: signal.reason })
}
