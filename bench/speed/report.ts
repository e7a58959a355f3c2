import { type Contestant, contestants } from './contestant.ts'
import type { BenchResult } from './run.ts'
import { median, type Ratio, ratioOf, rounded, type Spread, spreadOf } from './statistics.ts'
import type { Rounds } from './stills.ts'

type Numbers = Readonly<Record<string, number | undefined>>

/** What `--json` holds; milliseconds are medians. */
export interface SpeedReport {
  readonly contestants: Partial<Record<Contestant, Numbers>>
  /** Over 1: FaceSeal is faster. */
  readonly ratios: Numbers
  /** Bytes under brotli, by contestant to the first answer; and by file of FaceSeal's whole path. */
  readonly sizes: {
    readonly firstAnswer: Partial<Record<Contestant, number>>
    readonly files: Readonly<Record<string, number>>
  }
  readonly ratioSpread: Readonly<Record<string, Ratio | undefined>>
  readonly spread: Partial<Record<Contestant, Readonly<Record<string, Spread | undefined>>>>
  readonly backends: Partial<Record<Contestant, string>>
  readonly failures: Partial<Record<Contestant, string>>
  readonly tensorsLeft: Partial<Record<Contestant, number>>
  /** `share`: of the time that the embedding takes, what the machine's peak would need for its multiply-adds. */
  readonly roofline: {
    readonly peakGmacs: number
    readonly embedGmacs: number
    readonly floorMs: number
    readonly bestMs: number
    readonly share: number
  }
  readonly path?: Readonly<Record<string, unknown>>
  readonly memory?: BenchResult['memory']
  readonly soak?: BenchResult['soak']
  readonly pictures: { readonly given: number; readonly timed: number }
}

