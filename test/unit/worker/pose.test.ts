import { describe, expect, it } from 'vitest'
import { poseOf } from '../../../src/worker/vision/pose'

const radians = (degrees: number) => (degrees * Math.PI) / 180

/** The shape that pose.ts fits, written down again: index, x, y (down), z (towards the camera). */
const shape: readonly (readonly [number, number, number, number])[] = [
  [36, -0.71, 0, -0.17],
  [39, -0.29, 0.02, 0],
  [42, 0.29, 0.02, 0],
  [45, 0.71, 0, -0.17],
  [30, 0, 0.72, 0.46],
  [33, 0, 0.92, 0.2],
  [48, -0.41, 1.3, 0.02],
  [54, 0.41, 1.3, 0.02],
  [8, 0, 2.05, 0.02],
]

/** Turned about y, then x, then z, seen without perspective at 80 px between the eyes. */
function seen(yaw: number, pitch: number, roll: number) {
  const points = Array.from({ length: 68 }, () => ({ x: 0, y: 0 }))
  for (const [index, x, y, z] of shape) {
    const x1 = x * Math.cos(radians(yaw)) + z * Math.sin(radians(yaw))
    const z1 = z * Math.cos(radians(yaw)) - x * Math.sin(radians(yaw))
    const y2 = y * Math.cos(radians(pitch)) - z1 * Math.sin(radians(pitch))
    const x3 = x1 * Math.cos(radians(roll)) - y2 * Math.sin(radians(roll))
    const y3 = x1 * Math.sin(radians(roll)) + y2 * Math.cos(radians(roll))
    points[index] = { x: 300 + 80 * x3, y: 200 + 80 * y3 }
  }
  return points
}

describe('poseOf', () => {
  it.each([
    [0, 0, 0],
    [25, 0, 0],
    [-25, 0, 0],
    [0, 20, 0],
    [0, -20, 0],
    [0, 0, 30],
    [0, 0, -30],
    [20, 0, 15],
  ])('finds yaw %d, pitch %d, roll %d', (yaw, pitch, roll) => {
    const pose = poseOf(seen(yaw, pitch, roll))
    expect(pose.yaw).toBeCloseTo(yaw, 0)
    expect(pose.pitch).toBeCloseTo(pitch, 0)
    expect(pose.roll).toBeCloseTo(roll, 0)
  })

  it('keeps signs apart when several turns come together', () => {
    const pose = poseOf(seen(20, 15, -10))
    expect(pose.yaw).toBeGreaterThan(12)
    expect(pose.pitch).toBeGreaterThan(8)
    expect(pose.roll).toBeLessThan(-3)
  })
})
