import { PKIStatus, TimeStampResp } from 'pkijs'
import { FaceSealError } from '../../wire/errors'
import { invalid } from './invalid'

/** PKIFailureInfo, RFC 3161 §2.4.2: meaning of each bit. */
const failures: Readonly<Record<number, string>> = {
  0: 'badAlg',
  2: 'badRequest',
  5: 'badDataFormat',
  14: 'timeNotAvailable',
  15: 'unacceptedPolicy',
  16: 'unacceptedExtension',
  17: 'addInfoNotAvailable',
  25: 'systemFailure',
}

/**
 * The token (DER of a ContentInfo) in a TimeStampResp, RFC 3161 §2.4.2. Throws `timestamp_rejected` when the authority
 * refused, `timestamp_invalid` for bytes that are no response.
 */
export function tokenOf(response: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { status, timeStampToken } = readResponse(response)
  if (status.status !== PKIStatus.granted && status.status !== PKIStatus.grantedWithMods) {
    const bits = status.failInfo?.valueBlock.valueHexView ?? new Uint8Array()
    throw new FaceSealError('timestamp_rejected', {
      detail: [`status ${status.status}`, ...failuresIn(bits)].join(', '),
    })
  }
  if (!timeStampToken) throw invalid('granted without a token')
  return new Uint8Array(timeStampToken.toSchema().toBER())
}

function readResponse(response: Uint8Array<ArrayBuffer>): TimeStampResp {
  try {
    return TimeStampResp.fromBER(response)
  } catch (cause) {
    throw invalid('not a TimeStampResp', cause)
  }
}

/** Names of the set bits; bit 0 is the highest of the first byte (X.690 §8.6). */
function failuresIn(bits: Uint8Array): string[] {
  return Object.entries(failures).flatMap(([bit, name]) =>
    ((bits[Number(bit) >> 3] ?? 0) >> (7 - (Number(bit) & 7))) & 1 ? [name] : [],
  )
}
