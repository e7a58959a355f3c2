/** Time-stamps by RFC 3161 with the update of RFC 5816. An entry of its own, since it brings an ASN.1 library. */
export { requestTimestamp, type StampedStatement, type TimestampRequest } from './client'
export { type Timestamp, type TimestampVerification, verifyTimestamp } from './verify'
