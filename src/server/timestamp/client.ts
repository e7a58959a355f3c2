import { FaceSealError } from '../../wire/errors'
import { concat } from '../digest'
import { encodeQuery, freshNonce } from './request'
import { tokenOf } from './response'
import { bytesOf, type Timestamp, verifyTimestamp } from './verify'

/** A response is a few kilobytes; more is not read. */
const maximumBytes = 65_536

/** What to stamp, where, and whom to trust. */
export interface TimestampRequest {
  /** What is stamped: bytes, or text as UTF-8. Only its SHA-256 is sent. */
  readonly statement: string | Uint8Array<ArrayBuffer>
  /** The authority. Plain http is usual here: the answer is signed and the question holds a digest. */
  readonly url: string | URL
  /** Roots, or the authority's own certificates: DER or PEM. */
  readonly trustedCertificates: readonly (string | Uint8Array<ArrayBuffer>)[]
  /** Dotted object identifier to ask for; the stamp has to name it. */
  readonly policy?: string | undefined
  readonly fetch?: typeof fetch | undefined
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until the authority counts as silent; 15,000. */
  readonly timeout?: number | undefined
  /** Epoch seconds of our own clock. */
  readonly now?: number | undefined
  /** Seconds that the stamp may differ from `now`; 300. */
  readonly maximumSkew?: number | undefined
}

/** A time-stamp that was asked for and verified. */
export interface StampedStatement {
  /** DER of the TimeStampToken: keep it beside the statement. */
  readonly token: Uint8Array<ArrayBuffer>
  readonly timestamp: Timestamp
}

/**
 * Asks a time-stamping authority over HTTP (RFC 3161 §3.4) and verifies what it answers, nonce and time included.
 * Throws `timestamp_unavailable`, `timestamp_rejected`, `timestamp_invalid`, `configuration_invalid`, `aborted`.
 */
export async function requestTimestamp(request: TimestampRequest): Promise<StampedStatement> {
  const { statement, policy, trustedCertificates, now = Date.now() / 1000, maximumSkew = 300 } = request
  const nonce = freshNonce()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(statement)))
  const token = tokenOf(await post(request, encodeQuery({ digest, nonce, policy })))
  const timestamp = await verifyTimestamp({
    ...{ token, statement, trustedCertificates, expectedPolicy: policy, expectedNonce: nonce },
  })
  if (Math.abs(timestamp.time - now) > maximumSkew) {
    throw new FaceSealError('timestamp_invalid', { detail: `the stamp is more than ${maximumSkew} s from our clock` })
  }
  return { token, timestamp }
}

async function post(request: TimestampRequest, query: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { url, fetch = globalThis.fetch, signal, timeout = 15_000 } = request
  const limit = AbortSignal.timeout(timeout)
  try {
    const response = await fetch(url, {
      ...{ method: 'POST', body: query, redirect: 'error' },
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    })
    return await read(response)
  } catch (cause) {
    if (signal?.aborted) throw new FaceSealError('aborted', { cause })
    if (cause instanceof FaceSealError) throw cause
    throw new FaceSealError('timestamp_unavailable', { detail: limit.aborted ? 'time-out' : 'no connection', cause })
  }
}

async function read(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (response.status !== 200) throw unavailable(`HTTP ${response.status}`)
  if (type !== 'application/timestamp-reply') throw unavailable('content-type')
  let bytes = new Uint8Array()
  for await (const chunk of response.body ?? []) {
    bytes = concat(bytes, chunk)
    if (bytes.length > maximumBytes) throw unavailable(`more than ${maximumBytes} bytes`)
  }
  return bytes
}

function unavailable(detail: string): FaceSealError {
  return new FaceSealError('timestamp_unavailable', { detail })
}
