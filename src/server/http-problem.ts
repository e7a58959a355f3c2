import { FaceSealError, type FaceSealErrorCode } from '../wire/errors'

/** HTTP status of each code that a server can throw; the rest is 500. */
const statusOf: Partial<Record<FaceSealErrorCode, number>> = {
  envelope_malformed: 400,
  envelope_key_unknown: 400,
  envelope_unopened: 400,
  envelope_expired: 410,
  challenge_unknown: 404,
  challenge_expired: 410,
  challenge_consumed: 409,
  challenge_mismatch: 400,
  origin_mismatch: 403,
  template_replay: 409,
  device_unknown: 403,
  device_signature: 400,
  consent_evidence: 403,
  reconsent_required: 409,
  rate_limited: 429,
  receipt_invalid: 400,
  session_required: 401,
  passkey_required: 403,
  request_invalid: 400,
  store_unavailable: 503,
}

/** A refused request with a status of its own (404, 405, 413, 415). */
export class HttpRefusal extends FaceSealError {
  readonly status: number
  constructor(status: number, detail: string) {
    super('request_invalid', { detail })
    this.status = status
  }
}

/** RFC 9457 problem details with our code. Says nothing of the cause: that is for the log. */
export function problemResponse(cause: unknown): Response {
  if (!(cause instanceof FaceSealError)) {
    return problem(500, { type: 'about:blank', title: 'Internal Server Error', status: 500 })
  }
  const { code, remedy, detail, retryAfterSeconds } = cause
  const status = cause instanceof HttpRefusal ? cause.status : (statusOf[code] ?? 500)
  const body = {
    ...{ type: `urn:faceseal:error:${code}`, title: remedy, status, code },
    ...(detail === undefined || status >= 500 ? {} : { detail }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  }
  return problem(status, body, retryAfterSeconds)
}

function problem(status: number, body: object, retryAfterSeconds?: number): Response {
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds))
  return new Response(JSON.stringify(body), { status, headers })
}
