/**
 * Reads the vtable of a flatbuffer table (flatbuffers.dev/internals), just far enough to copy or to run a TFLite model.
 * All reads go through a DataView, so an offset that leads outside throws `RangeError`.
 */
export class FlatTable {
  readonly #view: DataView
  readonly #vtable: number
  readonly #start: number

  constructor(view: DataView, start: number) {
    this.#view = view
    this.#start = start
    this.#vtable = start - view.getInt32(start, true)
    // Also the first bounds check of a damaged file: a vtable is at least its own two sizes.
    if (view.getUint16(this.#vtable, true) < 4) throw new RangeError('a table has no vtable')
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new FlatTable(view, view.getUint32(0, true))
  }

  /** How many fields the writer's schema had; fields after that are absent. */
  get fieldCount(): number {
    return (this.#view.getUint16(this.#vtable, true) - 4) / 2
  }

  /** Where a field's own bytes are (an offset or a number), or undefined when it has its default. */
  position(field: number): number | undefined {
    if (field >= this.fieldCount) return undefined
    const relative = this.#view.getUint16(this.#vtable + 4 + field * 2, true)
    return relative === 0 ? undefined : this.#start + relative
  }

  uint32(field: number): number {
    const at = this.position(field)
    return at === undefined ? 0 : this.#view.getUint32(at, true)
  }

  int8(field: number): number {
    const at = this.position(field)
    return at === undefined ? 0 : this.#view.getInt8(at)
  }

  int32s(field: number): number[] {
    const vector = this.target(field)
    if (vector === undefined) return []
    const length = this.#view.getUint32(vector, true)
    return Array.from({ length }, (_, index) => this.#view.getInt32(vector + 4 + index * 4, true))
  }

  /** A vector of bytes, in place. Throws `RangeError` where it reaches over the end. */
  bytes(field: number): Uint8Array {
    const vector = this.target(field)
    if (vector === undefined) return new Uint8Array()
    const { buffer, byteOffset } = this.#view
    return new Uint8Array(buffer, byteOffset + vector + 4, this.#view.getUint32(vector, true))
  }

  /** Where the table, vector or string that a field refers to begins. */
  target(field: number): number | undefined {
    const at = this.position(field)
    return at === undefined ? undefined : at + this.#view.getUint32(at, true)
  }

  /** Where each table of a vector of tables begins; a length beyond the file throws when the file ends. */
  tables(field: number): number[] {
    const vector = this.target(field)
    if (vector === undefined) return []
    const length = this.#view.getUint32(vector, true)
    return Array.from({ length }, (_, index) => {
      const at = vector + 4 + index * 4
      return at + this.#view.getUint32(at, true)
    })
  }

  tableAt(start: number): FlatTable {
    return new FlatTable(this.#view, start)
  }

  /** The text of a string field. */
  text(field: number): string | undefined {
    const at = this.target(field)
    if (at === undefined) return undefined
    const length = this.#view.getUint32(at, true)
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + at + 4, length))
  }
}
