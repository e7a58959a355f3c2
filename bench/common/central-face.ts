import type { DetectedFace } from '../../src/worker/vision/detect'
import type { Picture } from '../../src/worker/vision/picture'

/** Stills centre their subject; a bystander at the edge is not the subject. */
export function centralFace(faces: readonly DetectedFace[], picture: Picture): DetectedFace | undefined {
  const merit = ({ box }: DetectedFace) => {
    const dx = box.x + box.width / 2 - picture.width / 2
    const dy = box.y + box.height / 2 - picture.height / 2
    return Math.max(box.width, box.height) - 2 * Math.hypot(dx, dy)
  }
  return [...faces].sort((a, b) => merit(b) - merit(a))[0]
}
