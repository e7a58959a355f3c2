/** One field of a protobuf message: a varint, or bytes for a length-delimited or fixed-width field. */
export interface ProtobufField {
  readonly number: number
  readonly varint: bigint
  readonly bytes: Uint8Array
}

const NO_BYTES = new Uint8Array(0)

/**
 * Walks the fields of one protobuf message in file order (protobuf.dev/programming-guides/encoding).
 * Every step moves forward and stays inside `message`, so damaged input ends with a `RangeError`, never a hang.
 */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  let at = 0

  const take = (length: number): Uint8Array => {
    if (length > message.length - at) throw new RangeError(`protobuf field of ${length} bytes runs past the end`)
    at += length
    return message.subarray(at - length, at)
  }
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = take(1)[0]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new RangeError('protobuf varint longer than ten bytes')
  }

  while (at < message.length) {
    const key = Number(varint())
    const number = Math.floor(key / 8)
    if (number === 0) throw new RangeError('protobuf field number 0')
    switch (key % 8) {
      case 0:
        yield { number, varint: varint(), bytes: NO_BYTES }
        break
      case 1:
        yield { number, varint: 0n, bytes: take(8) }
        break
      case 2:
        yield { number, varint: 0n, bytes: take(Number(varint())) }
        break
      case 5:
        yield { number, varint: 0n, bytes: take(4) }
        break
      default:
        throw new RangeError(`protobuf wire type ${key % 8}`)
    }
  }
}

/** A repeated int64 field, which writers store packed (bytes) or one by one (varint). */
export function packedInt64(field: ProtobufField): number[] {
  if (field.bytes.length === 0) return [signed(field.varint)]
  const values: number[] = []
  // A packed list is a run of bare varints: prefixing each with a key would be copying, so walk it here.
  let value = 0n
  let shift = 0n
  for (const byte of field.bytes) {
    value |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (byte >= 0x80) {
      if (shift >= 70n) throw new RangeError('protobuf varint longer than ten bytes')
      continue
    }
    values.push(signed(value))
    value = 0n
    shift = 0n
  }
  if (shift !== 0n) throw new RangeError('protobuf varint runs past the end')
  return values
}

/** A protobuf int64 as a JavaScript number; the models' integers are all small. */
export function signed(varint: bigint): number {
  return Number(BigInt.asIntN(64, varint))
}

/** A protobuf `float` field (wire type 5). */
export function float32(field: ProtobufField): number {
  if (field.bytes.length !== 4) throw new RangeError('protobuf float is not four bytes')
  return new DataView(field.bytes.buffer, field.bytes.byteOffset, 4).getFloat32(0, true)
}
