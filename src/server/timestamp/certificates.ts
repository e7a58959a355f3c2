import { Certificate, ExtKeyUsage } from 'pkijs'
import { FaceSealError } from '../../wire/errors'
import { invalid } from './invalid'
import { oid } from './oids'

/**
 * Reads pinned certificates: DER, or PEM with one or more of them. Throws `configuration_invalid`.
 */
export function readCertificates(pinned: readonly (string | Uint8Array<ArrayBuffer>)[]): Certificate[] {
  try {
    const certificates = pinned
      .flatMap((one) => (typeof one === 'string' ? derOf(one) : [one]))
      .map((der) => Certificate.fromBER(der))
    if (certificates.length === 0) throw new RangeError('no certificate')
    return certificates
  } catch (cause) {
    throw new FaceSealError('configuration_invalid', { detail: 'trustedCertificates', cause })
  }
}

/** RFC 7468 §5: the blocks between the CERTIFICATE lines. */
function derOf(pem: string): Uint8Array<ArrayBuffer>[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)
  return Array.from(blocks, ([, base64]) =>
    Uint8Array.from(atob(base64!.replaceAll(/\s/g, '')), (c) => c.charCodeAt(0)),
  )
}

/** RFC 3161 §2.3: one extended key usage, time-stamping, critical; and in force at `time`. Throws `timestamp_invalid`. */
export function checkAuthority(certificate: Certificate, time: Date): void {
  const usage = certificate.extensions?.find((extension) => extension.extnID === oid.extendedKeyUsage)
  const purposes = usage?.parsedValue instanceof ExtKeyUsage ? usage.parsedValue.keyPurposes : []
  if (!usage?.critical || purposes.length !== 1 || purposes[0] !== oid.timeStamping) {
    throw invalid('the certificate is not for time-stamping alone')
  }
  if (time < certificate.notBefore.value || time > certificate.notAfter.value) {
    throw invalid('the certificate was not in force')
  }
}

/** DER of a certificate. */
export function encodeCertificate(certificate: Certificate): Uint8Array<ArrayBuffer> {
  return new Uint8Array(certificate.toSchema().toBER())
}
