/** Longest side that is looked at, in pixels: a face worth verifying is large enough at this size. */
const maxSide = 640

/** Pixels of one frame: RGBA, row by row. Wiped as soon as the frame is done with. */
export class Picture {
  constructor(
    readonly width: number,
    readonly height: number,
    readonly rgba: Uint8ClampedArray<ArrayBuffer>,
  ) {}

  /** Overwrites the pixels: a face must not wait in memory for the garbage collector. */
  wipe(): void {
    this.rgba.fill(0)
  }
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
