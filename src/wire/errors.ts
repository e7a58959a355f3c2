/**
 * The one error class of FaceSeal and its closed union of codes. Every code has its cause (the comment above it), a remedy
 * for the developer, and says whether the same call may be tried again. Words for the person in front of the camera live
 * in `page/i18n`; `docs/errors.md` puts all of it together.
 *
 * A refusal, a different person and "chose the other way" are results, never errors.
 */
interface ErrorEntry {
  /** What the integrator can do about it, one sentence. */
  readonly remedy: string
  /** True when the same call may succeed later without a change of code or configuration. */
  readonly retryable: boolean
}

/** Every code with its remedy and whether the same call may succeed later. */
export const errorCatalogue = {
  // consent (page)
  /** A camera, a worker or a send was asked for without a grant of the consent gate. */
  consent_required: {
    remedy: 'Ask through startEnrolment or startVerification; only the consent gate makes a grant.',
    retryable: false,
  },
  /** The grant ran out between the answer and its use. */
  consent_expired: { remedy: 'The grant is past its end; start a new ceremony, which asks again.', retryable: true },
  /** A single-use grant was used a second time (L09). */
  consent_consumed: { remedy: 'A grant is for one use; start a new ceremony, which asks again.', retryable: true },
  /** The person withdrew, here or in another tab, while something still ran (L10). */
  consent_withdrawn: {
    remedy: 'The person withdrew; offer the alternative and do not ask again by yourself.',
    retryable: false,
  },
  /** The grant names another purpose, tenant, step or recipient than the one in hand (L13, L21). */
  consent_scope: {
    remedy: 'The grant is for another purpose, tenant or step; ask for this one separately (L13).',
    retryable: false,
  },
  /** The grant was given under a policy whose material terms have changed since. */
  reconsent_required: {
    remedy: 'The policy changed materially since the consent; ask again before the camera opens (L22).',
    retryable: true,
  },
  /** The policy breaks a rule of its packs, or lacks a field that the notice needs (L03). */
  policy_invalid: {
    remedy: 'Run `npx faceseal lint-policy config.json`; every broken rule is listed in `issues`.',
    retryable: false,
  },
  /** The guardian token is malformed, expired, for another child, or signed by the wrong key. */
  guardian_invalid: {
    remedy: "Use a token that the backend issued to the guardian; a child's own key is refused (L07).",
    retryable: false,
  },
  /** The other way that the policy declares did not answer, or is not on the page. */
  alternative_unavailable: {
    remedy: 'The declared alternative did not answer; repair it or declare one that works (L05).',
    retryable: true,
  },

  // options (page and server)
  /** What was passed as options is not what a FaceSeal backend makes, or asks for what is not supported. */
  options_invalid: {
    remedy: 'Pass the object that generateEnrolmentOptions or generateVerificationOptions returned, unchanged.',
    retryable: false,
  },
  /** The signature of the options does not verify, or is by another key than `expectedSigner`. */
  options_signature: {
    remedy: 'The options were changed on the way or signed by another key; check expectedSigner and what sits between.',
    retryable: false,
  },
  /** The options are past their end: the person took longer, or a clock is wrong. */
  options_expired: {
    remedy: 'Ask the backend for fresh options and start again; check the clocks if it persists.',
    retryable: true,
  },

  // the page's surroundings
  /** The page was loaded by plain http, where browsers give neither camera nor WebCrypto. */
  insecure_context: { remedy: 'Serve the page over https or from localhost.', retryable: false },
  /** The browser has no camera API, or no WebAuthn where a passkey is owed. */
  browser_unsupported: { remedy: 'The browser lacks what `detail` names; offer the alternative.', retryable: false },
  /** A write to IndexedDB failed, or the browser refuses it. */
  storage_unavailable: {
    remedy: 'IndexedDB or key storage is refused (private mode, lockdown); continue for this visit only or allow it.',
    retryable: true,
  },
  /** A tab with another version of the package holds the database. */
  storage_blocked: {
    remedy: 'Another tab holds an older version of the storage open; close it and retry.',
    retryable: true,
  },
  /** A second ceremony or dialog was started before the first had ended. */
  already_running: { remedy: 'One ceremony at a time per page: abort or await the other first.', retryable: true },
  /** The caller aborted, or the dialog was taken from the page. */
  aborted: { remedy: 'The AbortSignal fired or the element was removed; start again when wanted.', retryable: true },

  // camera
  /** The person, the browser or the system said no to the camera. */
  camera_denied: {
    remedy: 'The browser or system denied the camera; show how to allow it, or offer the alternative.',
    retryable: true,
  },
  /** The browser's question was closed without an answer. */
  camera_dismissed: {
    remedy: 'The question for the camera was closed without an answer; ask again when the person wants it.',
    retryable: true,
  },
  /** The device has no camera, or not the one that was asked for. */
  camera_not_found: { remedy: 'No camera is there, or none that fits; offer the alternative.', retryable: true },
  /** The system could not open the camera, most often because another program holds it. */
  camera_busy: { remedy: 'Another program holds the camera; close it and retry.', retryable: true },
  /** The video track ended during capture: unplugged, or the page was left. */
  camera_lost: {
    remedy: 'The camera was unplugged, or the page was left, during capture; retry or offer the alternative.',
    retryable: true,
  },
  /** The track ended, and the permission is no longer there. */
  camera_revoked: {
    remedy:
      'The permission for the camera was taken back during capture; retry when the person wants it, or offer the alternative.',
    retryable: true,
  },
  /** The person went to another tab or program; nobody watches a hidden page. */
  page_hidden: {
    remedy: 'The page was hidden, so the camera was turned off; the person goes on when back.',
    retryable: true,
  },
  /** The camera is open, and no frame came for some seconds. */
  camera_stalled: {
    remedy: 'The camera delivers no frames; retry, pick another camera or offer the alternative.',
    retryable: true,
  },

  // models and worker
  /** A chunk of this package's code was not found: offline, or the page is older than what is deployed. */
  module_unavailable: {
    remedy:
      "A part of this package's code did not load; deploy every chunk of the build, and keep those of the former one for pages that are open.",
    retryable: true,
  },
  /** A model or wasm file was not found, has a wrong MIME type or lies on another origin. */
  model_unavailable: {
    remedy: 'A model or wasm file did not load; check assetBase, the file and its status (`faceseal models public/`).',
    retryable: true,
  },
  /** A file was changed, cut short or made longer on its way, or is of another version. */
  model_integrity: {
    remedy: 'A model or wasm file differs from its pinned SHA-256; deploy the files of this package version unchanged.',
    retryable: false,
  },
  /** worker.js was not found, is blocked by the policy of the page, or did not run. */
  worker_start: {
    remedy:
      'The worker did not start; check that worker.js is served as JavaScript from an allowed origin (worker-src).',
    retryable: true,
  },
  /** The worker crashed, was ended by the browser, or gave no sign of life. */
  worker_lost: { remedy: 'The worker died or stopped answering; start again.', retryable: true },
  /** Each compute backend of this device gave wrong numbers for known input, or does not run. */
  self_test_failed: {
    remedy: 'No backend computed the self-test rightly on this device; offer the alternative.',
    retryable: false,
  },
  /** The worker could still reach a network or storage API, or tried to post what must not leave it. */
  airlock_open: {
    remedy: 'A network or storage API could not be removed from the worker; nothing was captured. Report the browser.',
    retryable: false,
  },

  // capture
  /** Too few frames passed the quality gate in time; `detail` is the last hint. */
  capture_timeout: {
    remedy: 'No good picture in the time given; let the person retry with the last hint, or offer the alternative.',
    retryable: true,
  },
  /** Frames of one capture are too unlike each other to be of one face. */
  identity_changed: {
    remedy: 'The face changed during one capture; one person alone should start again.',
    retryable: true,
  },
  /** A movement was not made, was made late, or the picture moved as a flat one does. */
  liveness_failed: {
    remedy:
      'The movements were not seen as asked; `detail` says why. Let the person retry or take another movement, or offer the alternative.',
    retryable: true,
  },
  /** A verification on the device alone, and nobody was enrolled on it. */
  template_missing: {
    remedy: 'No template is enrolled on this device for this account and purpose; enrol first.',
    retryable: false,
  },
  /** The stored template is of another model or key, or was altered. */
  template_unreadable: {
    remedy: "The local template cannot be opened with this device's key; delete it and enrol again.",
    retryable: false,
  },

  // the page's way to the backend (client.ts)
  /** The network failed, or the address answered with something else than FaceSeal does. */
  backend_unavailable: {
    remedy: 'The backend did not answer, or not in JSON; check baseUrl, the network and where the handler is mounted.',
    retryable: true,
  },

  // envelope and server
  /** The bytes are not an envelope: cut short, re-encoded, or with fields that do not agree. */
  envelope_malformed: {
    remedy: 'Send the bytes of outcome.response unchanged as application/octet-stream.',
    retryable: false,
  },
  /** The sealing key was taken from the ring before its options had ended. */
  envelope_key_unknown: {
    remedy: 'The envelope names a key that is not in the key ring; issue fresh options.',
    retryable: true,
  },
  /** Decryption failed: header or ciphertext is not what was sealed. */
  envelope_unopened: {
    remedy: 'The envelope was altered, or sealed to another key; issue fresh options.',
    retryable: true,
  },
  /** The envelope came later than its 120 seconds, or the clocks differ. */
  envelope_expired: {
    remedy: 'The envelope is older than its time or from the future; issue fresh options, check clocks.',
    retryable: true,
  },
  /** The store never had this challenge, or has already deleted it. */
  challenge_unknown: {
    remedy: 'No such challenge is stored here; issue fresh options from the same store.',
    retryable: true,
  },
  /** The answer came after the end of its options. */
  challenge_expired: { remedy: 'The challenge is past its time; issue fresh options.', retryable: true },
  /** The same challenge was answered before. */
  challenge_consumed: {
    remedy: 'This response or another for the same challenge was already used (a replay); issue fresh options.',
    retryable: true,
  },
  /** Nonce, tenant, purpose, model, liveness or another bound field differs from the challenge. */
  challenge_mismatch: {
    remedy: 'The response answers other options than those stored; `detail` names the field.',
    retryable: false,
  },
  /** The page runs under an origin that the backend does not list. */
  origin_mismatch: { remedy: 'The response was made on another origin than expectedOrigin allows.', retryable: false },
  /** A template came a second time, bit for bit. */
  template_replay: {
    remedy: 'Exactly this template was seen before; a live capture never repeats bit for bit. Issue fresh options.',
    retryable: true,
  },
  /** The enrolment is bound to another device key. */
  device_unknown: { remedy: 'The device key is not the enrolled one; enrol this device first.', retryable: false },
  /** The signature over header and template does not verify under the device key. */
  device_signature: { remedy: 'The device signature does not fit the envelope; issue fresh options.', retryable: true },
  /** The backend has no recorded grant in force that fits this answer. */
  consent_evidence: {
    remedy: 'The consent record is missing, altered or of another policy; send the receipt first.',
    retryable: false,
  },
  /** A failure counter of the subject, the device or the address is closed. */
  rate_limited: { remedy: 'Too many failures; wait `retryAfterSeconds` or use the alternative.', retryable: true },
  /** A receipt is malformed, out of order in its chain, or its signature does not verify. */
  receipt_invalid: {
    remedy: 'A receipt or bundle is malformed, out of order or wrongly signed; `detail` says where.',
    retryable: false,
  },
  /** The backend wants a WebAuthn assertion, and none came or the wrong one. */
  passkey_required: {
    remedy:
      'A passkey is owed over this response: call with `passkey`, let the person try again, or offer the alternative.',
    retryable: true,
  },
  /** `resolveSubject` gave no account. */
  session_required: {
    remedy: 'resolveSubject found no session for this request; sign the person in first.',
    retryable: true,
  },
  /** A field of the call is missing, of the wrong type or out of its range. */
  request_invalid: {
    remedy: 'The request lacks a field, has a wrong type or is too large; `detail` names it.',
    retryable: false,
  },
  /** The database refused, was not reached, or holds a row that cannot be. */
  store_unavailable: { remedy: 'The database did not answer; nothing was half-done. Retry later.', retryable: true },
  /** Keys, policy, retention or another part of the configuration does not fit. */
  configuration_invalid: {
    remedy: 'The server configuration is incomplete; `detail` names what is missing.',
    retryable: false,
  },

  // evidence (server): time-stamps (RFC 3161) and working days
  /** The time-stamping authority was not reached, or answered with something else. */
  timestamp_unavailable: {
    remedy: 'The time-stamping authority did not answer usably; retry later or ask another one.',
    retryable: true,
  },
  /** The time-stamping authority answered with a refusal. */
  timestamp_rejected: {
    remedy: 'The authority refused the request; `detail` holds its status and failure. Check policy and algorithm.',
    retryable: false,
  },
  /** The token stamps something else, or its chain does not end in a pinned certificate. */
  timestamp_invalid: {
    remedy:
      'The time-stamp does not fit the statement or the pinned certificates; keep it as evidence, do not rely on it.',
    retryable: false,
  },
  /** Working days were counted into a year that the calendar does not have. */
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

/** True for a code of this version: an older page may meet a newer backend. */
export function isFaceSealErrorCode(value: unknown): value is FaceSealErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCatalogue, value)
}
