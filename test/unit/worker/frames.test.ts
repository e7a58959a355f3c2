import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { framesHeld, openFrames } from '../../../src/worker/frames'

/** Stands for a bitmap or video frame in node; knows whether it was closed. */
class FakeImage {
  static open = 0
  constructor() {
    FakeImage.open += 1
  }
  close(): void {
    FakeImage.open -= 1
  }
}
class FakeVideoFrame extends FakeImage {}

/** A port whose other end answers as the test says. */
class FakePort {
  onmessage: ((event: { data: unknown }) => void) | null = null
  closed = false
  asked = 0
  postMessage(): void {
    this.asked += 1
  }
  close(): void {
    this.closed = true
  }
  send(data: unknown): void {
    this.onmessage?.({ data })
  }
}

const never = new AbortController().signal
const portSource = (port: FakePort) => ({ kind: 'port', port: port as unknown as MessagePort }) as const

beforeEach(() => {
  FakeImage.open = 0
  vi.stubGlobal('ImageBitmap', FakeImage)
  vi.stubGlobal('VideoFrame', FakeVideoFrame)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('frames through a port', () => {
  it('asks once for each frame and counts what is held', async () => {
    const port = new FakePort()
    const reader = openFrames(portSource(port), never)
    const taken = reader.take()
    expect(port.asked).toBe(1)
    port.send(new FakeImage())
    const frame = await taken
    expect(framesHeld()).toBe(1)
    frame.close()
    frame.close()
    expect(framesHeld()).toBe(0)
    expect(FakeImage.open).toBe(0)
    reader.close()
    expect(port.closed).toBe(true)
  })

  it('shows a frame that nobody closed', async () => {
    const port = new FakePort()
    const reader = openFrames(portSource(port), never)
    const taken = reader.take()
    port.send(new FakeImage())
    const leaked = await taken
    reader.close()
    expect(framesHeld()).toBe(1)
    leaked.close()
  })

  it('keeps only the newest', async () => {
    const port = new FakePort()
    const reader = openFrames(portSource(port), never)
    const [older, newer] = [new FakeImage(), new FakeImage()]
    port.send(older)
    port.send(newer)
    const frame = await reader.take()
    expect(frame.image).toBe(newer)
    expect(FakeImage.open).toBe(1)
    frame.close()
    reader.close()
  })

  it('closes what arrives after the end', () => {
    const port = new FakePort()
    const reader = openFrames(portSource(port), never)
    port.send(new FakeImage())
    reader.close()
    port.send(new FakeImage())
    expect(FakeImage.open).toBe(0)
    expect(framesHeld()).toBe(0)
  })

  it('says camera_lost at the end', async () => {
    const port = new FakePort()
    const reader = openFrames(portSource(port), never)
    const taken = reader.take()
    port.send(null)
    await expect(taken).rejects.toMatchObject({ code: 'camera_lost' })
    reader.close()
  })

  it('says camera_stalled after five seconds without a frame', async () => {
    vi.useFakeTimers()
    const reader = openFrames(portSource(new FakePort()), never)
    const taken = reader.take()
    const outcome = expect(taken).rejects.toMatchObject({ code: 'camera_stalled' })
    await vi.advanceTimersByTimeAsync(4900)
    await vi.advanceTimersByTimeAsync(200)
    await outcome
    reader.close()
  })

  it('rejects with the reason of an abort, also when a frame is there', async () => {
    const controller = new AbortController()
    const port = new FakePort()
    const reader = openFrames(portSource(port), controller.signal)
    port.send(new FakeImage())
    const reason = new Error('stop')
    controller.abort(reason)
    await expect(reader.take()).rejects.toBe(reason)
    reader.close()
    expect(FakeImage.open).toBe(0)
  })

  it('rejects at once when it was aborted before', async () => {
    const reader = openFrames(portSource(new FakePort()), AbortSignal.abort(new Error('before')))
    await expect(reader.take()).rejects.toThrow('before')
    reader.close()
  })
})

describe('frames of a stream', () => {
  it('closes every stale frame and ends with camera_lost', async () => {
    const readable = new ReadableStream({
      start(controller) {
        for (let index = 0; index < 5; index++) controller.enqueue(new FakeVideoFrame())
        controller.close()
      },
    })
    const reader = openFrames({ kind: 'stream', readable }, never)
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(FakeImage.open).toBe(1)
    const frame = await reader.take()
    frame.close()
    await expect(reader.take()).rejects.toMatchObject({ code: 'camera_lost' })
    reader.close()
    expect(FakeImage.open).toBe(0)
  })

  it('cancels the stream when it is closed', async () => {
    const cancelled = vi.fn()
    const reader = openFrames({ kind: 'stream', readable: new ReadableStream({ cancel: cancelled }) }, never)
    reader.close()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(cancelled).toHaveBeenCalledOnce()
  })
})
