import { FaceSealError } from '../wire/errors'
import { stopped } from './stopped'

/** A part of this package that is fetched when it is needed. Throws `module_unavailable`; `aborted`, or the signal's own code. */
export async function arrived<T>(part: Promise<T>, signal?: AbortSignal): Promise<T> {
  return await new Promise((resolve, reject) => {
    // An `import()` has no end of its own: whoever stops must not wait for it.
    signal?.addEventListener('abort', () => reject(stopped(signal)), { once: true })
    if (signal?.aborted) reject(stopped(signal))
    part.then(resolve, (cause) => {
      reject(new FaceSealError('module_unavailable', { detail: cause instanceof Error ? cause.message : '', cause }))
    })
  })
}
