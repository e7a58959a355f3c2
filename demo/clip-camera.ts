import type { ClipName } from './scenarios'

/** Frames a second: enough for a face that holds still, and slow machines keep up. */
const pace = 15

/**
 * A camera for testers who have none: stands in front of `getUserMedia` and, while a clip is in, answers a canvas on
 * which that clip plays. FaceSeal is not told; it sees a track of no device, and says so to the backend.
 */
export function installClipCamera() {
  const devices = navigator.mediaDevices as MediaDevices | undefined
  const original = devices?.getUserMedia.bind(devices)
  const tracks: MediaStreamTrack[] = []
  let frames: readonly Blob[] | undefined
  if (devices && original) {
    devices.getUserMedia = async (constraints) => {
      const stream = frames ? play(frames) : await original(constraints)
      tracks.push(...stream.getTracks())
      return stream
    }
  }
  return {
    /** Every track handed out since {@link forget}. */
    tracks: (): readonly MediaStreamTrack[] => tracks,
    forget: () => tracks.splice(0),
    insert(clip: readonly Blob[] | undefined) {
      frames = clip
    },
    /** What the browser does when a device goes: the track ends by itself and says so. */
    unplug() {
      for (const track of tracks) {
        track.stop()
        track.dispatchEvent(new Event('ended'))
      }
    },
  }
}

/** The JPEGs of a clip; nothing where the backend has none. */
export async function fetchClip(clip: ClipName): Promise<readonly Blob[] | undefined> {
  const response = await fetch(`/demo/clips/${clip}.mjpeg`)
  if (!response.ok) return undefined
  return framesOf(new Uint8Array(await response.arrayBuffer()))
}

/** Motion JPEG is one JPEG after the other; each begins with the bytes FF D8 FF. */
function framesOf(bytes: Uint8Array<ArrayBuffer>): readonly Blob[] {
  const starts: number[] = []
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xd8 && bytes[at + 2] === 0xff) starts.push(at)
  }
  return starts.map((start, i) => new Blob([bytes.subarray(start, starts[i + 1])], { type: 'image/jpeg' }))
}

function play(frames: readonly Blob[]): MediaStream {
  const canvas = document.createElement('canvas')
  canvas.width = 640
  canvas.height = 480
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })! // no graphics card between picture and track
  const stream = canvas.captureStream(pace)
  const [track] = stream.getVideoTracks()
  const draw = async (i: number): Promise<void> => {
    if (track?.readyState !== 'live') return
    const picture = await createImageBitmap(frames[i % frames.length]!)
    context.drawImage(picture, 0, 0)
    picture.close()
    setTimeout(draw, 1000 / pace, i + 1)
  }
  void draw(0)
  return stream
}
