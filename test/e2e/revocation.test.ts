import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { hammingDistance } from '../../src/server/hamming'
import { openStage, type Stage, type Visitor } from './harness'
import { createLab, performWith } from './lab'

let stage: Stage
let visitor: Visitor

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  visitor = await stage.visit()
})
afterEach(() => visitor.close())

const bits = 2048

test('the same man under two tenants looks like two strangers (L16)', async () => {
  const [first, second] = await Promise.all([createLab(stage.demo.url, 'estate'), createLab(stage.demo.url, 'clinic')])
  const enrolled = await performWith(visitor, await first.options('enrol'))
  const again = await performWith(visitor, await first.options('enrol'))
  const elsewhere = await performWith(visitor, await second.options('enrol'))
  const [one, renewed, other] = await Promise.all([
    first.templateIn('enrol', enrolled.response),
    first.templateIn('enrol', again.response),
    second.templateIn('enrol', elsewhere.response),
  ])
  const strangers = 0.05 * bits
  expect(Math.abs(hammingDistance(one, other) - bits / 2)).toBeLessThan(strangers)
  // A renewal is a new salt: the old template and the new one have nothing in common either.
  expect(Math.abs(hammingDistance(one, renewed) - bits / 2)).toBeLessThan(strangers)
})

test('with one salt the same man is near himself, so the distances above mean something', async () => {
  const lab = await createLab(stage.demo.url, 'estate')
  await enrol(lab)
  const [left, right] = [
    await performWith(visitor, await lab.options('verify')),
    await performWith(visitor, await lab.options('verify')),
  ]
  const near = hammingDistance(
    await lab.templateIn('verify', left.response),
    await lab.templateIn('verify', right.response),
  )
  expect(near).toBeLessThan(0.3 * bits)
})

test('after a renewal an answer made with the old salt is rejected, a new one is accepted', async () => {
  const lab = await createLab(stage.demo.url, 'estate')
  await enrol(lab)
  const old = await performWith(visitor, await lab.options('verify'))
  await lab.sendReceipts(old.receipts)
  await enrol(lab)
  expect((await lab.send('verify', old.response)).verified).not.toBe(true)

  const fresh = await performWith(visitor, await lab.options('verify'))
  await lab.sendReceipts(fresh.receipts)
  expect(await lab.send('verify', fresh.response)).toMatchObject({ status: 200, verified: true })
})

async function enrol(lab: Awaited<ReturnType<typeof createLab>>): Promise<void> {
  const enrolment = await performWith(visitor, await lab.options('enrol'))
  expect(enrolment.kind).toBe('sealed')
  await lab.sendReceipts(enrolment.receipts)
  expect(await lab.send('enrol', enrolment.response)).toMatchObject({ status: 200 })
}
