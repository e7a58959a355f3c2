/** Longest side that is looked at, in pixels: a face worth verifying is large enough at this size. */
const maxSide = 640

/** Pixels of one frame: RGBA, row by row. Wiped as soon as the frame is done with. */
export class Picture {
  #half: Picture | undefined

  constructor(
    readonly width: number,
    readonly height: number,
    readonly rgba: Uint8ClampedArray<ArrayBuffer>,
  ) {}

  /**
   * The picture at half its size, made when first asked for: each pixel is the mean of four, rounded half up; an odd last row or
   * column is left out. Written out, not left to a canvas, so that every browser gets the same pixels. Wiped with the picture.
   */
  get half(): Picture {
    this.#half ??= halved(this)
    return this.#half
  }

  /** Overwrites the pixels and those of the half: a face must not wait in memory for the garbage collector. */
  wipe(): void {
    this.rgba.fill(0)
    this.#half?.wipe()
  }
}

/** Every second byte of a pixel: two channels, each with room for a sum. */
const lanes = 0x00ff00ff

function halved({ width, height, rgba }: Picture): Picture {
  const [columns, rows] = [width >> 1, height >> 1]
  const source = new Int32Array(rgba.buffer, rgba.byteOffset, width * height)
  const target = new Int32Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    let from = 2 * row * width
    let to = row * columns
    for (const end = to + columns; to < end; to++, from += 2) {
      const nw = source[from]!
      const ne = source[from + 1]!
      const sw = source[from + width]!
      const se = source[from + width + 1]!
      const even = (nw & lanes) + (ne & lanes) + (sw & lanes) + (se & lanes) + 0x00020002
      const odd = ((nw >>> 8) & lanes) + ((ne >>> 8) & lanes) + ((sw >>> 8) & lanes) + ((se >>> 8) & lanes) + 0x00020002
      target[to] = ((even >>> 2) & lanes) | (((odd >>> 2) & lanes) << 8)
    }
  }
  return new Picture(columns, rows, new Uint8ClampedArray(target.buffer))
}

/** Reads frames into pictures through one canvas in main memory (`willReadFrequently`), at most 640 px on the long side. */
export class PictureReader {
  readonly #canvas = new OffscreenCanvas(1, 1)
  readonly #context = contextOf(this.#canvas)

  /** The caller closes `image` and wipes the picture. */
  read(image: ImageBitmap | VideoFrame): Picture {
    const [fullWidth, fullHeight] = sizeOf(image)
    const scale = Math.min(1, maxSide / Math.max(fullWidth, fullHeight))
    const width = Math.max(1, Math.round(fullWidth * scale))
    const height = Math.max(1, Math.round(fullHeight * scale))
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width
      this.#canvas.height = height
    }
    try {
      this.#context.drawImage(image, 0, 0, width, height)
      return new Picture(width, height, this.#context.getImageData(0, 0, width, height).data)
    } finally {
      this.wipe()
    }
  }

  /** Overwrites the canvas. */
  wipe(): void {
    this.#context.fillStyle = '#000'
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height)
  }
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false })
  if (!context) throw new TypeError('no 2d context')
  context.imageSmoothingQuality = 'high'
  return context
}

function sizeOf(image: ImageBitmap | VideoFrame): readonly [number, number] {
  return image instanceof ImageBitmap ? [image.width, image.height] : [image.displayWidth, image.displayHeight]
}
