import { Integer, Null, OctetString } from 'asn1js'
import { AlgorithmIdentifier, MessageImprint, TimeStampReq } from 'pkijs'
import { oid } from './oids'

export interface TimestampQuery {
  /** SHA-256 of what is stamped, 32 bytes: all that the authority learns. */
  readonly digest: Uint8Array<ArrayBuffer>
  /** From `freshNonce`. */
  readonly nonce: Uint8Array<ArrayBuffer>
  /** Dotted object identifier of the policy that the authority is asked to follow. */
  readonly policy?: string | undefined
}

/** DER of a TimeStampReq, RFC 3161 §2.4.1, which asks for the authority's certificate. */
export function encodeQuery({ digest, nonce, policy }: TimestampQuery): Uint8Array<ArrayBuffer> {
  const query = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: oid.sha256, algorithmParams: new Null() }),
      hashedMessage: new OctetString({ valueHex: digest.slice().buffer }),
    }),
    nonce: new Integer({ valueHex: nonce.slice().buffer }),
    certReq: true,
  })
  if (policy !== undefined) query.reqPolicy = policy
  return new Uint8Array(query.toSchema().toBER())
}

/** 16 random bytes that are a positive DER INTEGER as they stand: the first bit is 0, the second 1. */
export function freshNonce(): Uint8Array<ArrayBuffer> {
  const nonce = crypto.getRandomValues(new Uint8Array(16))
  nonce[0] = (nonce[0]! & 0x3f) | 0x40
  return nonce
}
