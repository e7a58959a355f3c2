export type { CeremonyOptionsJSON } from '../wire/ceremony-options'
export { FaceSealError, type FaceSealErrorCode } from '../wire/errors'
export { type VerifiedOptions, verifyOptions } from '../wire/options-signature'
export type { PasskeyAssertion } from '../wire/passkey'
export { type FreezeRequest, markDeceased, unmarkDeceased } from './deceased'
export type { DeletionResult, Processor } from './deletion'
export { type EvidenceExport, type EvidenceExportRequest, exportEvidence } from './evidence-export'
export {
  type ConsistencyAnswer,
  type InclusionAnswer,
  type LogRequest,
  logEntryOf,
  proveConsistency,
  proveInclusion,
  publishTreeHead,
} from './evidence-log'
export { type ExpireRequest, type ExpireResult, expire } from './expire'
export { type ExportRequest, exportRecord, type PersonalRecord } from './export-record'
export { type FilingState, filingThreshold } from './filing'
export { type CountRequest, countLivingSubjects, filingStatus } from './filing-status'
export { type GuardianTokenRequest, issueGuardianToken } from './guardian'
export { createHandler, type HandlerConfig, type VerifiedSubject } from './http'
export type { HandlerLogger, HandlerLogLine } from './http-log'
export {
  generateSealKey,
  generateServerKeys,
  generateTemplateKey,
  importServerKeys,
  type KeyProvider,
  type ServerKeys,
  type ServerKeysJSON,
} from './keys'
export { publishDeviceHead, type RecordedReceipts, type RecordRequest, recordReceipts, verifyLedger } from './ledger'
export { createMemoryStore } from './memory'
export { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from './merkle'
export { type CeremonyRequest, generateEnrolmentOptions, generateVerificationOptions } from './options'
export { type PasskeyRequest, type PasskeyRule, type PasskeyTry, verifyPasskey } from './passkey'
export { type ResumeRequest, type ResumeResult, resumeDeletions } from './resume-deletions'
export type {
  Challenge,
  Enrolment,
  FaceSealStore,
  IdentityStore,
  LedgerEntry,
  LiveGrant,
  PendingDeletion,
  StoredTree,
  StoreTransaction,
  SubjectKey,
  TemplateAtRest,
  Throttle,
  TreeGrowth,
} from './store'
export { type SubjectReference, subjectOf } from './subject'
export { rotateReceiptsKey } from './succession'
export { type FalseAcceptLevel, standardThresholds, type ThresholdTable } from './thresholds'
export {
  standardAddressLimits,
  standardLimits,
  type ThrottledClient,
  type ThrottleLimits,
  unlockAddress,
  unlockDevice,
  unlockSubject,
} from './throttle'
export { type TreeHead, type TreeHeadVerification, verifyTreeHead } from './tree-head'
export { type EnrolmentRequest, type EnrolmentResult, verifyEnrolment } from './verify-enrolment'
export { type ExportFault, type ExportReport, type VerifyExportInit, verifyEvidenceExport } from './verify-export'
export {
  type LocalStatementRequest,
  type LocalStatementResult,
  verifyLocalStatement,
} from './verify-local-statement'
export {
  type CaptureHints,
  type VerificationReason,
  type VerificationRequest,
  type VerificationResult,
  verifyVerification,
} from './verify-verification'
export { type WithdrawRequest, type WithdrawResult, withdraw } from './withdraw'
export { chinaYears, type WorkingCalendar, workingCalendar } from './working-calendar'
