import { readFile } from 'node:fs/promises'
import { type Rate, rateOf } from '../pad/figures.ts'
import { differing } from './all-pairs.ts'
import { mean } from './metrics.ts'
import { personOf } from './pairs.ts'

/** One picture of a person whose group is known. */
export interface GroupedImage {
  readonly person: string
  readonly template: Uint32Array | undefined
  /** What the capture gate would say. */
  readonly hint: string | undefined
}

export interface GroupFigures {
  readonly people: number
  readonly images: number
  readonly undetected: number
  readonly refusedByGate: number
  /** Genuine pairs, and how many are rejected at each named threshold. */
  readonly genuine: { readonly pairs: number; readonly meanDistance: number; readonly rejected: ByThreshold }
  /** Pairs of two people of this group, and how many are accepted at each named threshold. */
  readonly impostor: { readonly pairs: number; readonly meanDistance: number; readonly accepted: ByThreshold }
}

type ByThreshold = Readonly<Record<string, Rate>>

/** Columns of a CSV with `id` first: `{ id: { column: value } }`. */
export async function readGroups(file: string): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const [header = '', ...lines] = (await readFile(file, 'utf8')).trim().split(/\r?\n/)
  const columns = header.split(',')
  if (columns[0] !== 'id') throw new Error(`${file}: the first column is not id`)
  return new Map(
    lines.map((line) => {
      const cells = line.split(',')
      return [cells[0]!, Object.fromEntries(columns.slice(1).map((column, index) => [column, cells[index + 1] ?? '']))]
    }),
  )
}

/** Every value of `column` that has at least two people, largest group first. */
export function figuresByGroup(
  images: ReadonlyMap<string, GroupedImage>,
  groups: ReadonlyMap<string, Readonly<Record<string, string>>>,
  column: string,
  thresholds: Readonly<Record<string, number>>,
): Readonly<Record<string, GroupFigures>> {
  const members = new Map<string, GroupedImage[]>()
  for (const [path, image] of images) {
    const value = banded(groups.get(personOf(path))?.[column])
    if (value) members.set(value, [...(members.get(value) ?? []), image])
  }
  const peopleOf = (list: readonly GroupedImage[]) => new Set(list.map(({ person }) => person)).size
  return Object.fromEntries(
    [...members]
      .filter(([, list]) => peopleOf(list) > 1)
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([value, list]) => [value, figuresOf(list, peopleOf(list), thresholds)]),
  )
}

/** Ages in years by decades: `20-29`. */
function banded(value: string | undefined): string | undefined {
  if (value === undefined || !/^\d+(\.\d+)?$/.test(value)) return value
  const decade = Math.floor(Number(value) / 10) * 10
  return `${decade}-${decade + 9}`
}

function figuresOf(
  images: readonly GroupedImage[],
  people: number,
  thresholds: Readonly<Record<string, number>>,
): GroupFigures {
  const genuine: number[] = []
  const impostor: number[] = []
  images.forEach((one, index) => {
    for (const other of images.slice(index + 1)) {
      const distance =
        one.template && other.template ? differing(one.template, other.template) / (32 * one.template.length) : 1
      const list = one.person === other.person ? genuine : impostor
      list.push(distance)
    }
  })
  const count = (list: readonly number[], is: (distance: number, threshold: number) => boolean): ByThreshold =>
    Object.fromEntries(
      Object.entries(thresholds).map(([name, threshold]) => {
        const hits = list.filter((distance) => is(distance, threshold)).length
        return [name, rateOf(hits, list.length)]
      }),
    )
  return {
    people,
    images: images.length,
    undetected: images.filter(({ template }) => !template).length,
    refusedByGate: images.filter(({ hint }) => hint !== undefined).length,
    genuine: {
      pairs: genuine.length,
      meanDistance: mean(genuine),
      rejected: count(genuine, (distance, threshold) => distance > threshold),
    },
    impostor: {
      pairs: impostor.length,
      meanDistance: mean(impostor),
      accepted: count(impostor, (distance, threshold) => distance <= threshold),
    },
  }
}
