export type { CeremonyOptionsJSON } from '../wire/ceremony-options'
export { FaceSealError, type FaceSealErrorCode } from '../wire/errors'
export { type VerifiedOptions, verifyOptions } from '../wire/options-signature'
export { type ExpireRequest, type ExpireResult, expire } from './expire'
export { type ExportRequest, exportRecord, type PersonalRecord } from './export-record'
export { createHandler, type HandlerConfig, type HandlerLogLine, type VerifiedSubject } from './http'
export {
  generateSealKey,
  generateServerKeys,
  generateTemplateKey,
  importServerKeys,
  type KeyProvider,
  type ServerKeys,
  type ServerKeysJSON,
} from './keys'
export { type RecordedReceipts, type RecordRequest, recordReceipts, verifyLedger } from './ledger'
export { createMemoryStore } from './memory'
export { type CeremonyRequest, generateEnrolmentOptions, generateVerificationOptions } from './options'
export type {
  Challenge,
  Enrolment,
  FaceSealStore,
  IdentityStore,
  LedgerEntry,
  LiveGrant,
  StoreTransaction,
  SubjectKey,
  TemplateAtRest,
  Throttle,
} from './store'
export { type SubjectReference, subjectOf } from './subject'
export { type FalseAcceptLevel, standardThresholds, type ThresholdTable } from './thresholds'
export { standardLimits, type ThrottleLimits, unlockSubject } from './throttle'
export { type EnrolmentRequest, type EnrolmentResult, verifyEnrolment } from './verify-enrolment'
export {
  type LocalStatementRequest,
  type LocalStatementResult,
  verifyLocalStatement,
} from './verify-local-statement'
export {
  type VerificationReason,
  type VerificationRequest,
  type VerificationResult,
  verifyVerification,
} from './verify-verification'
export { type WithdrawRequest, type WithdrawResult, withdraw } from './withdraw'
