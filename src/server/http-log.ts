import { FaceSealError } from '../wire/errors'
import { randomBase64url } from './digest'

/** What `pino`, and most other loggers, are: one object of fields, one message. */
export interface HandlerLogger {
  info(line: HandlerLogLine, message: string): void
  /** A request that was refused (4xx). */
  warn(line: HandlerLogLine, message: string): void
  /** The backend's own failure (5xx). */
  error(line: HandlerLogLine, message: string): void
}

/**
 * One line for each request. Every field is of a closed list, a number or random: no account, no pseudonym, no address, no
 * key, nothing that the request brought along, nothing from a face (L18, L26).
 */
export interface HandlerLogLine {
  /** Random; also in the answer's `x-request-id`. */
  readonly requestId: string
  /** Path under `basePath`; `unknown` for whatever is no route. */
  readonly route: string
  readonly method: string
  readonly status: number
  /** Error code, `internal` for an accident, or the reason of a verification. */
  readonly code?: string | undefined
  /** Of an accident or a failing database: class and code of the cause, never its message, which may name a person. */
  readonly cause?: string | undefined
  readonly milliseconds: number
}

export interface LoggedRequest {
  readonly requestId: string
  /** Writes the line; what a logger throws is not the request's affair. */
  done(route: string, status: number, code: string | undefined, cause: unknown): void
}

const methods = ['GET', 'POST', 'OPTIONS', 'HEAD', 'PUT', 'PATCH', 'DELETE']

/** Starts the clock of one request. */
export function logRequest(logger: HandlerLogger | undefined, { method }: Request): LoggedRequest {
  const started = performance.now()
  const requestId = randomBase64url(12)
  return {
    requestId,
    done(route, status, code, thrown) {
      const level = status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info'
      const line = {
        ...{ requestId, route, method: methods.includes(method) ? method : 'other', status, code },
        ...{ cause: status >= 500 ? causeName(thrown) : undefined },
        milliseconds: Math.round(performance.now() - started),
      }
      try {
        logger?.[level](line, `${route} ${status}`)
      } catch {
        // The answer is given whatever becomes of its line.
      }
    },
  }
}

/** `TypeError`, `DatabaseError 23505`: names that programs give, and only what looks like one. */
function causeName(thrown: unknown): string | undefined {
  const cause = thrown instanceof FaceSealError ? thrown.cause : thrown
  if (!(cause instanceof Error)) return undefined
  const name = /^[A-Za-z]{1,40}$/.exec(cause.constructor.name)?.[0] ?? 'Error'
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return /^(?:[0-9A-Z]{5}|E[A-Z_]{2,40})$/.test(code) ? `${name} ${code}` : name // SQLSTATE, or as Node names its own
}
