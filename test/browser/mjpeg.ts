/** Frames of Chromium's camera files per second. */
export const clipRate = 25

/** The pictures of a motion JPEG file, which is JPEG after JPEG: each ends with the marker FF D9, which none contains. */
export function picturesOf(clip: Uint8Array<ArrayBuffer>): Blob[] {
  const pictures: Blob[] = []
  let start = 0
  for (let at = 1; at < clip.length; at++) {
    if (clip[at] !== 0xd9 || clip[at - 1] !== 0xff) continue
    pictures.push(new Blob([clip.subarray(start, at + 1)], { type: 'image/jpeg' }))
    start = at + 1
  }
  return pictures
}
