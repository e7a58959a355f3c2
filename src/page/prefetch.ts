import type { EmbedderName } from '../wire/ceremony-options'
import { addressOf, interrupted, neededFiles, request, usableDetectors } from './assets'
import type { CeremonyInit } from './ceremony-types'
import { stopped } from './stopped'

/** Configuration of `prefetchModels`: what the ceremony will be given, for other files would be fetched in vain. */
export interface PrefetchInit extends Pick<CeremonyInit, 'assetBase' | 'profile' | 'signal'> {
  /** As the backend's options will name it; `mobilefacenet` by default. */
  readonly embedder?: EmbedderName | undefined
}

/** What was fetched, or was in the browser's cache already. */
export interface Prefetched {
  readonly files: number
  /** Unpacked. */
  readonly bytes: number
}

export async function prefetch({
  embedder = 'mobilefacenet',
  profile,
  assetBase,
  signal = new AbortController().signal,
}: PrefetchInit): Promise<Prefetched> {
  if (savesData()) return { files: 0, bytes: 0 }
  try {
    await pageLoaded(signal)
    const files = neededFiles({ embedder, detectors: usableDetectors(profile) })
    let bytes = 0
    // One at a time, at low priority: the page's own requests go first.
    for (const { file } of files) bytes += await readThrough(file, addressOf(file, { assetBase }), signal)
    return { files: files.length, bytes }
  } catch (cause) {
    throw stopped(signal) ?? cause
  }
}

/** To its end, or the cache would not keep it; not into memory, for nothing is done with it here. Answers its length. */
async function readThrough(file: string, url: URL, signal: AbortSignal): Promise<number> {
  const response = await request(file, url, { signal, priority: 'low' })
  let bytes = 0
  const count = new WritableStream<Uint8Array>({
    write: (chunk) => {
      bytes += chunk.length
    },
  })
  try {
    await response.body?.pipeTo(count, { signal })
  } catch (cause) {
    throw interrupted(file, signal, cause)
  }
  return bytes
}

/** Whether the person asked their browser for fewer bytes; said by Chromium's only. */
function savesData(): boolean {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } }
  return connection?.saveData === true
}

async function pageLoaded(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (document.readyState === 'complete') return
  await new Promise<void>((resolve, reject) => {
    const stop = () => reject(signal.reason)
    const loaded = () => {
      signal.removeEventListener('abort', stop)
      resolve()
    }
    addEventListener('load', loaded, { once: true, signal })
    signal.addEventListener('abort', stop, { once: true })
  })
}
