import * as v from 'valibot'
import { bounds as inUse } from '../../src/worker/vision/quality.ts'
import { percent, table } from '../common/markdown.ts'

/** A rate is `null` in JSON where there was nothing to count. */
const share = v.nullable(v.number())
const rate = v.object({ rate: share, low: v.number(), high: v.number(), errors: v.number(), of: v.number() })
const hints = v.record(v.string(), v.number())
const condition = v.object({
  n: v.number(),
  refused: rate,
  fnmrAll: rate,
  fnmrAccepted: rate,
  fmrAll: share,
  fmrAccepted: share,
  hints,
})
const bound = v.object({
  kinds: v.array(v.string()),
  /** `null`: whatever the measure says, few enough are rejected by mistake. */
  bound: v.nullable(v.number()),
  reported: v.object({ fnmrAll: rate, fnmrPassing: rate, cleanRefused: rate }),
  tenths: v.array(v.object({ from: share, to: share, fnmr: share })),
})
const taken = v.object({ refused: rate, hints })
const group = v.object({
  medianLuma: share,
  clean: v.object({ n: v.number(), refused: rate, hints }),
  light: v.object({ n: v.number(), refused: rate, hints }),
})
const cosines = v.object({ n: v.number(), percentiles: v.record(v.string(), share) })

/** The parts of the quality benchmark's JSON that the page shows. */
export const qualitySchema = v.object({
  threshold: v.object({ level: v.string(), fraction: v.number(), bits: v.number() }),
  people: v.object({ london: v.number(), lfw: v.number() }),
  conditions: v.objectWithRest({ clean: condition, all: condition }, condition),
  reject: v.object({
    curve: v.array(v.tuple([v.number(), v.number()])),
    gate: v.object({ rejectedShare: v.number(), fnmr: rate }),
  }),
  bounds: v.objectWithRest({ strength: bound }, bound),
  byGroup: v.record(v.string(), group),
  acquisition: v.object({
    stills: v.record(v.string(), taken),
    clips: v.record(v.string(), taken),
    clipsWithoutCapture: v.object({ errors: v.number(), of: v.number(), paths: v.array(v.string()) }),
  }),
  realCovers: v.record(v.string(), group),
  samePerson: v.object({
    clips: v.number(),
    people: v.number(),
    same: cosines,
    others: cosines,
    bounds: v.array(v.object({ bound: v.number(), samePersonBelow: rate, othersAbove: rate })),
  }),
})
export type Quality = v.InferOutput<typeof qualitySchema>
type Rate = v.InferOutput<typeof rate>
type Hints = v.InferOutput<typeof hints>

/** The tables of docs/quality.md and its lines of figures, by the name of their place. */
export function qualityTables(report: Quality): ReadonlyMap<string, string> {
  return new Map([
    ['set', setLine(report)],
    ['conditions', conditionsTable(report)],
    ['gate', gateLine(report)],
    ['reject', rejectTable(report)],
    ['bounds', boundsTable(report)],
    ['strength', strengthLine(report)],
    ['covers', coversTable(report)],
    ['taken', takenTable(report)],
    ['clips', clipsLine(report)],
    ['groups', groupsTable(report)],
    ['luma', lumaLine(report)],
    ['same-set', sameSetLine(report)],
    ['same', sameTable(report)],
    ['same-cosines', cosinesLine(report)],
  ])
}

function setLine({ people, threshold: { level, fraction, bits } }: Quality): string {
  return `Pictures: ${people.london} people of the Face Research Lab London Set (CC BY 4.0, studio) and ${people.lfw} people of LFW (press). Threshold: \`${level}\`, ${fraction.toFixed(3)} of ${bits} bits, one token for all.`
}

/** Words for the kinds of copies, in the table's order. */
const kindNames: Readonly<Record<string, string>> = {
  clean: 'undamaged',
  blur: 'blur',
  motion: 'motion blur',
  low_resolution: 'low resolution',
  dark: 'dark',
  bright: 'bright',
  side_light: 'light from one side',
  low_contrast: 'low contrast',
  noise: 'noise',
  jpeg: 'jpeg',
  small: 'small',
  off_centre: 'off centre, partly outside',
  rolled: 'rolled',
  mask: 'mask over mouth, up to the nose',
  hand: 'hand-like patch, anywhere',
  one_eye: 'one eye covered',
  sunglasses: 'sunglasses',
  all: '**all**',
}

