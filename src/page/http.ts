import { FaceSealError, isFaceSealErrorCode } from '../wire/errors'

/** Where the backend is, and what every request to it carries. */
export interface Backend {
  /** Where the backend's handler is mounted, e.g. `/face`. */
  readonly baseUrl: string
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

export function addressOf({ baseUrl }: Backend, path: string): URL {
  return new URL(`${baseUrl.replace(/\/$/, '')}${path}`, location.href)
}

/** Throws `aborted`, `backend_unavailable`, and the codes of the backend. */
export async function post<T>(init: Backend, path: string, { type, content }: Body): Promise<T> {
  let response: Response
  try {
    response = await fetch(addressOf(init, path), {
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

export function stopped(signal: AbortSignal | undefined): FaceSealError | undefined {
  if (!signal?.aborted) return undefined
  return signal.reason instanceof FaceSealError ? signal.reason : new FaceSealError('aborted', { cause: signal.reason })
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
