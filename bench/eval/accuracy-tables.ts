import * as v from 'valibot'
import { count, percent, table } from '../common/markdown.ts'

const rate = v.object({ rate: v.number(), low: v.number(), high: v.number() })
const figures = v.object({
  accuracy: v.number(),
  accuracyStandardError: v.number(),
  eer: v.number(),
  tarAtFar1e3: v.number(),
  folds: v.array(v.object({ fold: v.number(), accuracy: v.number() })),
})
const rates = v.object({ tarAtFar1e3: v.number(), tarAtFar1e4: v.number(), tarAtFar1e5: v.number() })
const counts = v.object({ people: v.number(), images: v.number(), genuine: v.number(), impostor: v.number() })
const point = v.object({ threshold: v.number(), far: rate, tar: rate })
const group = v.object({
  people: v.number(),
  images: v.number(),
  undetected: v.number(),
  refusedByGate: v.number(),
  genuine: v.object({ pairs: v.number(), meanDistance: v.number(), rejected: v.record(v.string(), rate) }),
  impostor: v.object({ pairs: v.number(), meanDistance: v.number(), accepted: v.record(v.string(), rate) }),
})

/** The parts of an evaluation's JSON that the page shows. */
export const accuracySchema = v.object({
  embedder: v.string(),
  model: v.string(),
  pairs: v.number(),
  images: v.number(),
  undetectedImages: v.number(),
  gateWouldAccept: v.number(),
  float: figures,
  protected: v.object({
    bits: v.number(),
    sameToken: figures,
    separateToken: figures,
    impostorDistance: v.object({ mean: v.number(), deviation: v.number() }),
  }),
  allPairs: v.object({ genuine: v.number(), impostor: v.number(), float: rates, protected: rates }),
  operatingPoints: v.record(
    v.string(),
    v.object({
      calibration: counts,
      report: counts,
      points: v.object({ convenient: point, standard: point, strict: point }),
    }),
  ),
  groups: v.optional(v.record(v.string(), v.record(v.string(), group))),
})
export type Accuracy = v.InferOutput<typeof accuracySchema>

/** The tables of docs/accuracy.md, by the name of their place. */
export function accuracyTables(report: Accuracy): ReadonlyMap<string, string> {
  const { groups } = report
  return new Map([
    ['set', setLine(report)],
    ['pairs', pairsTable(report)],
    ['folds', foldsTable(report)],
    ['all-pairs', allPairsTable(report)],
    ['points', pointsTable(report)],
    ...(groups ? ([['groups', groupsTable(groups)]] as const) : []),
  ])
}

function setLine({ embedder, model, pairs, images, undetectedImages, gateWouldAccept }: Accuracy): string {
  return `\`${embedder}\` (\`${model}\`), ${count(pairs)} pairs of ${count(images)} images; no face found in ${count(undetectedImages)}. The capture's quality gate would take ${percent(gateWouldAccept / images, 1)} of these press photos; all of them are scored.`
}

function pairsTable({ float, protected: bits }: Accuracy): string {
  const row = (name: string, { accuracy, accuracyStandardError, eer, tarAtFar1e3 }: Accuracy['float']) => [
    name,
    `${percent(accuracy, 2)} ± ${percent(accuracyStandardError, 2)}`,
    percent(eer, 2),
    percent(tarAtFar1e3, 2),
  ]
  return table(
    ['', 'accuracy ± standard error', 'EER', 'TAR at FAR 1e-3'],
    [
      row('float vectors', float),
      row(`${bits.bits} bits, one token for all`, bits.sameToken),
      row(`${bits.bits} bits, each their own token`, bits.separateToken),
    ],
  )
}

function foldsTable({ float, protected: { bits, sameToken } }: Accuracy): string {
  const row = (name: string, { folds }: Accuracy['float']) => [
    name,
    ...folds.map(({ accuracy }) => (100 * accuracy).toFixed(2)),
  ]
  return table(
    ['fold', ...float.folds.map(({ fold }) => String(fold))],
    [row('float', float), row(`${bits} bits, one token`, sameToken)],
  )
}

function allPairsTable({ allPairs: { genuine, impostor, float, protected: bits } }: Accuracy): string {
  const row = (name: string, figure: Accuracy['allPairs']['float']) => [
    name,
    ...[figure.tarAtFar1e3, figure.tarAtFar1e4, figure.tarAtFar1e5].map((tar) => percent(tar, 2)),
  ]
  const head = `${count(genuine)} genuine, ${count(impostor)} impostor pairs`
  return table([head, 'FAR 1e-3', '1e-4', '1e-5'], [row('float vectors', float), row('bits, one token for all', bits)])
}

function pointsTable({ operatingPoints }: Accuracy): string {
  return table(
    ['bits', 'level', 'threshold', 'FAR on the other people (95 %)', 'TAR on the other people (95 %)'],
    Object.entries(operatingPoints).flatMap(([bits, { points }]) =>
      Object.entries(points).map(([level, { threshold, far, tar }]) => [
        bits,
        `\`${level}\``,
        threshold.toFixed(4),
        `${far.rate.toExponential(1)} (${far.low.toExponential(1)} – ${far.high.toExponential(1)})`,
        `${percent(tar.rate, 1)} (${percent(tar.low, 1)} – ${percent(tar.high, 1)})`,
      ]),
    ),
  )
}

function groupsTable(groups: NonNullable<Accuracy['groups']>): string {
  const of = ({ rate: share, high }: v.InferOutput<typeof rate>) => `${percent(share, 1)} (≤ ${percent(high, 1)})`
  return table(
    [
      ...['group', 'people', 'no face', 'refused by the gate', 'mean distance, same person', 'strangers in the group'],
      ...['rejected at `standard` (95 %)', 'strangers accepted at `convenient` (95 %)'],
    ],
    Object.entries(groups).flatMap(([column, values]) =>
      Object.entries(values).map(([value, { people, images, undetected, refusedByGate, genuine, impostor }]) => [
        `${column}: ${value}`,
        String(people),
        `${undetected} of ${images}`,
        `${refusedByGate} of ${images}`,
        genuine.meanDistance.toFixed(3),
        impostor.meanDistance.toFixed(3),
        of(genuine.rejected.standard!),
        of(impostor.accepted.convenient!),
      ]),
    ),
  )
}