function conditionsTable({ conditions }: Quality): string {
  return table(
    ['copies', 'n', 'refused', 'false rejects, all', 'false rejects, accepted', 'most frequent hints'],
    Object.entries(kindNames).flatMap(([kind, name]) => {
      const own = conditions[kind]
      if (!own) return []
      const { n, refused, fnmrAll, fnmrAccepted } = own
      return [[name, String(n), shareOf(refused.rate, 0), ranged(fnmrAll), ranged(fnmrAccepted), mostOf(own.hints)]]
    }),
  )
}

function gateLine({ conditions: { clean, all }, reject: { gate } }: Quality): string {
  return `Over all copies the gate refuses ${percent(gate.rejectedShare, 0)} and takes false rejects from ${ranged(all.fnmrAll)} to ${ranged(gate.fnmr)}; undamaged pictures alone have ${ranged(clean.fnmrAll)}. False matches with everybody else's pictures: ${power(all.fmrAll)} of all copies, ${power(all.fmrAccepted)} of the accepted ones, ${power(clean.fmrAll)} of undamaged ones.`
}

function rejectTable({ reject: { curve } }: Quality): string {
  const shown = curve.filter((_, index) => index % 2 === 0)
  return table(
    ['taken away', ...shown.map(([away]) => percent(away, 0))],
    [['false rejects', ...shown.map(([, wrong]) => percent(wrong, 1))]],
  )
}

/** Measures of the table: their words and the gate's bound. */
const boundRows: readonly (readonly [measure: string, name: string, inUse: number])[] = [
  ['luma', 'luma', inUse.darkFace],
  ['glare', 'glare', inUse.glare],
  ['contrast', 'contrast', inUse.flatFace],
  ['sharpness', 'sharpness', inUse.minSharpness],
  ['across', 'sharpness across', inUse.minAcross],
  ['noise', 'sharpness (upper)', inUse.maxSharpness],
  ['extent', 'extent, px', inUse.minExtent],
  ['roll', 'roll', inUse.maxRoll],
  ['yaw', 'yaw', inUse.maxYaw],
  ['pitch', 'pitch', inUse.maxPitch],
  ['iris', 'iris', inUse.minIris],
  ['strength', 'strength', inUse.minStrength],
]

function boundsTable({ bounds }: Quality): string {
  return table(
    [
      ...['measure', 'copies', 'calibrated', 'in use', 'false rejects, other half'],
      ...['of those that pass the calibrated bound', 'undamaged pictures refused by it'],
    ],
    boundRows.flatMap(([measure, name, used]) => {
      const own = bounds[measure]
      if (!own) return []
      const { fnmrAll, fnmrPassing, cleanRefused } = own.reported
      const kinds = own.kinds.length > 8 ? 'all' : own.kinds.join(', ')
      const calibrated = own.bound === null ? 'none needed' : String(Number(own.bound.toPrecision(3)))
      return [
        [name, kinds, calibrated, String(used), ranged(fnmrAll), ranged(fnmrPassing), shareOf(cleanRefused.rate, 1)],
      ]
    }),
  )
}

function strengthLine({ bounds: { strength } }: Quality): string {
  const tenths = strength.tenths.map(({ from, to, fnmr }) => `${fixed(from, 1)}–${fixed(to, 1)}: ${shareOf(fnmr, 0)}`)
  return `Strength in tenths, worst first, with their false rejects over all copies: ${tenths.join(', ')}.`
}

const coverNames: Readonly<Record<string, string>> = {
  'conditions/mask': 'masks (`conditions/mask*`)',
  'derived/lower_occluded': 'lower face behind a bar (`derived/lower_occluded`)',
  'conditions/blur_dark': 'dark motion blur (`conditions/blur_dark`)',
  yale: 'Yale (`yale`)',
  deepface: 'press photos (`deepface`)',
}

function coversTable({ realCovers }: Quality): string {
  return table(
    ['pictures', 'n', 'refused', 'of these as `covered`', 'hints'],
    Object.entries(coverNames).flatMap(([label, name]) => {
      const clean = realCovers[label]?.clean
      if (!clean) return []
      const { n, refused, hints: said } = clean
      return [[name, ...[n, refused.errors, said.covered ?? 0].map(String), mostOf(said)]]
    }),
  )
}

