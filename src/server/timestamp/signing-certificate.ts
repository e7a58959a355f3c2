import { type BaseBlock, fromBER, ObjectIdentifier, OctetString, Sequence } from 'asn1js'
import type { Attribute, Certificate, SignerInfo } from 'pkijs'
import { encodeCertificate } from './certificates'
import { invalid } from './invalid'
import { oid } from './oids'

/** WebCrypto names; SHA-1 only where RFC 2634 fixed it. */
const digestNames: Readonly<Record<string, string>> = {
  [oid.sha256]: 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
}

/**
 * RFC 3161 §2.4.1, RFC 5816: the signature covers which certificate it was made with, so that another one with the same
 * key cannot be put in its place. Throws `timestamp_invalid`.
 */
export async function checkSigningCertificate(signer: SignerInfo, certificate: Certificate): Promise<void> {
  const [second, first] = [attribute(signer, oid.signingCertificateV2), attribute(signer, oid.signingCertificate)]
  const named = second ? readIdentifierV2(second) : first ? readIdentifier(first) : undefined
  if (!named) throw invalid('no ESSCertID')
  const digest = new Uint8Array(await crypto.subtle.digest(named.algorithm, encodeCertificate(certificate)))
  if (digest.length !== named.hash.length || digest.some((byte, place) => byte !== named.hash[place])) {
    throw invalid('ESSCertID names another certificate')
  }
}

/** The one signed attribute of a type; twice is refused, since RFC 5652 §11 allows one. */
export function attribute(signer: SignerInfo, type: string): Attribute | undefined {
  const found = signer.signedAttrs?.attributes.filter((one) => one.type === type) ?? []
  if (found.length > 1 || found.some((one) => one.values.length !== 1)) throw invalid(`attribute ${type} is not one`)
  return found[0]
}

interface NamedCertificate {
  readonly algorithm: string
  readonly hash: Uint8Array
}

/** SigningCertificate: SEQUENCE { certs SEQUENCE OF ESSCertID { certHash OCTET STRING, … }, … }. */
function readIdentifier(found: Attribute): NamedCertificate | undefined {
  const [hash] = identifierParts(found)
  return hash instanceof OctetString ? { algorithm: 'SHA-1', hash: hash.valueBlock.valueHexView } : undefined
}

/** ESSCertIDv2: SEQUENCE { hashAlgorithm AlgorithmIdentifier DEFAULT SHA-256, certHash OCTET STRING, … }. */
function readIdentifierV2(found: Attribute): NamedCertificate | undefined {
  const parts = identifierParts(found)
  const algorithm = parts[0] instanceof Sequence ? digestName(parts[0]) : 'SHA-256'
  const hash = parts[0] instanceof Sequence ? parts[1] : parts[0]
  return algorithm && hash instanceof OctetString ? { algorithm, hash: hash.valueBlock.valueHexView } : undefined
}

function digestName(algorithm: Sequence): string | undefined {
  const [identifier] = algorithm.valueBlock.value
  return identifier instanceof ObjectIdentifier ? digestNames[identifier.getValue()] : undefined
}

/** Fields of the first ESSCertID: the one of the signer (RFC 5035 §3). */
function identifierParts({ values: [value] }: Attribute): readonly BaseBlock[] {
  const { result } = fromBER(value.toBER())
  const certificates = result instanceof Sequence ? result.valueBlock.value[0] : undefined
  const identifier = certificates instanceof Sequence ? certificates.valueBlock.value[0] : undefined
  return identifier instanceof Sequence ? (identifier.valueBlock.value as BaseBlock[]) : []
}
