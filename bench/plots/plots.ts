// The figures of docs/, out of the JSON of `npm run eval`: only what the JSON holds is drawn.
import { mkdir, writeFile } from 'node:fs/promises'
import * as v from 'valibot'
import { type Axis, type Chart, renderChart, type Series } from './chart.ts'

const histogram = v.object({ low: v.number(), high: v.number(), counts: v.array(v.number()) })
const curve = v.array(v.tuple([v.number(), v.number()]))
const inversion = v.object({ cosines: histogram })
const unlinkability = v.object({
  ...{ dSys: v.number(), low: v.number(), high: v.number() },
  ...{ matedScores: histogram, nonMatedScores: histogram, local: v.array(v.number()) },
})

/** What is drawn of an evaluation's JSON; everything else is let through. */
const plottedSchema = v.object({
  allPairs: v.optional(
    v.object({
      genuine: v.number(),
      impostor: v.number(),
      /** (false accept rate, true accept rate). */
      curve: v.optional(v.object({ float: curve, protected: curve })),
    }),
  ),
  reject: v.optional(
    v.object({
      /** (share of captures refused, false non-match rate of the others). */
      curve,
    }),
  ),
  protection: v.optional(
    v.object({
      levels: v.record(v.string(), v.number()),
      distances: v.object({
        float: v.object({ genuine: histogram, impostor: histogram }),
        oneToken: v.object({ genuine: histogram, impostor: histogram }),
      }),
      chance: v.object({ revokedSamePicture: v.object({ distances: histogram }) }),
      unlinkability: v.object({ secretToken: unlinkability, knownToken: unlinkability }),
      inversion: v.object({
        ...{ linear: inversion, optimiser: inversion, optimiserWithPrior: inversion, withoutToken: inversion },
      }),
    }),
  ),
})

export type Plotted = v.InferOutput<typeof plottedSchema>
type Histogram = v.InferOutput<typeof histogram>

/** Draws every figure for which the JSON has values; returns the files' names. Throws for JSON of another shape. */
export async function writePlots(report: unknown, folder: string): Promise<readonly string[]> {
  const charts = chartsOf(v.parse(plottedSchema, report))
  await mkdir(folder, { recursive: true })
  for (const [name, chart] of charts) await writeFile(`${folder}/${name}.svg`, renderChart(chart))
  return charts.map(([name]) => `${name}.svg`)
}

export function chartsOf({ allPairs, reject, protection }: Plotted): readonly (readonly [string, Chart])[] {
  const charts: (readonly [string, Chart])[] = []
  if (allPairs?.curve) charts.push(['det', errorTradeOff(allPairs.curve, allPairs)])
  if (reject) charts.push(['reject', rejectCurve(reject.curve)])
  if (protection) {
    const { distances, chance, levels } = protection
    charts.push(
      ['distances-float', floatDistances(distances.float)],
      ['distances-protected', protectedDistances(distances.oneToken, chance.revokedSamePicture.distances, levels)],
      ['unlinkability-secret', linkability(protection.unlinkability.secretToken, 'secret')],
      ['unlinkability-known', linkability(protection.unlinkability.knownToken, 'known')],
      ['inversion', inverted(protection.inversion)],
    )
  }
  return charts
}

function errorTradeOff(
  { float, protected: bits }: NonNullable<NonNullable<Plotted['allPairs']>['curve']>,
  { genuine, impostor }: { readonly genuine: number; readonly impostor: number },
): Chart {
  const missed = (points: typeof float) =>
    points.filter(([far]) => far > 0).map(([far, tar]) => [far, 1 - tar] as const)
  return {
    title: 'What protection costs: errors of embeddings and of templates',
    description:
      'Detection error trade-off: share of genuine pairs missed against the false accept rate, both logarithmic, for float embeddings and for protected templates under one token. The closer the curves, the less protection costs.',
    x: powers('false accept rate', impostor > 1e6 ? -6 : -5, -1, 'power'),
    y: powers('genuine pairs missed', genuine > 1e3 ? -3 : -2, 0, '%'),
    series: [
      { name: 'float', points: missed(float), tone: 'blue' },
      { name: 'protected, one token for all', points: missed(bits), tone: 'orange', kind: 'dashed' },
    ],
  }
}

function rejectCurve(points: readonly (readonly [number, number])[]): Chart {
  const most = Math.max(...points.map(([, rate]) => rate), 0.001)
  return {
    title: 'Refusing poor pictures lowers the error',
    description:
      'Error against reject: the share of genuine pairs that are missed, as more and more pictures of the lowest quality are refused.',
    x: percents('pictures refused', 0, Math.max(...points.map(([share]) => share)), 0),
    y: percents('genuine pairs missed', 0, most * 1.1, most < 0.1 ? 1 : 0),
    series: [{ name: 'genuine pairs missed', points, tone: 'blue' }],
  }
}

function floatDistances({ genuine, impostor }: { readonly genuine: Histogram; readonly impostor: Histogram }): Chart {
  return distribution(
    'Similarity before protection',
    'cosine of centred embeddings',
    'Two distributions of cosines: strangers lie around zero, pictures of one person far above.',
    plain(-0.4, 1, 0.2),
    [
      ['strangers', 'orange', impostor],
      ['one person', 'blue', genuine],
    ],
  )
}

