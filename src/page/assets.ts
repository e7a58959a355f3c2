import type { EmbedderName } from '../wire/ceremony-options'
import { FaceSealError } from '../wire/errors'
import { type ModelFile, type ModelFileName, type ModelId, modelFiles } from '../wire/model-files'
import type { DetectorName } from '../wire/worker-protocol'
import { assetUrls } from './asset-urls'
import type { CeremonyInit } from './ceremony-types'
import { useGrant } from './consent/gate'
import type { ConsentGrant } from './consent/grant'

/** Bytes arrived and bytes to come, over all files. `loaded` goes back where a file has to be fetched a second time. */
export interface LoadProgress {
  readonly loaded: number
  readonly total: number
}

export interface AssetOptions {
  readonly purpose: string
  readonly tenant: string
  readonly embedder: EmbedderName
  /** Detectors that this browser may choose from. */
  readonly detectors: readonly DetectorName[]
  /** Folder of the files, on the page's own origin; without it, where the bundler put them. */
  readonly assetBase?: string | undefined
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined
}

const embedders: Readonly<Record<EmbedderName, readonly ModelId[]>> = {
  mobilefacenet: ['mobilefacenet-512'],
  'face-api': ['dlib-resnet-128'],
}
const detectorModels: Readonly<Record<DetectorName, readonly ModelId[]>> = {
  mediapipe: ['mediapipe-vision-wasm', 'blazeface-short-range'],
  blazeface: ['blazeface-short-range'],
}

/** The smallest files come first, so that the bar moves early; two at a time keeps the line full. */
const parallel = 2

/**
 * Fetches every model and runtime file that the worker needs and checks each against its SHA-256; needs the process
 * grant (L01, L19). Answers file name → bytes. Throws `consent_…`, `model_unavailable`, `model_integrity`, `aborted`.
 */
export async function loadAssets(
  grant: ConsentGrant<'process'>,
  options: AssetOptions,
): Promise<Record<string, ArrayBuffer>> {
  useGrant(grant, 'process', { purpose: options.purpose, tenant: options.tenant })
  const failed = new AbortController()
  const signal = AbortSignal.any([options.signal, grant.signal, failed.signal])
  const files = neededFiles(options)
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  let loaded = 0
  const onBytes = (count: number) => {
    loaded += count
    options.onProgress?.({ loaded, total })
  }
  onBytes(0)
  const assets: Record<string, ArrayBuffer> = {}
  const queue = files.values()
  const fetchQueued = async () => {
    for (const file of queue)
      assets[file.file] = await fetchChecked(file, addressOf(file.file, options), signal, onBytes)
  }
  try {
    await Promise.all(Array.from({ length: parallel }, fetchQueued))
  } catch (error) {
    failed.abort(error)
    throw error
  }
  return assets
}

/** What a worker of this make is given, smallest first. */
export function neededFiles({
  embedder,
  detectors,
}: Pick<AssetOptions, 'embedder' | 'detectors'>): readonly NamedFile[] {
  const ids = new Set<ModelId>([
    'landmarks-68',
    'minifasnet-128',
    'tfjs-wasm',
    ...embedders[embedder],
    ...detectors.flatMap((detector) => detectorModels[detector]),
  ])
  const files = [...ids].flatMap((id): readonly NamedFile[] => modelFiles[id])
  const other = otherWasm()
  return files.filter(({ file }) => file !== other).sort((a, b) => a.bytes - b.bytes)
}

/** A function that does nothing but make a vector of 128 bits. */
const simdProbe = Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
])

export function hasSimd(): boolean {
  return WebAssembly.validate(simdProbe)
}

/** tfjs takes one of its two builds, by the same question; this is the one that it leaves. */
function otherWasm(): ModelFileName {
  return hasSimd() ? 'tfjs-backend-wasm.wasm' : 'tfjs-backend-wasm-simd.wasm'
}

/** MediaPipe is built with SIMD and puts the picture through a WebGL 2 texture; without either, its 11 MB need not come. */
export function usableDetectors(profile: CeremonyInit['profile']): readonly DetectorName[] {
  if (profile === 'lite' || !hasSimd()) return ['blazeface']
  const context = new OffscreenCanvas(1, 1).getContext('webgl2')
  context?.getExtension('WEBGL_lose_context')?.loseContext()
  return context ? ['mediapipe', 'blazeface'] : ['blazeface']
}

