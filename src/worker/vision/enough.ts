import type { DetectedFace } from './detect'
import type { Picture } from './picture'

/** How closely a picture is looked at: `find` for what is embedded or judged, `glance` for what only guides. */
export type Care = 'find' | 'glance'

/** Longer side, in pixels, from which half the picture still shows a net of 128 px more than it can see. */
const halvedFrom = 512

/** Finds faces on the picture, or, at a glance, on the half of a large one; boxes are the picture's in both cases. */
export function onEnough(
  picture: Picture,
  care: Care | undefined,
  look: (shown: Picture) => readonly DetectedFace[],
): readonly DetectedFace[] {
  const { width, height } = picture
  const hasHalf = Math.max(width, height) >= halvedFrom && Math.min(width, height) >= 2
  if (care !== 'glance' || !hasHalf) return look(picture)
  return look(picture.half).map((face) => {
    const { box } = face
    return { ...face, box: { x: 2 * box.x, y: 2 * box.y, width: 2 * box.width, height: 2 * box.height } }
  })
}
