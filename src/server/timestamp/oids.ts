/** Object identifiers that a time-stamp is made of. */
export const oid = {
  sha256: '2.16.840.1.101.3.4.2.1',
  /** RFC 5652 §5.1. */
  signedData: '1.2.840.113549.1.7.2',
  /** RFC 3161 §2.4.2, id-ct-TSTInfo. */
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  /** RFC 5652 §11.1. */
  contentType: '1.2.840.113549.1.9.3',
  /** RFC 5652 §11.2. */
  messageDigest: '1.2.840.113549.1.9.4',
  /** RFC 2634 §5.4: ESSCertID, SHA-1. */
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  /** RFC 5035 §3: ESSCertIDv2. */
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  /** RFC 5280 §4.2.1.12. */
  extendedKeyUsage: '2.5.29.37',
  /** RFC 3161 §2.3, id-kp-timeStamping. */
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const
