/** How densely a clip is looked at. */
export interface ClipSampling {
  /** Frames looked at per second, and for how many seconds. */
  readonly rate: number
  readonly seconds: number
}

/** Frames of a clip in a page, sought one after another; `t` in milliseconds. The caller closes or transfers each image. */
export async function* clipFrames(
  blob: Blob,
  name: string,
  { rate, seconds }: ClipSampling,
): AsyncGenerator<{ readonly image: ImageBitmap; readonly t: number }> {
  const video = document.createElement('video')
  video.muted = true
  video.src = URL.createObjectURL(blob)
  try {
    await new Promise((resolve, reject) => {
      video.onloadeddata = resolve
      video.onerror = () => reject(new Error(`${name}: ${video.error?.message}`))
    })
    for (let index = 0; index / rate < Math.min(video.duration, seconds); index++) {
      const arrived = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
      // Inside a frame and not on its edge, where rounding decides.
      video.currentTime = index / rate + 0.01
      await arrived
      // On a busy machine the frame may come later than the news of it.
      while (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA)
        await new Promise((resolve) => setTimeout(resolve, 20))
      // Near a clip's end, and on a busy machine, the decoder may have no frame to give: the next one will do.
      const image = await createImageBitmap(video).catch(() => undefined)
      if (image) yield { image, t: (1000 * index) / rate }
    }
  } finally {
    URL.revokeObjectURL(video.src)
  }
}
