import type { CeremonyOptionsJSON } from '../wire/ceremony-options'
import type { FaceSealErrorCode } from '../wire/errors'
import type { CaptureProgress, CaptureReport, StartReport } from '../wire/worker-protocol'
import type { LoadProgress } from './assets'
import type { LeaveReason } from './capture/view'
import type { AlternativeReason } from './consent/grant'
import type { Theme } from './theme'

/** Argument of `startEnrolment` and `startVerification`. */
export interface CeremonyInit {
  /** What the backend's `generateEnrolmentOptions` or `generateVerificationOptions` answered, unchanged. */
  readonly optionsJSON: CeremonyOptionsJSON
  /** Where consent dialog and camera view are put; `document.body` without it. */
  readonly mount?: Element | undefined
  /** Ends everything: camera, worker, dialog. The ceremony then rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined
  /** BCP 47, one or several in order; the browser's languages without it. */
  readonly locale?: string | undefined
  /** Colours of dialog and camera view; the system's without it. */
  readonly theme?: Theme | undefined
  /** Says each request at the camera aloud, in a voice of this device: never one from the network. Off without it. */
  readonly voice?: boolean | undefined
  /** RFC 7638 thumbprint of the key that signs the options: pins the backend. */
  readonly expectedSigner?: string | undefined
  /** Folder of the model files on the page's own origin; without it, where the bundler put them. */
  readonly assetBase?: string | undefined
  /**
   * `lite` leaves MediaPipe's 2.6 MB (brotli) out: the same detector runs on tfjs then, which finds the same faces
   * (docs/performance.md). `full` without it.
   */
  readonly profile?: 'full' | 'lite' | undefined
  /** Address of worker.js; without it, where the bundler put it. */
  readonly workerUrl?: string | undefined
  /** Camera to use, as in `MediaDeviceInfo.deviceId`. Where it is not there, the person is told; the next try takes another. */
  readonly deviceId?: string | undefined
  /** L07: the token that the backend issued to the guardian. */
  readonly guardianToken?: string | undefined
  /** Never ask for the second consent: compare on this device only. */
  readonly localOnly?: boolean | undefined
  /** `settings`: the person asked for it just now, so an earlier refusal does not stand in the way (L06). */
  readonly reason?: 'first' | 'settings' | undefined
  readonly onProgress?: ((progress: CeremonyProgress) => void) | undefined
}

/** Where the ceremony is. Nothing in it is derived from a face but hints and times. */
export type CeremonyProgress =
  | { readonly stage: 'consent' }
  /** Agreed; the camera view is on its way. */
  | { readonly stage: 'granted' }
  | ({ readonly stage: 'models' } & LoadProgress)
  | { readonly stage: 'worker' }
  | { readonly stage: 'camera'; readonly report: StartReport }
  | ({ readonly stage: 'capture' } & CaptureProgress)
  /** The person sees what is wrong and may try again or leave. */
  | { readonly stage: 'problem'; readonly code: FaceSealErrorCode }
  | { readonly stage: 'captured'; readonly report: CaptureReport }

/** How it ended. Not one of these is an error (L04). */
export type CeremonyOutcome =
  | {
      readonly kind: 'sealed'
      /** The envelope, at most 1 KiB: send it unchanged as `application/octet-stream`, after the receipts. */
      readonly response: Uint8Array<ArrayBuffer>
      /** Compact JWS each; the backend refuses the response without them (`consent_evidence`). */
      readonly receipts: readonly string[]
    }
  | {
      /** The second consent was refused, or `localOnly`: nothing but yes or no may leave. */
      readonly kind: 'local'
      /** Whether it is the same person; `undefined` after an enrolment. */
      readonly verified: boolean | undefined
      /** JWS of the device key over the challenge and the verdict: for a backend that asks. */
      readonly statement: string
      readonly receipts: readonly string[]
    }
  | {
      readonly kind: 'alternative'
      /** Id of the alternative from the policy. */
      readonly chosen: string
      readonly reason: AlternativeReason | LeaveReason | CaptureProblem
      /** Refusal receipts, if any: they belong to the evidence as well. */
      readonly receipts: readonly string[]
    }

/** What can go wrong in front of the camera, and what the person can do something about. */
export const captureProblems = [
  'browser_unsupported',
  'camera_denied',
  'camera_dismissed',
  'camera_not_found',
  'camera_busy',
  'camera_lost',
  'camera_revoked',
  'page_hidden',
  'camera_stalled',
  'worker_lost',
  'self_test_failed',
  'capture_timeout',
  'identity_changed',
  'liveness_failed',
] as const satisfies readonly FaceSealErrorCode[]
/** Codes that the person sees in front of the camera and can do something about. */
export type CaptureProblem = (typeof captureProblems)[number]
