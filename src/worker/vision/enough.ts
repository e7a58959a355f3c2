import type { DetectedFace } from './detect'
import type { Picture } from './picture'

/** Longer side, in pixels, from which half the picture still shows a net of 128 px more than it can see. */
const halvedFrom = 512

/** Finds faces on the picture, or on its half where that is enough; boxes are the picture's in both cases. */
export function onEnough(picture: Picture, look: (shown: Picture) => readonly DetectedFace[]): readonly DetectedFace[] {
  const { width, height } = picture
  if (Math.max(width, height) < halvedFrom || Math.min(width, height) < 2) return look(picture)
  return look(picture.half).map((face) => {
    const { box } = face
    return { ...face, box: { x: 2 * box.x, y: 2 * box.y, width: 2 * box.width, height: 2 * box.height } }
  })
}
