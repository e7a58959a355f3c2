import { FaceSealError } from '../../wire/errors'

/** `timestamp_invalid` with what did not fit. */
export function invalid(detail: string, cause?: unknown): FaceSealError {
  return new FaceSealError('timestamp_invalid', cause === undefined ? { detail } : { detail, cause })
}