function takenTable({ acquisition: { stills, clips } }: Quality): string {
  const row = (name: string, { refused, hints: said }: v.InferOutput<typeof taken>, cell: string) => [
    name,
    String(refused.of),
    cell,
    mostOf(said),
  ]
  return table(
    ['cleanly taken', 'pictures or frames', 'refused', 'hints'],
    [
      ...Object.entries(stills).map(([name, own]) => row(name, own, ranged(own.refused))),
      // Frames of a clip are too alike for bounds.
      ...Object.entries(clips).map(([path, own]) => row(clipName(path), own, shareOf(own.refused.rate, 0))),
    ],
  )
}

function clipsLine({ acquisition }: Quality): string {
  const { errors, of, paths } = acquisition.clipsWithoutCapture
  const which = paths.length > 0 ? ` (${paths.map(clipName).join(', ')})` : ''
  return `${errors} of ${of} clips never give three good frames${which}.`
}

function groupsTable({ byGroup }: Quality): string {
  const counted = ({ n, refused }: v.InferOutput<typeof group>['clean']) => `${n}, ${ranged(refused, 0)}`
  return table(
    ['group', 'median luma', 'undamaged: n, refused', 'light copies: n, refused', 'hints'],
    Object.entries(byGroup).map(([name, { medianLuma, clean, light }]) => [
      name,
      fixed(medianLuma, 0),
      counted(clean),
      counted(light),
      mostOf(light.hints),
    ]),
  )
}

/** Of how few pictures a group is left out when the darkest and the lightest are named. */
const fewest = 10

function lumaLine({ byGroup }: Quality): string {
  const known = Object.entries(byGroup)
    .flatMap(([name, { medianLuma, clean }]) => (medianLuma && clean.n >= fewest ? [{ name, medianLuma, clean }] : []))
    .sort((a, b) => a.medianLuma - b.medianLuma)
  const [darkest, lightest] = [known[0], known.at(-1)]
  if (!darkest || !lightest) return `No group has ${fewest} pictures.`
  const at = ({ name, medianLuma, clean }: typeof darkest) =>
    `(${name}, ${clean.n} pictures) reaches the bound at ${(inUse.darkFace / medianLuma).toFixed(2)}`
  return `The gate measures light reflected, so the darkest group ${at(darkest)} of the studio's light; the lightest ${at(lightest)}.`
}

function sameSetLine({ samePerson: { clips, people, same, others } }: Quality): string {
  return `Frames of ${clips} clips of ${people} people, gate applied, pairs at most 8 s apart within a clip (${same.n}) and across people (${others.n}):`
}

function sameTable({ samePerson }: Quality): string {
  const counted = ({ rate: value, errors }: Rate) => `${shareOf(value, 2)} (${errors})`
  return table(
    ['bound', 'same person below', 'other people above'],
    samePerson.bounds.map(({ bound: at, samePersonBelow, othersAbove }) => [
      at.toFixed(2),
      counted(samePersonBelow),
      counted(othersAbove),
    ]),
  )
}

function cosinesLine({ samePerson: { same, others } }: Quality): string {
  const at = (own: v.InferOutput<typeof cosines>, rank: string) => fixed(own.percentiles[rank] ?? null, 2)
  return `Same person: least ${at(same, '0')}, 1 % ${at(same, '0.01')}, median ${at(same, '0.5')}. Others: median ${at(others, '0.5')}, 99 % ${at(others, '0.99')}, largest ${at(others, '1')}.`
}

function clipName(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.[^.]+$/, '')
}

function mostOf(counts: Hints): string {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a)
  const shown = sorted.slice(0, 3).map(([hint, times]) => `\`${hint}\` ${times}`)
  return shown.join(', ') || '–'
}

/** A rate with its 95 % bounds. */
function ranged({ rate: value, low, high, of }: Rate, digits = 1): string {
  if (value === null || of === 0) return '–'
  return `${percent(value, digits)} (${(100 * low).toFixed(digits)} – ${percent(high, digits)})`
}

function shareOf(value: number | null, digits: number): string {
  return value === null ? '–' : percent(value, digits)
}

function fixed(value: number | null, digits: number): string {
  return value === null ? '–' : value.toFixed(digits)
}

function power(value: number | null): string {
  return value === null ? '–' : value.toExponential(1)
}
