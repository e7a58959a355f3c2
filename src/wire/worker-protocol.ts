import type { CryptoKey } from 'jose'
import type { CeremonyKind, EmbedderName, SealSuite, TemplateBits } from './ceremony-options'
import type { LivenessOptions, LivenessStep } from './liveness'

/**
 * What crosses between page and worker. Into the worker: bytes, keys, frames. Out of it: hints, buckets, timings, and
 * either the sealed envelope, the encrypted local template or a signed verdict. Never a pixel, landmark, embedding,
 * token or clear template; the airlock checks each outgoing message against that.
 */

/** Every file that the worker may need, by id of models/manifest.json. Bytes are hash-checked by the page, then again inside. */
export type AssetId =
  | 'blazeface-short-range'
  | 'landmarks-68'
  | 'mobilefacenet-512'
  | 'dlib-resnet-128'
  | 'minifasnet-128'
  | 'mediapipe-vision-wasm'
  | 'tfjs-wasm'

/** File name → bytes (transferred, so the page keeps no copy). */
export type AssetBytes = Readonly<Record<string, ArrayBuffer>>

export interface WorkerStart {
  readonly assets: AssetBytes
  readonly embedder: EmbedderName
  /** Force a choice; otherwise the self-test decides. */
  readonly backend?: ComputeBackend
  readonly detector?: DetectorName
}

export type ComputeBackend = 'wasm' | 'webgl' | 'webgpu'
/** Both are BlazeFace: run by MediaPipe, which needs its own 11 MB and WebGL 2 in the worker, or by tfjs. */
export type DetectorName = 'mediapipe' | 'blazeface'

/** Result of the start-up self-test. */
export interface StartReport {
  readonly backend: ComputeBackend
  readonly simd: boolean
  readonly detector: DetectorName
  /** e.g. `mobilefacenet.1a2b3c4d`: embedder, and hash over weights and mean vector. */
  readonly model: string
  /** Names of the APIs that the airlock removed. */
  readonly removed: readonly string[]
  /** Milliseconds per step. */
  readonly timings: Readonly<Record<string, number>>
}

/** One actionable hint at a time, most important first. */
export type HintCode =
  | 'look_here'
  | 'no_face'
  | 'several_faces'
  | 'too_dark'
  | 'too_bright'
  | 'low_contrast'
  | 'blurred'
  | 'too_far'
  | 'too_near'
  | 'off_centre'
  | 'turned'
  | 'tilted'
  | 'covered'
  | 'eyes_closed'
  | 'hold_still'
  | 'done'
  // Of a liveness challenge. Left and right are the person's own.
  | LivenessStep
  | 'face_forward'
  | 'other_movement'

/** Progress of a capture: small values only, nothing from which a face could be rebuilt. */
export interface CaptureProgress {
  readonly hint: HintCode
  /** Frames accepted so far and needed. */
  readonly accepted: number
  readonly needed: number
  /** Frames looked at so far. */
  readonly seen: number
  /** Milliseconds of the last frame, by stage: read, detect, landmarks, quality, embed. */
  readonly timings: Readonly<Record<string, number>>
  /** Where an active challenge stands. */
  readonly challenge?: ChallengeProgress
}

export interface ChallengeProgress {
  /** What is asked now, or next. */
  readonly step: LivenessStep
  /** Steps done, and to do. */
  readonly done: number
  readonly of: number
  /** 0..1 of the current movement, in tenths. */
  readonly progress: number
}

/** Frames as they come: the processor's stream where there is one, otherwise bitmaps pulled through a port. */
export type FrameSource =
  | { readonly kind: 'stream'; readonly readable: ReadableStream }
  /** The worker posts `'next'`; the page answers with one transferred ImageBitmap, or `null` at the end. */
  | { readonly kind: 'port'; readonly port: InstanceType<typeof MessagePort> }

