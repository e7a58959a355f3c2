import type { CeremonyKind } from '../wire/ceremony-options'
import { FaceSealError, isFaceSealErrorCode } from '../wire/errors'
import { stopped } from './stopped'

/** What is asked of the backend; the first two are of one kind of ceremony. All are POST. */
export type BackendEndpoint = 'options' | 'answer' | 'local' | 'receipts' | 'withdraw'

const paths: Readonly<Record<BackendEndpoint, (kind: CeremonyKind) => string>> = {
  options: (kind) => `/${kind}/options`,
  answer: (kind) => `/${kind}`,
  local: () => '/local',
  receipts: () => '/receipts',
  withdraw: () => '/withdraw',
}

/** Where the backend is, and what every request to it carries. */
export interface BackendAddress {
  /** Where the backend's handler is mounted, e.g. `/face`. */
  readonly baseUrl: string
  /**
   * Addresses that are not under `baseUrl` by the handler's names: of this ceremony's options and answer, and the rest.
   * All but `answer`, whose origin the second consent names, are of the page's own origin or that of `baseUrl`.
   */
  readonly endpoints?: Readonly<Partial<Record<BackendEndpoint, string | undefined>>> | undefined
  /** Sent with every request, e.g. the header of your session. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Body {
  readonly type: string
  readonly content: string | Uint8Array<ArrayBuffer>
}

export function json(value: object): Body {
  return { type: 'application/json', content: JSON.stringify(value) }
}

export function addressOf({ baseUrl, endpoints }: BackendAddress, endpoint: BackendEndpoint, kind: CeremonyKind): URL {
  return new URL(endpoints?.[endpoint] ?? `${baseUrl.replace(/\/$/, '')}${paths[endpoint](kind)}`, location.href)
}

/** Before anything is asked: every address can be read and is where it may be. Throws `configuration_invalid`. */
export function checkAddresses({ baseUrl, endpoints }: BackendAddress): void {
  const origins = [originOf('location', location.href), originOf('baseUrl', baseUrl)]
  for (const [name, address] of Object.entries(endpoints ?? {})) {
    if (address === undefined) continue
    const origin = originOf(`endpoints.${name}`, address)
    if (name !== 'answer' && !origins.includes(origin)) throw misplaced(`endpoints.${name}`, address)
  }
}

function originOf(name: string, address: string): string {
  try {
    return new URL(address, location.href).origin
  } catch {
    throw misplaced(name, address)
  }
}

function misplaced(name: string, address: string): FaceSealError {
  return new FaceSealError('configuration_invalid', { detail: `${name}: ${address}` })
}

/** Throws `aborted`, `backend_unavailable`, and the codes of the backend. */
export async function post<T>(
  init: BackendAddress,
  endpoint: BackendEndpoint,
  { type, content }: Body,
  kind: CeremonyKind = 'verify',
): Promise<T> {
  const url = addressOf(init, endpoint, kind)
  const path = url.pathname
  let response: Response
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { ...init.headers, 'content-type': type },
      body: content,
      credentials: 'same-origin',
      redirect: 'error',
      ...(init.signal && { signal: init.signal }),
    })
  } catch (cause) {
    throw stopped(init.signal) ?? new FaceSealError('backend_unavailable', { detail: path, cause })
  }
  const answer = await response.json().catch(() => undefined)
  if (response.ok && answer !== undefined) return answer as T
  throw answerError(path, response.status, answer)
}

/** The backend's code where it gave one: problem details (RFC 9457) with `code`. */
function answerError(path: string, status: number, answer: unknown): FaceSealError {
  const { code, detail, retryAfterSeconds } = (answer ?? {}) as Record<string, unknown>
  if (!isFaceSealErrorCode(code)) {
    return new FaceSealError('backend_unavailable', { detail: `${path}: status ${status}` })
  }
  return new FaceSealError(code, {
    ...(typeof detail === 'string' && { detail }),
    ...(typeof retryAfterSeconds === 'number' && { retryAfterSeconds }),
  })
}
