/** What the browser says of an open camera; read after the person allowed it, and only {@link cameraRisk} of it leaves. */
export interface CameraFacts {
  readonly label: string
  readonly deviceId: string | undefined
  /** Name of the track's class. */
  readonly track: string
  /** Ids of the video inputs; `undefined` where the browser does not tell. */
  readonly inputs: readonly string[] | undefined
}

/** Programs that mix, mask or play pictures as a camera, and files played as one. */
const software =
  /\bobs\b|manycam|virtual|虚拟|虛擬|xsplit|camtwist|mmhmm|snap camera|splitcam|youcam|webcamoid|akvcam|altercam|fineshare|chromacam|sparkocam|e2esoft|\bvcam\b|loopback|\bndi\b|deepface|swapcam|\bfake\b|\bdummy\b|screen capture|\.(?:mjpe?g|y4m|mp4|webm)$/i

/** Telephones that serve as a computer's camera: honest mostly, and software all the same. */
const bridge = /droidcam|ivcam|epoccam|iriun|\bcamo\b|continuity/i

/**
 * 0 none seen … 3 high: 3 for a track that is none of a device, 2 for a camera whose name is a program's, 1 for a telephone
 * as camera or a camera without a name. A page cannot know what a driver calls itself, so a 0 proves nothing.
 */
export function cameraRisk({ label, deviceId, track, inputs }: CameraFacts): number {
  // Tracks of a canvas or a generator name themselves after their id, and no list of devices has them.
  const listed = inputs === undefined || deviceId === undefined || inputs.includes(deviceId)
  if (track !== 'MediaStreamTrack' || !listed) return 3
  if (software.test(label)) return 2
  return bridge.test(label) || label === '' ? 1 : 0
}

/** Reads the facts of an open track. Throws nothing: what the browser does not tell is left out. */
export async function cameraFacts(track: MediaStreamTrack): Promise<CameraFacts> {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => undefined)
  return {
    label: track.label,
    deviceId: track.getSettings().deviceId,
    track: track.constructor.name,
    inputs: devices?.flatMap(({ kind, deviceId }) => (kind === 'videoinput' && deviceId ? [deviceId] : [])),
  }
}