/** Keys of this device. All are non-extractable; the page holds handles, not bytes. */
export interface DeviceKeys {
  /** HKDF key, 32 random bytes: input of the template token. */
  readonly secret: CryptoKey
  /** ECDSA P-256 private key. */
  readonly signing: CryptoKey
  /** Its public key, uncompressed, 65 bytes. */
  readonly signingPublic: Uint8Array<ArrayBuffer>
  /** RFC 7638 thumbprint, base64url. */
  readonly thumbprint: string
  /** AES-GCM 256 key that encrypts the local template. */
  readonly storage: CryptoKey
}

/** What binds a template and its envelope; copied from the signed options, hashes added by the page. */
export interface CaptureBinding {
  readonly kind: CeremonyKind
  readonly sid: string
  readonly nonce: string
  readonly tenant: string
  readonly origin: string
  readonly purpose: string
  readonly subjectSalt: string
  readonly bits: TemplateBits
  /** Most differing bits that count as the same person, for on-device comparison. */
  readonly maxDistance: number
  /** SHA-256, base64url: the receipts of the grants in force. */
  readonly consent: string
  readonly seal: { readonly suite: SealSuite; readonly kid: string; readonly publicKey: string }
  /** What the backend asked; its steps are done before anything is sealed or matched. Missing: passive. */
  readonly liveness?: LivenessOptions
  /** Options expiry in epoch seconds: the envelope never outlives it. */
  readonly notAfter: number
}

/** Encrypted with the device's storage key; opened only in the worker. */
export interface LocalTemplate {
  readonly iv: Uint8Array<ArrayBuffer>
  readonly ciphertext: Uint8Array<ArrayBuffer>
  readonly model: string
  readonly bits: TemplateBits
}

export interface CaptureRequest {
  readonly binding: CaptureBinding
  readonly keys: DeviceKeys
  /** `sealed`: one envelope for the backend (needs the transmit grant). `local`: stays on this device. */
  readonly delivery: 'sealed' | 'local'
  /** For a local verification: what enrolment stored. */
  readonly localTemplate?: LocalTemplate
  /** Good frames that are averaged: 3 to 5. */
  readonly frames: number
  /** Milliseconds until `capture_timeout`. */
  readonly timeoutMs: number
  /** Signs of a software camera that the page saw, 0..3; none without it. */
  readonly cameraRisk?: number
}

export type CaptureResult =
  | { readonly kind: 'sealed'; readonly envelope: Uint8Array<ArrayBuffer>; readonly report: CaptureReport }
  | {
      readonly kind: 'local-enrolled'
      readonly template: LocalTemplate
      readonly statement: string
      readonly report: CaptureReport
    }
  | {
      readonly kind: 'local-verified'
      readonly verified: boolean
      readonly statement: string
      readonly report: CaptureReport
    }

/** How a capture went: frames seen, frames that passed the quality gate, and times. Nothing derived from the face. */
export interface CaptureReport {
  readonly seen: number
  readonly accepted: number
  /** Median milliseconds by stage. */
  readonly timings: Readonly<Record<string, number>>
  /** Network and storage APIs that code in the worker looked for after its start, by name: empty unless a library tries to. */
  readonly asked: readonly string[]
}

/** The worker's whole surface, called through Comlink. Every rejection is a FaceSealError with its code. */
export interface WorkerApi {
  /** Loads nets, runs the self-test. Throws `model_integrity`, `self_test_failed`, `airlock_open`. */
  start(input: WorkerStart): Promise<StartReport>
  /** One capture from frames to result. `onProgress` is a Comlink proxy. */
  capture(
    request: CaptureRequest,
    frames: FrameSource,
    onProgress: (progress: CaptureProgress) => void,
  ): Promise<CaptureResult>
  /** The person cannot do the movement that is asked: the next substitute takes its place (L04, L05). */
  otherMovement(): Promise<void>
  /** Ends a capture in progress: frames closed, buffers overwritten; capture rejects with `aborted`. */
  cancel(): Promise<void>
  /** Counters for tests and as a sign of life: live tensors, their bytes, and frames received but not closed. */
  memory(): Promise<{ readonly tensors: number; readonly bytes: number; readonly frames: number }>
}

/** Payload of a `statement`, signed as `localStatementType` says. */
export type { LocalStatement } from './local-statement'