interface NamedFile extends ModelFile {
  readonly file: ModelFileName
}

/** Of a file; under `assetBase`, or where the bundler put it. */
export function addressOf(file: ModelFileName, { assetBase }: Pick<AssetOptions, 'assetBase'>): URL {
  // Resolved anew: Turbopack answers `new URL(…, import.meta.url)` with a path alone, whose origin is empty.
  if (assetBase === undefined) return new URL(assetUrls[file].href, location.href)
  const folder = new URL(assetBase.endsWith('/') ? assetBase : `${assetBase}/`, location.href)
  return new URL(file, folder)
}

/** Once more, past the cache, where a file is not the pinned one: a cache may hold that of an earlier version under its name. */
async function fetchChecked(
  file: NamedFile,
  url: URL,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<ArrayBuffer> {
  let counted = 0
  const count = (bytes: number) => {
    counted += bytes
    onBytes(bytes)
  }
  try {
    return await fetchPinned(file, url, { signal }, count)
  } catch (error) {
    if (!(error instanceof FaceSealError) || error.code !== 'model_integrity') throw error
    onBytes(-counted)
    return await fetchPinned(file, url, { signal, cache: 'reload' }, onBytes)
  }
}

async function fetchPinned(
  { file, bytes, sha256 }: ModelFile,
  url: URL,
  how: FileRequest,
  onBytes: (count: number) => void,
): Promise<ArrayBuffer> {
  const response = await request(file, url, how)
  const content = await readExactly(file, bytes, response, how.signal, onBytes)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content))
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (hex !== sha256) throw new FaceSealError('model_integrity', { detail: `${file}: SHA-256 ${hex.slice(0, 16)}…` })
  return content.buffer
}

type FileRequest = Pick<RequestInit, 'cache' | 'priority'> & { readonly signal: AbortSignal }

/** Own origin only, no redirect that could lead away, no cookies (L19). */
export async function request(file: string, url: URL, how: FileRequest): Promise<Response> {
  // Bundlers may inline a small file; a data: URL asks nobody.
  if (url.protocol === 'data:') return new Response(bytesOfDataUrl(url))
  if (url.origin !== location.origin) {
    throw new FaceSealError('model_unavailable', { detail: `${file}: ${url.origin} is not the page's own origin` })
  }
  let response: Response
  try {
    response = await fetch(url, { ...how, credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer' })
  } catch (cause) {
    throw interrupted(file, how.signal, cause)
  }
  if (!response.ok) throw new FaceSealError('model_unavailable', { detail: `${file}: status ${response.status}` })
  // A single-page server answers any path with its start page.
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('text/html'))
    throw new FaceSealError('model_unavailable', { detail: `${file}: MIME type ${type}` })
  return response
}

/** Never reads past the pinned length: a swapped file cannot fill the memory. */
async function readExactly(
  file: string,
  length: number,
  response: Response,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const content = new Uint8Array(length)
  const reader = response.body?.getReader()
  let offset = 0
  try {
    for (;;) {
      const chunk = await reader?.read()
      if (!chunk || chunk.done) break
      if (offset + chunk.value.length > length) {
        await reader?.cancel()
        throw new FaceSealError('model_integrity', { detail: `${file}: longer than ${length} bytes` })
      }
      content.set(chunk.value, offset)
      offset += chunk.value.length
      onBytes(chunk.value.length)
    }
  } catch (cause) {
    throw cause instanceof FaceSealError ? cause : interrupted(file, signal, cause)
  }
  if (offset < length) {
    throw new FaceSealError('model_integrity', { detail: `${file}: ${offset} of ${length} bytes` })
  }
  return content
}

/** The signal's reason where that is why a request failed, else `model_unavailable`. */
export function interrupted(file: string, signal: AbortSignal, cause: unknown): unknown {
  if (signal.aborted) return signal.reason
  return new FaceSealError('model_unavailable', { detail: `${file}: the request failed`, cause })
}

function bytesOfDataUrl(url: URL): Uint8Array<ArrayBuffer> {
  const comma = url.href.indexOf(',')
  const text = url.href.slice(comma + 1)
  if (!url.href.slice(0, comma).endsWith(';base64')) return new TextEncoder().encode(decodeURIComponent(text))
  return Uint8Array.from(atob(decodeURIComponent(text)), (character) => character.charCodeAt(0))
}
