import type { CeremonyOptionsJSON, EmbedderName, SealSuite, TemplateBits } from '../wire/ceremony-options'
import { maxEnvelopeBytes } from '../wire/envelope'
import { FaceSealError } from '../wire/errors'
import { passkeyHeader } from '../wire/passkey'
import { checkProcessors, type Processor } from './deletion'
import { epochNow } from './digest'
import { exportRecord } from './export-record'
import { readBody, readJson } from './http-body'
import { evidenceRoutes, type PublicRoute } from './http-evidence'
import { type HandlerLogger, logRequest } from './http-log'
import { HttpRefusal, problemResponse } from './http-problem'
import { maxReceiptsBytes, maxStatementBytes, nothing, optionsBody, receiptsBody } from './http-schemas'
import { type KeyProvider, keyProvider, publishedKeys, type ServerKeys } from './keys'
import { recordReceipts } from './ledger'
import type { LivenessRequest } from './liveness'
import { generateEnrolmentOptions, generateVerificationOptions } from './options'
import { type PasskeyRule, verifyPasskey } from './passkey'
import { termsOf } from './policy-terms'
import type { FaceSealStore } from './store'
import { subjectOf } from './subject'
import type { FalseAcceptLevel, ThresholdTable } from './thresholds'
import type { ThrottledClient, ThrottleLimits } from './throttle'
import { verifyEnrolment } from './verify-enrolment'
import { verifyLocalStatement } from './verify-local-statement'
import { type CaptureHints, type VerificationReason, verifyVerification } from './verify-verification'
import { withdraw } from './withdraw'

/** Everything that {@link createHandler} needs: store, keys, tenant, purpose, policy, origins, and who is signed in. */
export interface HandlerConfig {
  readonly store: FaceSealStore
  readonly keys: ServerKeys | KeyProvider
  readonly tenant: string
  readonly purpose: string
  /** Where the page may run; the first is taken where a request names none. */
  readonly expectedOrigin: string | readonly string[]
  /** Configuration of notice and flow (`faceseal/policy`). */
  readonly policy: CeremonyOptionsJSON['policy']
  /** The integrator's session: its own opaque account reference, or nothing when nobody is signed in. */
  readonly resolveSubject: (request: Request) => Promise<string | undefined>
  /** `/face` by default. */
  readonly basePath?: string | undefined
  /**
   * Other origins whose pages may call, with cookies or an `authorization` header; none by default. They need
   * `expectedOrigin` too.
   */
  readonly cors?: readonly string[] | undefined
  readonly embedder?: EmbedderName | undefined
  readonly bits?: TemplateBits | undefined
  readonly suite?: SealSuite | undefined
  readonly level?: FalseAcceptLevel | undefined
  readonly thresholds?: ThresholdTable | undefined
  readonly limits?: ThrottleLimits | undefined
  /**
   * The client's IP address, for the failure limit by address; none without it. Read it from the socket, or from a header
   * that your own proxy overwrites: one that anybody may send, as `X-Forwarded-For`, would undo the limit.
   */
  readonly clientAddress?: ((request: Request) => string | undefined) | undefined
  readonly addressLimits?: ThrottleLimits | undefined
  /** Random movements, or passive when missing. */
  readonly liveness?: LivenessRequest | undefined
  /** See `verifyVerification`. */
  readonly maxSpoofRisk?: number | undefined
  /** A passkey over every enrolment, verification and device's word; none is asked for without it. */
  readonly passkey?: PasskeyRule | undefined
  readonly requireConsentEvidence?: boolean | undefined
  /** Asked to delete at a withdrawal; give `expire` and `resumeDeletions` the same. */
  readonly processors?: readonly Processor[] | undefined
  /** The integrator's own use of a result: open the door, finish the login. */
  readonly onVerified?: ((request: Request, result: VerifiedSubject) => Promise<void>) | undefined
  /** One line for each request: a `pino()` or alike; nothing is written without it. */
  readonly logger?: HandlerLogger | undefined
  /** Epoch seconds. */
  readonly now?: (() => number) | undefined
}

/** Who was verified, as told to `onVerified`. */
export interface VerifiedSubject {
  readonly account: string
  readonly subject: string
  /** `device`: the person's device says so; it sent nothing to compare. */
  readonly by: 'backend' | 'device'
  /** Of a response that the backend compared: e.g. to ask for more where a risk is seen. */
  readonly hints?: CaptureHints
}

