/**
 * Frames for browsers without MediaStreamTrackProcessor. The worker posts `'next'`; the answer is one transferred
 * ImageBitmap of a frame not sent before, or `null` at the end. At most one bitmap is on its way.
 */
export function pullFrames(video: HTMLVideoElement, signal: AbortSignal): MessagePort {
  const { port1: own, port2: workers } = new MessageChannel()
  own.onmessage = async () => {
    const bitmap = await nextBitmap(video, signal)
    if (bitmap && !signal.aborted) return own.postMessage(bitmap, [bitmap])
    bitmap?.close()
    own.postMessage(null)
  }
  return workers
}

async function nextBitmap(video: HTMLVideoElement, signal: AbortSignal): Promise<ImageBitmap | null> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    video.requestVideoFrameCallback(() => resolve())
  })
  if (signal.aborted) return null
  // Between two frames of a resized stream there is nothing to copy; null would say that it has ended.
  return await createImageBitmap(video).catch(() => nextBitmap(video, signal))
}
