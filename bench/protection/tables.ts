import { count, percent, table } from '../common/markdown.ts'
import type { ChanceCase, ChanceReport } from './chance.ts'
import type { ClimbReport, LimitedFailures } from './climb.ts'
import type { InversionFigures, InversionReport } from './harm.ts'
import type { LinkReport } from './link.ts'
import type { ProtectionReport } from './protection.ts'
import type { SearchReport } from './search.ts'
import type { Unlinkability } from './unlinkability.ts'

/** The tables of docs/protection.md, by the name of their place. */
export function protectionTables(report: ProtectionReport): ReadonlyMap<string, string> {
  const { unlinkability, chance, inversion, search, climbing, levels } = report
  return new Map([
    ['set', setLine(report)],
    ['unlinkability', unlinkabilityTable(unlinkability)],
    ['chance', chanceTable(chance)],
    ['inversion', inversionTable(inversion, Object.keys(levels))],
    ['search', searchTable(search)],
    ['dictionary', dictionaryTable(search)],
    ['climbing', climbingTable(climbing)],
    ['limiter', limiterTable(climbing)],
  ])
}

function setLine({ embedder, bits, people, images, distances }: ProtectionReport): string {
  const { genuinePairs, impostorPairs, impostor } = distances
  return `${embedder}, ${bits} bits: ${count(images)} images of ${count(people)} people; ${count(genuinePairs)} genuine and ${count(impostorPairs)} impostor pairs. Strangers with one token differ in ${impostor.mean.toFixed(3)} ± ${impostor.deviation.toFixed(3)} of the bits.`
}

function unlinkabilityTable({ secretToken, knownToken }: LinkReport): string {
  const row = (name: string, { dSys, low, high, nothingToFind, mated, nonMated }: Unlinkability) => [
    name,
    `**${dSys.toFixed(3)}** (${low.toFixed(3)} – ${high.toFixed(3)})`,
    nothingToFind.toFixed(3),
    `${count(mated)} / ${count(nonMated)}`,
  ]
  return table(
    ['tokens', 'D_sys (95 %)', 'the estimator on nothing', 'mated / non-mated pairs'],
    [row('secret', secretToken), row('both known to the attacker', knownToken)],
  )
}

function chanceTable(chance: ChanceReport): string {
  const names: Readonly<Record<keyof ChanceReport, string>> = {
    strangers: 'two people, separate tokens',
    strangersOneToken: 'two people, one token',
    revokedSamePicture: 'revoked: the same picture, new salt',
    revokedOtherPicture: 'revoked: another picture, new salt',
    otherTenant: 'another tenant',
    otherOrigin: 'another origin',
    otherPurpose: 'another purpose',
    otherModel: 'another model',
    otherVersion: 'another version',
    otherLength: 'another length (common bits)',
  }
  const row = (key: keyof ChanceReport) => {
    const { comparisons, mean, deviation, ks, ksBound, accepted } = chance[key]
    return [
      names[key],
      count(comparisons),
      `${mean.toFixed(4)} ± ${deviation.toFixed(4)}`,
      `${ks.toFixed(3)} (${ksBound.toFixed(3)})`,
      acceptedIn(accepted),
    ]
  }
  const keys: readonly (keyof ChanceReport)[] = [
    ...(['strangers', 'strangersOneToken', 'revokedSamePicture', 'revokedOtherPicture', 'otherTenant'] as const),
    ...(['otherOrigin', 'otherPurpose', 'otherModel', 'otherVersion', 'otherLength'] as const),
  ]
  return table(
    [
      'one person here and there',
      'comparisons',
      'differing bits',
      'KS (5 % bound)',
      'accepted at the widest level (95 %)',
    ],
    keys.map(row),
  )
}

/** The widest level accepts most. */
function acceptedIn(accepted: ChanceCase['accepted']): string {
  const widest = Object.values(accepted).toSorted((a, b) => b.errors - a.errors)[0]
  return widest ? `${widest.errors} (≤ ${percent(widest.high, 2)})` : ''
}