/** What a route gets: the configuration, and who asks. */
interface RouteContext {
  readonly config: HandlerConfig
  readonly keys: ServerKeys
  readonly request: Request
  readonly account: string
  readonly subject: string
  readonly now: number
  /** For the log. */
  readonly note: (code: VerificationReason) => void
}

const routes: Readonly<Record<string, (context: RouteContext) => Promise<object>>> = {
  async '/enrol/options'(context) {
    return generateEnrolmentOptions(await ceremony(context))
  },
  async '/enrol'(context) {
    const response = await readEnvelope(context.request)
    const passkey = await passkeyOver(context, response)
    const { enrolled } = await verifyEnrolment({ ...answer(context), response, passkey })
    return { enrolled }
  },
  async '/verify/options'(context) {
    return generateVerificationOptions(await ceremony(context))
  },
  async '/verify'(context) {
    const { config, request, account, subject, note } = context
    const response = await readEnvelope(request)
    const passkey = await passkeyOver(context, response)
    const { verified, reason, hints } = await verifyVerification({ ...answer(context), response, passkey })
    note(reason)
    if (verified) await config.onVerified?.(request, { account, subject, by: 'backend', hints })
    return { verified }
  },
  async '/local'(context) {
    const { config, request, account, subject } = context
    const body = await readBody(request, { type: 'application/jose', maxBytes: maxStatementBytes })
    const statement = new TextDecoder().decode(body)
    const passkey = await passkeyOver(context, body)
    const { kind, verified } = await verifyLocalStatement({ ...answer(context), statement, passkey })
    if (kind === 'enrol') return { enrolled: true }
    if (verified) await config.onVerified?.(request, { account, subject, by: 'device' })
    return { verified }
  },
  async '/receipts'({ config, keys, request, subject, now }) {
    const { receipts } = await readJson(request, receiptsBody, maxReceiptsBytes)
    const { store, tenant, expectedOrigin } = config
    return recordReceipts({
      store,
      keys,
      receipts,
      expectedTenant: tenant,
      expectedOrigin,
      expectedSubject: subject,
      now,
    })
  },
  async '/withdraw'({ config, keys, request, subject, now }) {
    await readJson(request, nothing, 1024)
    const { store, tenant, purpose, processors } = config
    return withdraw({ store, keys, tenant, purpose, subject, processors, now })
  },
  async '/export'({ config, keys, request, subject, now }) {
    await readJson(request, nothing, 1024)
    const { store, tenant, purpose } = config
    return exportRecord({ store, keys, tenant, purpose, subject, now })
  },
}

/**
 * The backend as one fetch-style handler, to mount anywhere. POST `{base}` + `/enrol/options`, `/enrol`,
 * `/verify/options`, `/verify`, `/local`, `/receipts`, `/withdraw`, `/export`; GET `/health`, `/keys`, `/evidence/head`, `/evidence/proof`,
 * `/evidence/consistency`. Errors are
 * problem details (RFC 9457) with `code`. It never rejects and never answers a score. Throws `policy_invalid`, `configuration_invalid` at once.
 */
export function createHandler(config: HandlerConfig): (request: Request) => Promise<Response> {
  termsOf(config.policy, config.purpose) // one that breaks a rule, or is for another purpose, does not start (L02, L13)
  checkProcessors(config.processors ?? [])
  const provider = keyProvider(config.keys)
  const { basePath = '/face', logger } = config
  return async (request) => {
    const log = logRequest(logger, request)
    const { pathname } = new URL(request.url)
    const route = pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : ''
    let [code, thrown]: [string | undefined, unknown] = [undefined, undefined]
    let response: Response
    try {
      response = await dispatch(config, provider, request, route, (reason) => {
        code = reason
      })
    } catch (cause) {
      thrown = cause
      code = cause instanceof FaceSealError ? cause.code : 'internal'
      response = problemResponse(cause)
    }
    allowCors(config, request, response)
    response.headers.set('x-request-id', log.requestId)
    const known = Object.hasOwn(routes, route) || Object.hasOwn(publicRoutes, route) ? route : 'unknown'
    log.done(known, response.status, code, thrown)
    return response
  }
}

const publicRoutes: Readonly<Record<string, PublicRoute>> = {
  ...evidenceRoutes,
  async '/health'({ store }) {
    await store.ping()
    return { status: 'ok' }
  },
  async '/keys'({ keys }) {
    const successions = keys.retired.map(({ succession }) => succession)
    return { expectedSigner: keys.expectedSigner, keys: publishedKeys(keys), successions }
  },
}