export function reportOf({ contest, embedMacs, starts, path, memory, soak, pictures }: BenchResult): SpeedReport {
  const rounds = (name: Contestant, stage: string): readonly (readonly number[])[] =>
    (contest.stills[name] ?? []).map((round) => round[stage] ?? []).filter(({ length }) => length > 0)
  const middle = (values: readonly number[] | undefined) =>
    values && values.length > 0 ? rounded(median(values)) : undefined
  const still = (name: Contestant, stage: string) => middle(rounds(name, stage).flat())
  const video = (name: Contestant, stage: string) =>
    middle((contest.video[name] ?? []).flatMap((round) => round[stage] ?? []))
  const start = (name: Contestant) => ({
    startColdMs: middle(starts[name]?.coldMs),
    startWarmMs: middle(starts[name]?.warmMs),
    bytesToFirstAnswer: starts[name]?.bytes,
  })
  const ofPath = (
    runs: 'cold' | 'warm',
    value: (run: NonNullable<typeof path>['cold'][number]) => number | undefined,
  ) => middle(path?.[runs].flatMap((run) => value(run) ?? []))

  /** Every stage of a good frame and what comes once after the last: all that is computed once that frame is here. */
  const after = (run: NonNullable<typeof path>['cold'][number]) =>
    Object.values(run.stages).reduce((sum, value) => sum + value, 0)
  const spreads = {
    guidanceVsHuman: ratioOf(rounds('human', 'frame'), rounds('faceseal', 'guidance')),
    guidanceVsFaceApi: ratioOf(rounds('vladmandic-face-api', 'frame'), rounds('faceseal', 'guidance')),
    embedVsFaceApi: ratioOf(rounds('vladmandic-face-api', 'embed'), rounds('faceseal', 'embed')),
    // Like for like: without anybody's descriptor, and with everybody's.
    guidanceVsFaceApiGuidance: ratioOf(rounds('vladmandic-face-api', 'guidance'), rounds('faceseal', 'guidance')),
    frameVsHuman: ratioOf(rounds('human', 'frame'), rounds('faceseal', 'frame')),
    frameVsFaceApi: ratioOf(rounds('vladmandic-face-api', 'frame'), rounds('faceseal', 'frame')),
    guidanceVsOriginal: ratioOf(rounds('face-api.js', 'frame'), rounds('faceseal', 'guidance')),
    afterLastFrameVsHuman: ratioOf(rounds('human', 'frame'), rounds('faceseal', 'afterLastFrame')),
  }
  return {
    contestants: {
      faceseal: {
        guidanceFrameMs: still('faceseal', 'guidance'),
        embedMs: still('faceseal', 'embed'),
        verifyMs: ofPath('warm', ({ granted, responded }) => responded - granted),
        coldStartMs: ofPath('cold', ({ granted, guided }) => guided - granted),
        warmStartMs: ofPath('warm', ({ granted, guided }) => guided - granted),
        bytesToGuidance: ofPath('cold', (run) => run.bytesToGuidance),
        bytesToResponse: ofPath('cold', (run) => run.bytesToResponse),
        longestTaskMs: path?.longestTask?.cpuMs ?? path?.longestTask?.wallMs,
        memoryGrowthPct: memory?.growthPct,
        bytesToResponseLite: path?.lite.bytesToResponse,
        coldStartLiteMs: path && rounded(path.lite.guided - path.lite.granted),
        tensorsLeft: memory?.tensorsLeft ?? contest.tensorsLeft.faceseal,
        droppedFrames: ofPath('warm', (run) => run.droppedFrames),
        afterLastFrameMs: ofPath('warm', after),
        frameMs: still('faceseal', 'frame'),
        videoGuidanceMs: video('faceseal', 'guidance'),
        ...Object.fromEntries(
          ['read', 'spot', 'detect', 'glance', 'landmarks', 'quality', 'spoof', 'protect'].map((stage) => [
            `${stage}Ms`,
            still('faceseal', stage),
          ]),
        ),
        ...start('faceseal'),
      },
      ...Object.fromEntries(
        contestants.flatMap((name) =>
          name === 'faceseal' || contest.stills[name] === undefined
            ? []
            : [
                [
                  name,
                  {
                    frameMs: still(name, 'frame'),
                    guidanceMs: still(name, 'guidance'),
                    embedMs: still(name, 'embed'),
                    videoFrameMs: video(name, 'frame'),
                    ...start(name),
                  },
                ],
              ],
        ),
      ),
    },
    ratios: Object.fromEntries(Object.entries(spreads).map(([name, spread]) => [name, spread?.ratio])),
    sizes: {
      firstAnswer: Object.fromEntries(Object.entries(starts).map(([name, { bytes }]) => [name, bytes])),
      files: path?.cold[0]?.files ?? {},
    },
    ratioSpread: spreads,
    spread: Object.fromEntries(contestants.map((name) => [name, stagesOf(contest.stills[name])])),
    ...{ backends: contest.backends, failures: contest.failures, tensorsLeft: contest.tensorsLeft },
    ...(path && { path: { longestTask: path.longestTask, cold: path.cold, warm: path.warm, lite: path.lite } }),
    ...(memory && { memory }),
    ...(soak && { soak }),
    roofline: rooflineOf(contest.peakGmacs, embedMacs, rounds('faceseal', 'embed').flat()),
    pictures: { given: pictures.length, timed: contest.pictures },
  }
}

function rooflineOf(peaks: readonly number[], macs: number, embedMs: readonly number[]): SpeedReport['roofline'] {
  // The best of both, for other work on the machine slows the one and the other.
  const peak = Math.max(...peaks)
  const bestMs = rounded(Math.min(...embedMs), 1)
  const floorMs = macs / peak / 1e6
  return {
    peakGmacs: rounded(peak, 1),
    embedGmacs: rounded(macs / 1e9, 3),
    floorMs: rounded(floorMs, 1),
    bestMs,
    share: rounded(floorMs / bestMs),
  }
}

function stagesOf(rounds: Rounds | undefined): Readonly<Record<string, Spread | undefined>> {
  const stages = new Set((rounds ?? []).flatMap((round) => Object.keys(round)))
  return Object.fromEntries(
    [...stages].map((stage) => [stage, spreadOf((rounds ?? []).flatMap((round) => round[stage] ?? []))]),
  )
}
