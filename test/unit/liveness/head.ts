import type { FaceObservation } from '../../../src/worker/liveness/observation'
import { extentOf } from '../../../src/worker/liveness/observation'
import type { Landmarks } from '../../../src/worker/vision/align'
import { poseOf } from '../../../src/worker/vision/pose'

type Vector = readonly [x: number, y: number, z: number]

/** A rough head in eye distances: 68 points, y down, z towards the camera. */
const shape: readonly Vector[] = [
  ...arc(17, (a) => [-0.95 * Math.cos(a), 0.1 + 1.95 * Math.sin(a), -0.7 + 0.7 * Math.sin(a)]),
  ...arc(5, (a) => [-0.45 - 0.4 * Math.cos(a), -0.3 - 0.1 * Math.sin(a), 0]),
  ...arc(5, (a) => [0.45 - 0.4 * Math.cos(a), -0.3 - 0.1 * Math.sin(a), 0]),
  ...([
    [0, 0, 0.1],
    [0, 0.25, 0.22],
    [0, 0.5, 0.35],
    [0, 0.72, 0.46],
    [-0.22, 0.85, 0.12],
    [-0.1, 0.9, 0.18],
    [0, 0.92, 0.2],
    [0.1, 0.9, 0.18],
    [0.22, 0.85, 0.12],
  ] as const),
  ...eye(-0.5),
  ...eye(0.5),
  ...arc(7, (a) => [-0.41 * Math.cos(a), 1.3 - 0.13 * Math.sin(a), 0.02 + 0.1 * Math.sin(a)]),
  ...arc(7, (a) => [0.41 * Math.cos(a), 1.3 + 0.15 * Math.sin(a), 0.02 + 0.08 * Math.sin(a)]).slice(1, 6),
  ...arc(5, (a) => [-0.3 * Math.cos(a), 1.3 - 0.02 * Math.sin(a), 0.03]),
  ...arc(5, (a) => [0.3 * Math.cos(a), 1.3 + 0.02 * Math.sin(a), 0.03]).slice(1, 4),
]

function arc(count: number, at: (angle: number) => Vector): Vector[] {
  return Array.from({ length: count }, (_, index) => at((Math.PI * index) / (count - 1)))
}

function eye(x: number): Vector[] {
  const out = x < 0 ? -0.17 : 0
  const inner = x < 0 ? 0 : -0.17
  return [
    [x - 0.21, 0, out],
    [x - 0.07, -0.07, -0.05],
    [x + 0.07, -0.07, -0.05],
    [x + 0.21, 0, inner],
    [x + 0.07, 0.07, -0.05],
    [x - 0.07, 0.07, -0.05],
  ]
}

export interface HeadState {
  /** Degrees, as in pose.ts. */
  readonly yaw?: number
  readonly pitch?: number
  /** 0 closed … 1 wide open. */
  readonly mouth?: number
  readonly iris?: number
  /** 1 is 90 px between the eyes. */
  readonly scale?: number
  readonly x?: number
  readonly y?: number
  /** A flat picture of the head at rest, turned by yaw and pitch before a camera this many eye distances away. */
  readonly flat?: number
}

let frames = 0

/** What the worker would see of the head; every observation is a new picture unless `fingerprint` says otherwise. */
export function seenHead(t: number, state: HeadState = {}, fingerprint = ++frames): FaceObservation {
  const landmarks = project(state)
  const pose = poseOf(landmarks)
  return {
    t,
    landmarks,
    pose,
    iris: state.iris ?? 0.4,
    mouth: 0.5 * (state.mouth ?? 0),
    extent: extentOf(landmarks, pose.yaw),
    fingerprint,
  }
}

export function project({ yaw = 0, pitch = 0, scale = 1, x = 320, y = 240, flat }: HeadState): Landmarks {
  const [a, b] = [(yaw * Math.PI) / 180, (pitch * Math.PI) / 180]
  return shape.map(([sx, sy, sz]) => {
    const depth = flat === undefined ? sz : 0
    const x1 = sx * Math.cos(a) + depth * Math.sin(a)
    const z1 = depth * Math.cos(a) - sx * Math.sin(a)
    const y2 = (sy - 0.6) * Math.cos(b) - z1 * Math.sin(b)
    const z2 = (sy - 0.6) * Math.sin(b) + z1 * Math.cos(b)
    const away = flat === undefined ? 1 : flat / (flat - z2)
    return { x: x + 90 * scale * x1 * away, y: y + 90 * scale * y2 * away }
  })
}

/** Keyframes → observations at 12.5 frames a second, linear between them. */
export function perform(keys: readonly (readonly [seconds: number, state: HeadState])[]): FaceObservation[] {
  const out: FaceObservation[] = []
  const end = keys.at(-1)![0]
  for (let t = 0; t <= end; t += 0.08) {
    const next = keys.findIndex(([at]) => at >= t)
    const [from, to] = [keys[Math.max(0, next - 1)]!, keys[next]!]
    const share = to[0] === from[0] ? 1 : (t - from[0]) / (to[0] - from[0])
    const mix = (name: 'yaw' | 'pitch' | 'mouth' | 'iris' | 'scale' | 'x' | 'y', rest: number) =>
      (from[1][name] ?? rest) * (1 - share) + (to[1][name] ?? rest) * share
    out.push(
      seenHead(1000 * t, {
        ...{ yaw: mix('yaw', 0), pitch: mix('pitch', 0), mouth: mix('mouth', 0), iris: mix('iris', 0.4) },
        ...{ scale: mix('scale', 1), x: mix('x', 320), y: mix('y', 240) },
        ...(to[1].flat !== undefined && { flat: to[1].flat }),
      }),
    )
  }
  return out
}
