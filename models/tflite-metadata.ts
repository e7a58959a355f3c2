import { Builder } from 'flatbuffers'
import { FlatTable } from '../src/worker/vision/flat-table.js'
import { PrepareError } from './prepare-error.js'

/** MediaPipe looks for the metadata under this name, and for this identifier in it (metadata_schema.fbs). */
const METADATA_NAME = 'TFLITE_METADATA'
const METADATA_IDENTIFIER = 'M001'
const TFLITE_IDENTIFIER = 'TFL3'

/** Weights in a TFLite file may be mapped and read in place, 16-byte aligned; 64 is what MediaPipe's own files keep. */
const ALIGNMENT = 64

/** Fields of `Model` in TensorFlow Lite's schema.fbs, in order. */
const MODEL = { version: 0, buffers: 4, metadataBuffer: 5, metadata: 6 } as const
const MODEL_KNOWN_FIELDS = 8

/**
 * A copy of a face-detection `.tflite` that the MediaPipe FaceDetector task accepts: it refuses a model whose input
 * lacks NormalizationOptions, and BlazeFace as published has none. Says mean 127.5, std 127.5 (pixels to [-1, 1]), RGB.
 *
 * Flatbuffer offsets only point forward, so nothing of the model is rewritten: a new root with one more buffer and one
 * metadata entry goes before the old bytes, which stay whole, 64-byte aligned, and still referred to by the new root.
 * Throws `tflite_invalid` for anything that is not a TFLite model, or has such metadata already.
 */
export function addFaceDetectorMetadata(model: Uint8Array): Uint8Array {
  try {
    return withMetadata(model, imageMetadata())
  } catch (cause) {
    if (cause instanceof PrepareError) throw cause
    throw new PrepareError('tflite_invalid', `Not a readable TFLite model: ${(cause as Error).message}`, { cause })
  }
}

function withMetadata(model: Uint8Array, metadata: Uint8Array): Uint8Array {
  if (new TextDecoder('latin1').decode(model.subarray(4, 8)) !== TFLITE_IDENTIFIER) {
    throw new RangeError(`the identifier is not ${TFLITE_IDENTIFIER}`)
  }
  const old = FlatTable.root(model)
  if (old.fieldCount > MODEL_KNOWN_FIELDS) throw new RangeError('the model table is of a newer schema')
  const buffers = old.tables(MODEL.buffers)
  const entries = old.tables(MODEL.metadata)
  if (buffers.length === 0) throw new RangeError('the model has no buffers')
  if (entries.some((entry) => old.tableAt(entry).text(0) === METADATA_NAME)) {
    throw new PrepareError('tflite_invalid', `The model has ${METADATA_NAME} already`)
  }

  // A builder writes from the end to the front, so what is added first comes last in the file: the old model.
  const builder = new Builder(model.length + metadata.length + 4096)
  builder.prep(ALIGNMENT, model.length)
  const modelOffset = builder.createByteVector(model) - 4
  /** The builder counts offsets from the end of the file. */
  const inOldModel = (position: number): number => modelOffset - position

  const buffer = table(builder, { 0: offset(paddedVector(builder, metadata)) })
  const entry = table(builder, { 0: offset(builder.createString(METADATA_NAME)), 1: uint32(buffers.length) })
  const bufferVector = tableVector(builder, [...buffers.map(inOldModel), buffer])
  const metadataVector = tableVector(builder, [...entries.map(inOldModel), entry])

  const fields: Record<number, Field> = { [MODEL.version]: uint32(old.uint32(MODEL.version)) }
  for (let field = 1; field < old.fieldCount; field++) {
    const target = old.target(field)
    if (target !== undefined) fields[field] = offset(inOldModel(target))
  }
  fields[MODEL.buffers] = offset(bufferVector)
  fields[MODEL.metadata] = offset(metadataVector)
  builder.finish(table(builder, fields), TFLITE_IDENTIFIER)
  return builder.asUint8Array()
}

/** `ModelMetadata` of one subgraph with one image input; field numbers are those of metadata_schema.fbs. */
function imageMetadata(): Uint8Array {
  const RGB = 1
  const IMAGE_PROPERTIES = 2
  const NORMALIZATION_OPTIONS = 1
  const builder = new Builder(256)
  const normalization = table(builder, {
    0: offset(floatVector(builder, [127.5])),
    1: offset(floatVector(builder, [127.5])),
  })
  const processUnit = table(builder, { 0: uint8(NORMALIZATION_OPTIONS), 1: offset(normalization) })
  const imageProperties = table(builder, { 0: uint8(RGB) })
  const content = table(builder, { 0: uint8(IMAGE_PROPERTIES), 1: offset(imageProperties) })
  const input = table(builder, { 3: offset(content), 4: offset(tableVector(builder, [processUnit])) })
  const subgraph = table(builder, { 2: offset(tableVector(builder, [input])) })
  builder.finish(table(builder, { 3: offset(tableVector(builder, [subgraph])) }), METADATA_IDENTIFIER)
  return builder.asUint8Array()
}

type Field = (builder: Builder, field: number) => void

const offset =
  (target: number): Field =>
  (builder, field) =>
    builder.addFieldOffset(field, target, 0)
const uint32 =
  (value: number): Field =>
  (builder, field) =>
    builder.addFieldInt32(field, value, 0)
const uint8 =
  (value: number): Field =>
  (builder, field) =>
    builder.addFieldInt8(field, value, 0)

function table(builder: Builder, fields: Readonly<Record<number, Field>>): number {
  const numbers = Object.keys(fields).map(Number)
  builder.startObject(Math.max(...numbers) + 1)
  for (const number of numbers) fields[number]!(builder, number)
  return builder.endObject()
}

function tableVector(builder: Builder, tables: readonly number[]): number {
  builder.startVector(4, tables.length, 4)
  for (const target of tables.toReversed()) builder.addOffset(target)
  return builder.endVector()
}

function floatVector(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4)
  for (const value of values.toReversed()) builder.addFloat32(value)
  return builder.endVector()
}

/** `Buffer.data` is declared with 16-byte alignment. */
function paddedVector(builder: Builder, bytes: Uint8Array): number {
  builder.prep(16, bytes.length)
  return builder.createByteVector(bytes)
}