/** Paths under `basePath`, by method. */
export const handlerRoutes = {
  posts: /* @__PURE__ */ Object.keys(routes),
  gets: /* @__PURE__ */ Object.keys(publicRoutes),
}

async function dispatch(
  config: HandlerConfig,
  provider: KeyProvider,
  request: Request,
  route: string,
  note: RouteContext['note'],
): Promise<Response> {
  const publicRoute = Object.hasOwn(publicRoutes, route) ? publicRoutes[route] : undefined
  const privateRoute = Object.hasOwn(routes, route) ? routes[route] : undefined
  if (request.method === 'OPTIONS' && (publicRoute || privateRoute)) return new Response(null, { status: 204 })
  if (publicRoute) {
    if (request.method !== 'GET') throw new HttpRefusal(405, 'GET only')
    const { store, tenant, now = epochNow } = config
    const { searchParams: query } = new URL(request.url)
    return json(await publicRoute({ store, keys: await provider.keys(), tenant, query, now: now() }))
  }
  if (!privateRoute) throw new HttpRefusal(404, 'no such route')
  if (request.method !== 'POST') throw new HttpRefusal(405, 'POST only')
  requestOrigin(config, request)
  const account = await config.resolveSubject(request)
  if (account === undefined) throw new FaceSealError('session_required')
  const { store, tenant, purpose, now = epochNow } = config
  const subject = await subjectOf({ store, tenant, purpose, subject: { account }, now: now() })
  const context = { config, keys: await provider.keys(), request, account, subject, now: now(), note }
  return json(await privateRoute(context))
}

/** A browser names its page's origin on every POST: another site's page is refused (cross-site request forgery). */
function requestOrigin({ expectedOrigin }: HandlerConfig, request: Request): string {
  const allowed = [expectedOrigin].flat()
  const origin = request.headers.get('origin') ?? allowed[0]
  if (origin === undefined || !allowed.includes(origin))
    throw new FaceSealError('origin_mismatch', { detail: 'Origin' })
  return origin
}

/** `avoid` is the person's own word about what they cannot do; asking so costs nothing (L04). */
async function ceremony({ config, keys, request, subject, now }: RouteContext) {
  const { store, tenant, purpose, policy, embedder, bits, suite, level, thresholds } = config
  const { avoid = [] } = await readJson(request, optionsBody, 1024)
  const liveness = config.liveness && { ...config.liveness, avoid: [...(config.liveness.avoid ?? []), ...avoid] }
  const origin = requestOrigin(config, request)
  return {
    store,
    keys,
    subject,
    tenant,
    purpose,
    origin,
    policy,
    embedder,
    bits,
    suite,
    level,
    thresholds,
    liveness,
    now,
    ...clientOf(config, request),
  }
}

function answer({ config, keys, request, subject, now }: RouteContext) {
  const { store, tenant, purpose, expectedOrigin, level, thresholds, limits, requireConsentEvidence } = config
  const { maxSpoofRisk } = config
  const expected = { expectedOrigin, expectedTenant: tenant, expectedPurpose: purpose, expectedSubject: subject }
  const rules = { level, thresholds, limits, maxSpoofRisk, requireConsentEvidence }
  return { store, keys, now, ...rules, ...expected, ...clientOf(config, request) }
}

function clientOf({ clientAddress, addressLimits }: HandlerConfig, request: Request): ThrottledClient {
  return { clientAddress: clientAddress?.(request), addressLimits }
}

/** Before the decision's transaction, for the integrator's look-up may use the same database. */
async function passkeyOver({ config, request, account }: RouteContext, response: Uint8Array) {
  const { passkey: rule, expectedOrigin } = config
  if (!rule) return undefined
  return verifyPasskey({ rule, account, response, header: request.headers.get(passkeyHeader), expectedOrigin })
}

function readEnvelope(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  return readBody(request, { type: 'application/octet-stream', maxBytes: maxEnvelopeBytes })
}

function json(body: object): Response {
  return Response.json(body, { headers: { 'cache-control': 'no-store' } })
}

function allowCors({ cors = [] }: HandlerConfig, request: Request, response: Response): void {
  response.headers.append('vary', 'origin')
  const origin = request.headers.get('origin')
  if (origin === null || !cors.includes(origin)) return
  response.headers.set('access-control-allow-origin', origin)
  response.headers.set('access-control-allow-credentials', 'true')
  response.headers.set('access-control-allow-methods', 'GET, POST')
  response.headers.set('access-control-allow-headers', `content-type, authorization, ${passkeyHeader}`)
  response.headers.set('access-control-expose-headers', 'retry-after, x-request-id')
}
