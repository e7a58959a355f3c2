import { ObjectIdentifier } from 'asn1js'
import { Certificate, ContentInfo, SignedData, type SignerInfo, TSTInfo } from 'pkijs'
import { checkAuthority, encodeCertificate, readCertificates } from './certificates'
import { invalid } from './invalid'
import { oid } from './oids'
import { attribute, checkSigningCertificate } from './signing-certificate'

/** A time-stamp, what it should stamp, and the certificates to trust. */
export interface TimestampVerification {
  /** DER of the TimeStampToken, as `requestTimestamp` gave it. */
  readonly token: Uint8Array<ArrayBuffer>
  /** What was stamped: the bytes, or text as UTF-8, such as the compact JWS of a tree head. */
  readonly statement: string | Uint8Array<ArrayBuffer>
  /** Roots, or the authority's own certificates: DER or PEM. Nothing else is trusted. */
  readonly trustedCertificates: readonly (string | Uint8Array<ArrayBuffer>)[]
  /** Dotted object identifier that the stamp has to name. */
  readonly expectedPolicy?: string | undefined
  /** The nonce of the query; a stored token has no use for it. */
  readonly expectedNonce?: Uint8Array | undefined
}

/** What a time-stamp says once it is verified (RFC 3161). */
export interface Timestamp {
  /** Epoch seconds, rounded down. */
  readonly time: number
  /** Seconds to either side, as the authority says; `null` when it says nothing. */
  readonly accuracySeconds: number | null
  readonly policy: string
  /** Unique per authority, hexadecimal. */
  readonly serialNumber: string
}

/**
 * RFC 3161 §2.2: a stamp is good when it covers exactly this statement (SHA-256), is signed (RFC 5652 §5.6) by a
 * certificate that is for time-stamping alone, that the signature itself names (ESSCertID), that was in force at the
 * time stamped and that leads to a pinned certificate (RFC 5280 §6). Works offline; revocation is not asked for, so an
 * integrator who learns of one removes the pin. Throws `timestamp_invalid`, `configuration_invalid`.
 */
export async function verifyTimestamp(verification: TimestampVerification): Promise<Timestamp> {
  const trusted = readCertificates(verification.trustedCertificates)
  const { signed, stamp, signer } = readToken(verification.token)
  const statement = bytesOf(verification.statement)
  await checkImprint(stamp, statement)
  const { expectedPolicy, expectedNonce } = verification
  if (expectedPolicy !== undefined && stamp.policy !== expectedPolicy) throw invalid('another policy')
  if (expectedNonce && !sameBytes(stamp.nonce?.valueBlock.valueHexView, expectedNonce)) throw invalid('another nonce')
  checkAttributes(signer)
  const certificate = await checkSignature(signed, statement, trusted)
  checkAuthority(certificate, stamp.genTime)
  await checkSigningCertificate(signer, certificate)
  return {
    time: Math.floor(stamp.genTime.getTime() / 1000),
    accuracySeconds: accuracyOf(stamp),
    policy: stamp.policy,
    serialNumber: hexOf(stamp.serialNumber.valueBlock.valueHexView),
  }
}

interface ReadToken {
  readonly signed: SignedData
  readonly stamp: TSTInfo
  readonly signer: SignerInfo
}

function readToken(token: Uint8Array<ArrayBuffer>): ReadToken {
  try {
    const { contentType, content } = ContentInfo.fromBER(token)
    if (contentType !== oid.signedData) throw new TypeError(contentType)
    const signed = new SignedData({ schema: content })
    const { eContentType, eContent } = signed.encapContentInfo
    const [signer, another] = signed.signerInfos
    if (eContentType !== oid.timestampInfo || !eContent || !signer || another) throw new TypeError('not one stamp')
    return { signed, signer, stamp: TSTInfo.fromBER(eContent.getValue()) }
  } catch (cause) {
    throw invalid('not a TimeStampToken', cause)
  }
}

async function checkImprint({ messageImprint }: TSTInfo, statement: Uint8Array<ArrayBuffer>): Promise<void> {
  const { hashAlgorithm, hashedMessage } = messageImprint
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', statement))
  if (hashAlgorithm.algorithmId !== oid.sha256 || !sameBytes(hashedMessage.valueBlock.valueHexView, digest)) {
    throw invalid('the stamp is for another statement')
  }
}

/** RFC 5652 §5.3: what is signed names its own type, so that a signature over something else cannot be a stamp. */
function checkAttributes(signer: SignerInfo): void {
  const [type] = attribute(signer, oid.contentType)?.values ?? []
  if (!(type instanceof ObjectIdentifier) || type.getValue() !== oid.timestampInfo) throw invalid('content type')
  if (!attribute(signer, oid.messageDigest)) throw invalid('no message digest')
}

/** Signature, then path; gives the signer's certificate. A pinned certificate needs no path. */
async function checkSignature(
  signed: SignedData,
  statement: Uint8Array<ArrayBuffer>,
  trustedCerts: Certificate[],
): Promise<Certificate> {
  const check = (checkChain: boolean) =>
    signed.verify({ ...{ signer: 0, data: statement.buffer, trustedCerts, checkChain, extendedMode: true } })
  try {
    const { signatureVerified, signerCertificate } = await check(false)
    if (signatureVerified !== true || !(signerCertificate instanceof Certificate)) throw new TypeError('signature')
    const der = encodeCertificate(signerCertificate)
    if (!trustedCerts.some((trusted) => sameBytes(encodeCertificate(trusted), der))) await check(true)
    return signerCertificate
  } catch (cause) {
    throw invalid('the signature does not verify up to a pinned certificate', cause)
  }
}

/** RFC 3161 §2.4.2: seconds, thousandths and millionths. */
function accuracyOf({ accuracy }: TSTInfo): number | null {
  if (!accuracy) return null
  return (accuracy.seconds ?? 0) + (accuracy.millis ?? 0) / 1e3 + (accuracy.micros ?? 0) / 1e6
}

/** Bytes with a buffer of their own. */
export function bytesOf(statement: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof statement === 'string' ? new TextEncoder().encode(statement) : statement.slice()
}

function sameBytes(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one?.length === other.length && one.every((byte, place) => byte === other[place])
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