function inversionTable(
  { genuine, linear, optimiser, optimiserWithPrior, withoutToken }: InversionReport,
  levels: readonly string[],
): string {
  const passed = (figures: Pick<InversionFigures, 'passOtherSystem'>) =>
    levels.map((level) => percent(figures.passOtherSystem[level]!, 1)).join(' / ')
  const row = (name: string, figures: InversionFigures) => [
    name,
    `${figures.cosine.mean.toFixed(3)} (${figures.cosine.p5.toFixed(3)} – ${figures.cosine.p95.toFixed(3)})`,
    levels.map((level) => percent(figures.passSameSystem[level]!, 0)).join(' / '),
    passed(figures),
    percent(figures.namedFirst, 1),
  ]
  return table(
    ['', 'cosine (5th – 95th)', 'passes where stolen', 'passes elsewhere', 'named first'],
    [
      row('linear (pseudo-inverse)', linear),
      row('optimiser', optimiser),
      row('optimiser that knows faces', optimiserWithPrior),
      row('without the token', withoutToken),
      ['the true embedding', '1', '', passed(genuine), percent(genuine.namedFirst, 1)],
    ],
  )
}

function searchTable({ accounts, levels }: SearchReport): string {
  return table(
    [
      'level',
      'FAR',
      'accounts that some stranger opens',
      'strangers per account: median, 95th, 99th, most',
      'variance / mean',
      'worst 1 % of accounts have',
      'median tries',
      'one try without token',
    ],
    Object.entries(levels).map(([name, level]) => [
      `${name} (${level.threshold.toFixed(3)})`,
      level.far.toExponential(1),
      `${percent(level.opened, 1)} of ${count(accounts)}`,
      `${level.perAccount.median}, ${level.perAccount.p95}, ${level.perAccount.p99}, ${level.perAccount.most}`,
      level.dispersion === null ? '–' : level.dispersion.toFixed(1),
      level.worstPercentShare === null ? '–' : `${percent(level.worstPercentShare, 0)} of false accepts`,
      level.medianTries === null ? `more than ${count(accounts - 1)}` : count(level.medianTries),
      `1e${Math.round(level.withoutTokenLog10)}`,
    ]),
  )
}

function dictionaryTable({ levels }: SearchReport): string {
  const tries = Object.values(levels)[0]?.openedWithin.map((entry) => entry.tries) ?? []
  return table(
    ['level, order', ...tries.map((many) => (many === 1 ? '1 try' : `${many} tries`))],
    Object.entries(levels).flatMap(([name, { openedWithin }]) => [
      [`${name}, random`, ...openedWithin.map(({ randomOrder }) => percent(randomOrder, 1))],
      [`${name}, best first`, ...openedWithin.map(({ bestFirst }) => percent(bestFirst, 1))],
    ]),
  )
}

function climbingTable({ levels }: ClimbReport): string {
  return table(
    ['level', 'accounts', 'tries', 'of them refused', 'bits learnt', 'cosine before', 'after'],
    Object.entries(levels).map(([name, level]) => [
      name,
      String(level.accounts),
      `${count(level.tries.median)} (most ${count(level.tries.most)})`,
      `${count(level.rejected.median)} (most ${count(level.rejected.most)})`,
      percent(level.learnt, 1),
      level.cosineBefore.toFixed(2),
      level.cosineAfter.toFixed(2),
    ]),
  )
}

function limiterTable({ limiter: { alwaysWrong, sometimesAccepted } }: ClimbReport): string {
  const row = (name: string, { oneDay, thirtyDays, oneYear }: LimitedFailures) => [
    name,
    ...[oneDay, thirtyDays, oneYear].map((failures) => (failures === null ? 'no limit' : count(failures))),
  ]
  return table(
    ['refused tries that are let through', 'one day', '30 days', 'a year'],
    [row('never accepted', alwaysWrong), row('accepted now and then', sometimesAccepted)],
  )
}
