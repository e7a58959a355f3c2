/**
 * The one error class of FaceSeal and its closed union of codes. Every code has a remedy for the developer and says
 * whether the same call may be tried again. Words for the person in front of the camera live in `page/i18n`.
 *
 * A refusal, a different person and "chose the other way" are results, never errors.
 */
interface ErrorEntry {
  /** What the integrator can do about it, one sentence. */
  readonly remedy: string
  /** True when the same call may succeed later without a change of code or configuration. */
  readonly retryable: boolean
}

export const errorCatalogue = {
  // consent (page)
  consent_required: {
    remedy: 'Ask through startEnrolment or startVerification; only the consent gate makes a grant.',
    retryable: false,
  },
  consent_expired: { remedy: 'The grant is past its end; start a new ceremony, which asks again.', retryable: true },
  consent_consumed: { remedy: 'A grant is for one use; start a new ceremony, which asks again.', retryable: true },
  consent_withdrawn: {
    remedy: 'The person withdrew; offer the alternative and do not ask again by yourself.',
    retryable: false,
  },
  consent_scope: {
    remedy: 'The grant is for another purpose, tenant or step; ask for this one separately (L13).',
    retryable: false,
  },
  reconsent_required: {
    remedy: 'The policy changed materially since the consent; ask again before the camera opens (L22).',
    retryable: true,
  },
  policy_invalid: {
    remedy: 'Run `npx faceseal lint-policy config.json`; every broken rule is listed in `issues`.',
    retryable: false,
  },
  guardian_invalid: {
    remedy: "Use a token that the backend issued to the guardian; a child's own key is refused (L07).",
    retryable: false,
  },
  alternative_unavailable: {
    remedy: 'The declared alternative did not answer; repair it or declare one that works (L05).',
    retryable: true,
  },

  // options (page and server)
  options_invalid: {
    remedy: 'Pass the object that generateEnrolmentOptions or generateVerificationOptions returned, unchanged.',
    retryable: false,
  },
  options_signature: {
    remedy: 'The options were changed on the way or signed by another key; check expectedSigner and what sits between.',
    retryable: false,
  },
  options_expired: {
    remedy: 'Ask the backend for fresh options and start again; check the clocks if it persists.',
    retryable: true,
  },

  // the page's surroundings
  insecure_context: { remedy: 'Serve the page over https or from localhost.', retryable: false },
  browser_unsupported: { remedy: 'The browser lacks what `detail` names; offer the alternative.', retryable: false },
  storage_unavailable: {
    remedy: 'IndexedDB or key storage is refused (private mode, lockdown); continue for this visit only or allow it.',
    retryable: true,
  },
  storage_blocked: {
    remedy: 'Another tab holds an older version of the storage open; close it and retry.',
    retryable: true,
  },
  already_running: { remedy: 'One ceremony at a time per page: abort or await the other first.', retryable: true },
  aborted: { remedy: 'The AbortSignal fired or the element was removed; start again when wanted.', retryable: true },

  // camera
  camera_denied: {
    remedy: 'The browser or system denied the camera; show how to allow it, or offer the alternative.',
    retryable: true,
  },
  camera_dismissed: {
    remedy: 'The question for the camera was closed without an answer; ask again when the person wants it.',
    retryable: true,
  },
  camera_not_found: { remedy: 'No camera is there, or none that fits; offer the alternative.', retryable: true },
  camera_busy: { remedy: 'Another program holds the camera; close it and retry.', retryable: true },
  camera_lost: {
    remedy: 'The camera was unplugged, or the page was left, during capture; retry or offer the alternative.',
    retryable: true,
  },
  camera_revoked: {
    remedy:
      'The permission for the camera was taken back during capture; retry when the person wants it, or offer the alternative.',
    retryable: true,
  },
  page_hidden: {
    remedy: 'The page was hidden, so the camera was turned off; the person goes on when back.',
    retryable: true,
  },
  camera_stalled: {
    remedy: 'The camera delivers no frames; retry, pick another camera or offer the alternative.',
    retryable: true,
  },

  // models and worker
  model_unavailable: {
    remedy: 'A model or wasm file did not load; check assetBase, the file and its status (`faceseal models public/`).',
    retryable: true,
  },
  model_integrity: {
    remedy: 'A model or wasm file differs from its pinned SHA-256; deploy the files of this package version unchanged.',
    retryable: false,
  },
  worker_start: {
    remedy:
      'The worker did not start; check that worker.js is served as JavaScript from an allowed origin (worker-src).',
    retryable: true,
  },
  worker_lost: { remedy: 'The worker died or stopped answering; start again.', retryable: true },
  self_test_failed: {
    remedy: 'No backend computed the self-test rightly on this device; offer the alternative.',
    retryable: false,
  },
  airlock_open: {
    remedy: 'A network or storage API could not be removed from the worker; nothing was captured. Report the browser.',
    retryable: false,
  },

  // capture
  capture_timeout: {
    remedy: 'No good picture in the time given; let the person retry with the last hint, or offer the alternative.',
    retryable: true,
  },
  identity_changed: {
    remedy: 'The face changed during one capture; one person alone should start again.',
    retryable: true,
  },
  liveness_failed: {
    remedy:
      'The movements were not seen as asked; `detail` says why. Let the person retry or take another movement, or offer the alternative.',
    retryable: true,
  },
  template_missing: {
    remedy: 'No template is enrolled on this device for this account and purpose; enrol first.',
    retryable: false,
  },
  template_unreadable: {
    remedy: "The local template cannot be opened with this device's key; delete it and enrol again.",
    retryable: false,
  },

  // the page's way to the backend (client.ts)
  backend_unavailable: {
    remedy: 'The backend did not answer, or not in JSON; check baseUrl, the network and where the handler is mounted.',
    retryable: true,
  },

  // envelope and server
  envelope_malformed: {
    remedy: 'Send the bytes of outcome.response unchanged as application/octet-stream.',
    retryable: false,
  },
  envelope_key_unknown: {
    remedy: 'The envelope names a key that is not in the key ring; issue fresh options.',
    retryable: true,
  },
  envelope_unopened: {
    remedy: 'The envelope was altered, or sealed to another key; issue fresh options.',
    retryable: true,
  },
  envelope_expired: {
    remedy: 'The envelope is older than its time or from the future; issue fresh options, check clocks.',
    retryable: true,
  },
  challenge_unknown: {
    remedy: 'No such challenge is stored here; issue fresh options from the same store.',
    retryable: true,
  },
  challenge_expired: { remedy: 'The challenge is past its time; issue fresh options.', retryable: true },
  challenge_consumed: {
    remedy: 'This response or another for the same challenge was already used (a replay); issue fresh options.',
    retryable: true,
  },
  challenge_mismatch: {
    remedy: 'The response answers other options than those stored; `detail` names the field.',
    retryable: false,
  },
  origin_mismatch: { remedy: 'The response was made on another origin than expectedOrigin allows.', retryable: false },
  template_replay: {
    remedy: 'Exactly this template was seen before; a live capture never repeats bit for bit. Issue fresh options.',
    retryable: true,
  },
  device_unknown: { remedy: 'The device key is not the enrolled one; enrol this device first.', retryable: false },
  device_signature: { remedy: 'The device signature does not fit the envelope; issue fresh options.', retryable: true },
  consent_evidence: {
    remedy: 'The consent record is missing, altered or of another policy; send the receipt first.',
    retryable: false,
  },
  rate_limited: { remedy: 'Too many failures; wait `retryAfterSeconds` or use the alternative.', retryable: true },
  receipt_invalid: {
    remedy: 'A receipt or bundle is malformed, out of order or wrongly signed; `detail` says where.',
    retryable: false,
  },
  passkey_required: {
    remedy:
      'A passkey is owed over this response: call with `passkey`, let the person try again, or offer the alternative.',
    retryable: true,
  },
  session_required: {
    remedy: 'resolveSubject found no session for this request; sign the person in first.',
    retryable: true,
  },
  request_invalid: {
    remedy: 'The request lacks a field, has a wrong type or is too large; `detail` names it.',
    retryable: false,
  },
  store_unavailable: { remedy: 'The database did not answer; nothing was half-done. Retry later.', retryable: true },
  configuration_invalid: {
    remedy: 'The server configuration is incomplete; `detail` names what is missing.',
    retryable: false,
  },

  // evidence (server): time-stamps (RFC 3161) and working days
  timestamp_unavailable: {
    remedy: 'The time-stamping authority did not answer usably; retry later or ask another one.',
    retryable: true,
  },
  timestamp_rejected: {
    remedy: 'The authority refused the request; `detail` holds its status and failure. Check policy and algorithm.',
    retryable: false,
  },
  timestamp_invalid: {
    remedy:
      'The time-stamp does not fit the statement or the pinned certificates; keep it as evidence, do not rely on it.',
    retryable: false,
  },
  calendar_unknown: {
    remedy: 'No working-day calendar covers the year in `detail`; pass one made from the official notice.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>

/** Closed union of every code that FaceSeal throws. */
export type FaceSealErrorCode = keyof typeof errorCatalogue

export interface FaceSealErrorInit {
  readonly cause?: unknown
  /** Which field, file or API: never personal, never derived from a face. */
  readonly detail?: string
  /** For `policy_invalid`: each broken rule. */
  readonly issues?: readonly FaceSealIssue[]
  /** For `rate_limited`: whole seconds to wait. */
  readonly retryAfterSeconds?: number
}

/** One broken rule of a configuration, with the requirement's id (docs/law.md) and what to do. */
export interface FaceSealIssue {
  readonly rule: string
  readonly ids: readonly string[]
  readonly path: string
  readonly message: string
  readonly remedy: string
}

/** The one error class. Compare `code`, never the message. */
export class FaceSealError extends Error {
  override readonly name = 'FaceSealError'
  readonly code: FaceSealErrorCode
  readonly remedy: string
  readonly retryable: boolean
  readonly detail: string | undefined
  readonly issues: readonly FaceSealIssue[]
  readonly retryAfterSeconds: number | undefined

  constructor(code: FaceSealErrorCode, init: FaceSealErrorInit = {}) {
    const { remedy, retryable } = errorCatalogue[code]
    super(init.detail ? `${code}: ${init.detail}` : code, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.remedy = remedy
    this.retryable = retryable
    this.detail = init.detail
    this.issues = init.issues ?? []
    this.retryAfterSeconds = init.retryAfterSeconds
  }
}

/** What of an error crosses a thread or machine boundary. */
export interface FaceSealErrorWire {
  readonly code: FaceSealErrorCode
  readonly detail?: string
  readonly cause?: string
}

export function isFaceSealErrorCode(value: unknown): value is FaceSealErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCatalogue, value)
}
