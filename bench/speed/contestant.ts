/** What every contestant's worker answers to. One worker each, for tfjs keeps its engine on a global. */
export interface ContestantApi {
  /** Loads nets from `/packages/` and answers on what it computes. */
  start(input: ContestantStart): Promise<string>
  /** One still or frame of a video, which it closes. `video`: results of earlier frames may be used again, as its users have it. */
  look(image: ImageBitmap, video: boolean): Promise<Looked>
  /** Live tensors, where it counts them. */
  tensors(): Promise<number | undefined>
}

/** For FaceSeal the page hands the files over, as the product does; the others fetch their own. */
export interface ContestantStart {
  readonly assets: Readonly<Record<string, ArrayBuffer>>
}

/** Milliseconds of one picture; `frame` is all of it. */
export interface Looked {
  readonly faces: number
  readonly ms: Readonly<Record<string, number>>
}

export const contestants = ['faceseal', 'human', 'vladmandic-face-api', 'face-api.js', 'mediapipe'] as const
export type Contestant = (typeof contestants)[number]

export async function timed<T>(ms: Record<string, number>, stage: string, work: () => T | Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  ms[stage] = (ms[stage] ?? 0) + performance.now() - started
  return result
}
