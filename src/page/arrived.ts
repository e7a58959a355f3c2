import { FaceSealError } from '../wire/errors'

/** A part of this package that is fetched when it is needed. Throws `module_unavailable`, and the reason of the signal. */
export async function arrived<T>(part: Promise<T>, signal?: AbortSignal): Promise<T> {
  return await new Promise((resolve, reject) => {
    // An `import()` has no end of its own: whoever stops must not wait for it.
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    if (signal?.aborted) reject(signal.reason)
    part.then(resolve, (cause) => {
      reject(new FaceSealError('module_unavailable', { detail: cause instanceof Error ? cause.message : '', cause }))
    })
  })
}
