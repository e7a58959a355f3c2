import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { figuresByGroup, type GroupedImage, readGroups } from '../../../bench/eval/groups.ts'

const near = new Uint32Array(64)
const far = new Uint32Array(64).fill(0x0f0f0f0f)

it('compares people of a group with each other alone, and counts what is missing', () => {
  const row = (sex: string, age: string) => ({ sex, age })
  const groups = new Map([
    ['a', row('f', '23')],
    ['b', row('f', '29')],
    ['c', row('m', '31')],
  ])
  const images = new Map<string, GroupedImage>([
    ['a_1.jpg', { person: 'a', template: near, hint: undefined }],
    ['a_2.jpg', { person: 'a', template: near, hint: 'blurred' }],
    ['b_1.jpg', { person: 'b', template: far, hint: undefined }],
    ['b_2.jpg', { person: 'b', template: undefined, hint: undefined }],
    ['c_1.jpg', { person: 'c', template: near, hint: undefined }],
  ])
  const figures = figuresByGroup(images, groups, 'sex', { standard: 0.35 })
  expect(Object.keys(figures)).toEqual(['f'])
  expect(figures.f).toMatchObject({ people: 2, images: 4, undetected: 1, refusedByGate: 1 })
  // a–a is the same picture; b–b lacks a template, which is a rejection and the largest distance.
  expect(figures.f!.genuine).toMatchObject({
    pairs: 2,
    meanDistance: 0.5,
    rejected: { standard: { errors: 1, of: 2 } },
  })
  expect(figures.f!.impostor).toMatchObject({ pairs: 4, accepted: { standard: { errors: 0, of: 4 } } })
  expect(Object.keys(figuresByGroup(images, groups, 'age', { standard: 0.35 }))).toEqual(['20-29'])
})

it('reads a table with an id, and refuses one without', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'faceseal-groups-'))
  try {
    await writeFile(join(folder, 'good.csv'), 'id,sex\n001,f\n002,m\n')
    expect([...(await readGroups(join(folder, 'good.csv')))]).toEqual([
      ['001', { sex: 'f' }],
      ['002', { sex: 'm' }],
    ])
    await writeFile(join(folder, 'bad.csv'), 'name,sex\nx,f\n')
    await expect(readGroups(join(folder, 'bad.csv'))).rejects.toThrow(/first column/)
  } finally {
    await rm(folder, { recursive: true })
  }
})
