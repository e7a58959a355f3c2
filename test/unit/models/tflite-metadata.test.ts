import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ByteBuffer } from 'flatbuffers'
import { beforeAll, describe, expect, it } from 'vitest'
import { PrepareError } from '../../../models/prepare-error.js'
import { addFaceDetectorMetadata } from '../../../models/tflite-metadata.js'
import { modelsDirectory, sourceOf } from './package-source.js'

/** Reads with the flatbuffers package itself, the way generated code does; src/worker/vision/flat-table.ts has no part in it. */
class Table {
  constructor(
    readonly buffer: ByteBuffer,
    readonly start: number,
  ) {}

  static root(bytes: Uint8Array): Table {
    const buffer = new ByteBuffer(bytes)
    return new Table(buffer, buffer.readInt32(0))
  }

  private field(number: number): number {
    const at = this.buffer.__offset(this.start, 4 + number * 2)
    if (at === 0) throw new Error(`field ${number} is absent`)
    return this.start + at
  }
  uint8 = (number: number): number => this.buffer.readUint8(this.field(number))
  uint32 = (number: number): number => this.buffer.readUint32(this.field(number))
  text = (number: number): string => this.buffer.__string(this.field(number)) as string
  table = (number: number): Table => new Table(this.buffer, this.buffer.__indirect(this.field(number)))
  length = (number: number): number => this.buffer.__vector_len(this.field(number))
  vectorStart = (number: number): number => this.buffer.__vector(this.field(number))
  at = (number: number, index: number): Table =>
    new Table(this.buffer, this.buffer.__indirect(this.vectorStart(number) + index * 4))
  bytes = (number: number): Uint8Array =>
    this.buffer.bytes().subarray(this.vectorStart(number), this.vectorStart(number) + this.length(number))
}

const [OPERATOR_CODES, SUBGRAPHS, DESCRIPTION, BUFFERS, METADATA] = [1, 2, 3, 4, 6]
let original: Uint8Array
let rewritten: Uint8Array

beforeAll(async () => {
  original = await sourceOf('blazeface-short-range')
  rewritten = addFaceDetectorMetadata(original)
}, 120_000)

const positionOfOriginal = (): number => Buffer.from(rewritten).indexOf(original)

describe('BlazeFace with metadata', () => {
  it('is the file that ships', async () => {
    const shipped = await readFile(join(modelsDirectory, 'dist/blazeface-short-range.tflite'))
    expect(Buffer.compare(shipped, rewritten)).toBe(0)
  })

  it('keeps the original bytes whole, at an aligned place', () => {
    expect(positionOfOriginal()).toBeGreaterThan(0)
    expect(positionOfOriginal() % 64).toBe(0)
    expect(Buffer.from(rewritten.subarray(4, 8)).toString()).toBe('TFL3')
  })

  it('refers to the same operators, subgraphs, description and buffers', () => {
    const [before, after] = [Table.root(original), Table.root(rewritten)]
    const shift = positionOfOriginal()
    expect(after.uint32(0)).toBe(before.uint32(0))
    for (const field of [OPERATOR_CODES, SUBGRAPHS, DESCRIPTION]) {
      expect(after.vectorStart(field!)).toBe(before.vectorStart(field!) + shift)
    }
    expect(after.length(BUFFERS!)).toBe(before.length(BUFFERS!) + 1)
    for (let index = 0; index < before.length(BUFFERS!); index++) {
      expect(after.at(BUFFERS!, index).start).toBe(before.at(BUFFERS!, index).start + shift)
    }
  })

  it('says mean 127.5, std 127.5 and RGB under TFLITE_METADATA', () => {
    const model = Table.root(rewritten)
    const entry = model.at(METADATA!, model.length(METADATA!) - 1)
    expect(entry.text(0)).toBe('TFLITE_METADATA')
    expect(entry.uint32(1)).toBe(model.length(BUFFERS!) - 1)

    const metadata = model.at(BUFFERS!, entry.uint32(1)).bytes(0)
    expect(metadata.byteOffset % 16).toBe(rewritten.byteOffset % 16)
    expect(Buffer.from(metadata.subarray(4, 8)).toString()).toBe('M001')
    const root = Table.root(metadata.slice())
    expect(root.length(3)).toBe(1)
    const input = root.at(3, 0).at(2, 0)
    expect(input.table(3).uint8(0)).toBe(2) // content: ImageProperties
    expect(input.table(3).table(1).uint8(0)).toBe(1) // RGB
    const process = input.at(4, 0)
    expect(process.uint8(0)).toBe(1) // NormalizationOptions
    for (const field of [0, 1]) {
      const options = process.table(1)
      expect(options.length(field)).toBe(1)
      expect(options.buffer.readFloat32(options.vectorStart(field))).toBe(127.5)
    }
  })

  it('is not done twice', () => {
    expect(() => addFaceDetectorMetadata(rewritten)).toThrow(PrepareError)
  })
})
