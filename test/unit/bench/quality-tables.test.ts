import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { withTables } from '../../../bench/common/markdown'
import {
  boundsOf,
  captureFigures,
  conditionsOf,
  type Look,
  personFigures,
  refusals,
  rejectCurve,
} from '../../../bench/quality/figures'
import { qualitySchema, qualityTables } from '../../../bench/quality/tables'
import { bounds } from '../../../src/worker/vision/quality'
import { faceless, look } from './quality-looks'

const threshold = 0.25
const page = new URL('../../../docs/quality.md', import.meta.url)

/** Twenty people, of whom the second half's dark copies are too dark to be known. */
const looks: readonly Look[] = Array.from({ length: 20 }, (_, index) => {
  const [person, wrong] = [`p${index}`, index >= 10]
  const dark = { kind: 'dark', level: 0.7, flips: wrong ? 800 : 100, measures: { luma: wrong ? 20 : 90 } } as const
  const copy = index === 19 ? faceless(person, `${person}_2`, dark) : look(person, `${person}_2`, dark)
  return [look(person, `${person}_1`), look(person, `${person}_2`), copy]
}).flat()
const frames = [0, 500].map((t) => ({ ...look('a', 'video/a.mp4'), t, embedding: Float32Array.of(1, 0) }))
const clips = [{ path: 'video/a.mp4', frames }]

function groupsOf({ person, copy }: Look): readonly string[] {
  if (person === 'p12') return ['few']
  return copy.kind === 'clean' ? ['many', 'undamaged'] : ['many']
}

/** As the command writes it: what is no number is null. */
const written: Record<string, unknown> = JSON.parse(
  JSON.stringify({
    threshold: { level: 'standard', fraction: threshold, bits: 2048 },
    people: { london: 3, lfw: 17 },
    conditions: conditionsOf(looks, threshold),
    reject: rejectCurve(looks, threshold),
    bounds: boundsOf(looks, threshold),
    byGroup: refusals(looks, groupsOf),
    acquisition: captureFigures({ stills: looks }, clips),
    realCovers: refusals(looks, () => ['yale']),
    samePerson: personFigures(clips, new Float32Array(2)),
  }),
)

const tables = qualityTables(v.parse(qualitySchema, { ...written, eyes: 'of no interest' }))

/** Cells of the row that begins with `first`. */
function cells(name: string, first: string): readonly string[] | undefined {
  const rows = tables.get(name)!.split('\n')
  return rows.find((row) => row.startsWith(`| ${first} |`))?.split(' | ')
}

describe('tables of the quality page', () => {
  it('has a place for every table, and a table for every place', async () => {
    const text = await readFile(page, 'utf8')
    const places = [...text.matchAll(/<!-- table ([a-z-]+) -->/g)].map(([, name]) => name)
    expect(places.toSorted()).toEqual([...tables.keys()].toSorted())
    expect(withTables(text, tables)).toContain('3 people of the Face Research Lab London Set')
  })

  it('shows kinds of copies that were made, with bounds and hints', () => {
    expect(cells('conditions', 'dark')).toEqual([
      ...['| dark', '20', '50 %', '50.0 % (27.2 – 72.8 %)', '0.0 % (0.0 – 30.8 %)', '`too_dark` 9, `no_face` 1 |'],
    ])
    expect(cells('conditions', 'undamaged')!.at(-1)).toBe('– |')
    expect(cells('conditions', 'blur')).toBeUndefined()
    expect(tables.get('gate')).toMatch(/refuses 25 % and takes false rejects from 25\.0 % .* to 0\.0 % /)
  })

  it('shows each calibrated bound beside that of the gate', () => {
    expect(cells('bounds', 'luma')!.slice(1, 4)).toEqual(['dark', '90', String(bounds.darkFace)])
    expect(cells('bounds', 'yaw')!.slice(2, 4)).toEqual(['none needed', String(bounds.maxYaw)])
    expect(cells('bounds', 'strength')!.slice(1, 4)).toEqual(['all', '4', String(bounds.minStrength)])
  })

  it('every second point of the reject curve', () => {
    const [head, , row] = tables.get('reject')!.split('\n')
    expect(head).toMatch(/^\| taken away \| 0 % \| 10 % \|/)
    expect(row).toMatch(/^\| false rejects \| 25\.0 % \| 16\.7 % \|.* 0\.0 % \|$/)
  })

  it('names the darkest and the lightest only of groups that are large enough; nothing counted is a dash', () => {
    expect(tables.get('luma')).toContain('(many, 38 pictures)')
    expect(tables.get('luma')).not.toContain('few')
    expect(cells('groups', 'few')!.slice(2, 4)).toEqual(['2, 0 % (0 – 84 %)', '1, 100 % (2 – 100 %)'])
    expect(cells('groups', 'undamaged')![3]).toBe('0, –')
    expect(cells('covers', 'Yale (`yale`)')!.slice(1, 4)).toEqual(['40', '0', '0'])
    expect(tables.get('clips')).toBe('1 of 1 clips never give three good frames (a).')
    expect(cells('same', '0.40')).toEqual(['| 0.40', '0.00 % (0)', '– (0) |'])
    expect(tables.get('same-cosines')).toMatch(/least 1\.00.*largest –/)
  })

  it.each(['conditions', 'bounds', 'samePerson'])('refuses a report without %s', (part) => {
    expect(() => v.parse(qualitySchema, { ...written, [part]: undefined })).toThrow(v.ValiError)
  })
})
