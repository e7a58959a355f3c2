import { FaceSealError } from '../wire/errors'
import type { FrameSource } from '../wire/worker-protocol'

export type FrameImage = VideoFrame | ImageBitmap

const stallMs = 5000
let held = 0

/** Frames that were received and are not closed yet: 0 between captures, or pixels leaked. */
export function framesHeld(): number {
  return held
}

/** One frame of the camera. Whoever takes it closes it, once. */
export class Frame {
  #open = true

  constructor(readonly image: FrameImage) {
    held += 1
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    held -= 1
    this.image.close()
  }
}

/**
 * Gives the newest frame of a source; frames that come while one is worked on replace each other.
 * `take` rejects with `camera_lost` when the source has ended, `camera_stalled` when nothing came for 5 s, and with the
 * signal's reason. `close` must be called.
 */
export interface FrameReader {
  take(): Promise<Frame>
  close(): void
}

export function openFrames(source: FrameSource, signal: AbortSignal): FrameReader {
  return source.kind === 'stream' ? new StreamFrames(source.readable, signal) : new PortFrames(source.port, signal)
}

/** One frame waiting, one taker waiting: whichever comes first. */
class Mailbox {
  #frame: Frame | undefined
  #ended: unknown
  #failed: unknown
  #wake: (() => void) | undefined

  put(image: FrameImage): void {
    this.#frame?.close()
    this.#frame = new Frame(image)
    this.#wake?.()
  }

  /** The source has ended: what waits may still be taken. */
  end(cause?: unknown): void {
    this.#ended ??= new FaceSealError('camera_lost', cause === undefined ? {} : { cause })
    this.#wake?.()
  }

  /** Nothing may be taken any more. */
  fail(reason: unknown): void {
    this.#failed ??= reason
    this.#wake?.()
  }

  async take(): Promise<Frame> {
    if (!this.#frame && this.#ended === undefined && this.#failed === undefined) {
      let timer: ReturnType<typeof setTimeout> | undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        timer = setTimeout(() => this.fail(new FaceSealError('camera_stalled')), stallMs)
      })
      clearTimeout(timer)
      this.#wake = undefined
    }
    if (this.#failed !== undefined) throw this.#failed
    const frame = this.#frame
    this.#frame = undefined
    if (!frame) throw this.#ended
    return frame
  }

  clear(): void {
    this.#frame?.close()
    this.#frame = undefined
  }
}

class StreamFrames implements FrameReader {
  readonly #mailbox = new Mailbox()
  readonly #reader: ReadableStreamDefaultReader<unknown>
  #closed = false

  constructor(readable: ReadableStream<unknown>, signal: AbortSignal) {
    this.#reader = readable.getReader()
    signal.addEventListener('abort', () => this.#mailbox.fail(signal.reason), { once: true })
    if (signal.aborted) this.#mailbox.fail(signal.reason)
    void this.#pump()
  }

  take(): Promise<Frame> {
    return this.#mailbox.take()
  }

  close(): void {
    this.#closed = true
    this.#mailbox.clear()
    this.#reader.cancel().catch(() => undefined)
  }

  /** Reads on while the last frame is worked on, so that the newest wins and the camera's pool never runs dry. */
  async #pump(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read()
        if (done) break
        if (!(value instanceof VideoFrame)) throw new TypeError('not a VideoFrame')
        if (this.#closed) {
          value.close()
          return
        }
        this.#mailbox.put(value)
      }
      this.#mailbox.end()
    } catch (cause) {
      this.#mailbox.end(cause)
    }
  }
}

class PortFrames implements FrameReader {
  readonly #mailbox = new Mailbox()
  readonly #port: MessagePort
  #closed = false

  constructor(port: MessagePort, signal: AbortSignal) {
    this.#port = port
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ImageBitmap) {
        if (this.#closed) data.close()
        else this.#mailbox.put(data)
      } else {
        this.#mailbox.end()
      }
    }
    signal.addEventListener('abort', () => this.#mailbox.fail(signal.reason), { once: true })
    if (signal.aborted) this.#mailbox.fail(signal.reason)
  }

  take(): Promise<Frame> {
    this.#port.postMessage('next')
    return this.#mailbox.take()
  }

  close(): void {
    this.#closed = true
    this.#mailbox.clear()
    this.#port.close()
  }
}