function protectedDistances(
  { genuine, impostor }: { readonly genuine: Histogram; readonly impostor: Histogram },
  revoked: Histogram,
  levels: Readonly<Record<string, number>>,
): Chart {
  const chart = distribution(
    'Distance after protection',
    'fraction of differing bits',
    'Distributions of the fraction of differing bits: one person around 0.27, strangers with one token around one half, and an old template against a renewed one in a narrow peak at one half. Vertical lines are the thresholds of the levels.',
    plain(0, 0.7, 0.1),
    [
      ['one person', 'blue', genuine],
      ['strangers, one token', 'orange', impostor],
      ['one person, renewed token', 'green', revoked],
    ],
  )
  return { ...chart, marks: Object.entries(levels).map(([label, x]) => ({ x, label })) }
}

function linkability(
  { matedScores, nonMatedScores, local, dSys, low, high }: v.InferOutput<typeof unlinkability>,
  token: 'secret' | 'known',
): Chart {
  const [mated, nonMated] = [shares(matedScores), shares(nonMatedScores)]
  const most = Math.max(...mated.map(([, y]) => y), ...nonMated.map(([, y]) => y))
  const seen = (bin: number) => matedScores.counts[bin]! + nonMatedScores.counts[bin]!
  const scaled = local
    .map((value, bin) => [mated[bin]![0], value * most, seen(bin)] as const)
    // Of a handful of pairs nothing can be said.
    .filter(([, , pairs]) => pairs >= 100)
    .map(([x, y]) => [x, y] as const)
  const figure = `D_sys ${dSys.toFixed(3)} (${low.toFixed(3)} – ${high.toFixed(3)})`
  return {
    title:
      token === 'secret' ? `Two templates, tokens secret: ${figure}` : `Two templates, both tokens known: ${figure}`,
    description:
      'Scores of two templates of one person and of two people, and how linkable a pair with each score is: the dashed line is at the bottom for not at all, at the highest point of the distributions for surely.',
    x: {
      label: token === 'secret' ? 'fraction of differing bits' : 'cosine of what an inversion gives',
      ...plain(matedScores.low, matedScores.high, token === 'secret' ? 0.01 : 0.2),
    },
    y: { label: 'share of pairs', low: 0, high: most * 1.15, ticks: [] },
    series: [
      { name: 'two people', points: nonMated, tone: 'orange', kind: 'area' },
      { name: 'one person', points: mated, tone: 'blue', kind: 'area' },
      { name: 'linkability of the score', points: scaled, tone: 'grey', kind: 'dashed' },
    ],
  }
}

function inverted(kinds: NonNullable<Plotted['protection']>['inversion']): Chart {
  return distribution(
    'What an attacker gets back',
    'cosine of the recovered and the true embedding',
    'Without the token the recovered embedding is a stranger, around zero; with it the linear guess reaches 0.93 and optimisers more.',
    plain(-0.2, 1, 0.2),
    [
      ['without token', 'grey', kinds.withoutToken.cosines],
      ['linear', 'orange', kinds.linear.cosines],
      ['optimiser', 'green', kinds.optimiser.cosines],
      ['optimiser knowing faces', 'blue', kinds.optimiserWithPrior.cosines],
    ],
  )
}

function distribution(
  title: string,
  label: string,
  description: string,
  x: Omit<Axis, 'label'>,
  kinds: readonly (readonly [string, Series['tone'], Histogram])[],
): Chart {
  const series = kinds.map(
    ([name, tone, counts]): Series => ({
      ...{ name, tone, kind: 'area' },
      points: shares(counts).filter(([at]) => at >= x.low && at <= x.high),
    }),
  )
  const most = Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y)))
  return {
    title,
    description,
    x: { label, ...x },
    y: percents('share', 0, most * 1.1, most < 0.1 ? 1 : 0),
    series,
  }
}

/** Middle of each bin and its share of all. */
function shares({ low, high, counts }: Histogram): readonly (readonly [number, number])[] {
  const all = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count, bin) => [low + ((bin + 0.5) * (high - low)) / counts.length, count / all] as const)
}

function plain(low: number, high: number, step: number): Omit<Axis, 'label'> {
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor(high / step + 1e-9) - first + 1
  const ticks = Array.from({ length: Math.max(0, count) }, (_, index) => {
    const at = (first + index) * step
    return { at, text: at.toFixed(step < 0.1 ? 2 : 1) }
  })
  return { low, high, ticks }
}

function percents(label: string, low: number, high: number, digits: number): Axis {
  const rough = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough
  const { ticks } = plain(low, high, step)
  return { label, low, high, ticks: ticks.map(({ at }) => ({ at, text: `${(100 * at).toFixed(digits)} %` })) }
}

function powers(label: string, from: number, to: number, unit: '%' | 'power'): Axis {
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => {
    const exponent = from + index
    const at = 10 ** exponent
    return { at, text: unit === '%' ? `${Number((100 * at).toPrecision(1))} %` : `1e${exponent}` }
  })
  return { label, low: 10 ** from, high: 10 ** to, ticks, logarithmic: true }
}
