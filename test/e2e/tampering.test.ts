import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, type Stage, type Visitor } from './harness'
import { beginWith, createLab, type Lab, outcomeOf, performWith } from './lab'

let stage: Stage
let visitor: Visitor
let lab: Lab

beforeAll(async () => {
  stage = await openStage()
  visitor = await stage.visit()
  lab = await createLab(stage.demo.url, 'estate')
  const enrolment = await performWith(visitor, await lab.options('enrol'))
  await lab.sendReceipts(enrolment.receipts)
  expect(await lab.send('enrol', enrolment.response)).toMatchObject({ status: 200 })
})
afterAll(() => stage.close())

async function freshAnswer(): Promise<Uint8Array> {
  lab.ahead = 0
  const { response, receipts } = await performWith(visitor, await lab.options('verify'))
  await lab.sendReceipts(receipts)
  return response
}

test('one answer: every flipped part and another origin are refused, then it is accepted once, and never again', async () => {
  const response = await freshAnswer()
  const headerEnd = 5 + ((response[3]! << 8) | response[4]!)
  const flips = [
    [0, 'envelope_malformed'],
    [headerEnd + 1 + 10, 'envelope_unopened'],
    [response.length - 1, 'envelope_unopened'],
    [response.length - 200, 'envelope_unopened'],
  ] as const
  for (const [at, code] of flips) {
    const flipped = response.slice()
    flipped[at]! ^= 1
    expect((await lab.send('verify', flipped)).code, `byte ${at}`).toBe(code)
  }
  // Every byte of the header, one bit each: some no longer parse, the others no longer fit the seal or the challenge.
  for (let at = 5; at < headerEnd; at += 7) {
    const flipped = response.slice()
    flipped[at]! ^= 1
    const { code, verified } = await lab.send('verify', flipped)
    expect(code, `header byte ${at}`).toMatch(/^(envelope|challenge|origin|device)_/)
    expect(verified).toBeUndefined()
  }
  expect((await lab.send('verify', response.slice(0, -1))).code).toBe('envelope_malformed')
  expect((await lab.send('enrol', response)).code).toBe('challenge_mismatch')
  expect((await lab.send('verify', response, 'https://elsewhere.example')).code).toBe('origin_mismatch')

  expect(await lab.send('verify', response)).toMatchObject({ status: 200, verified: true })
  expect((await lab.send('verify', response)).code).toBe('challenge_consumed')
})

test('an answer that comes late is refused', async () => {
  const response = await freshAnswer()
  lab.ahead = 3600
  expect((await lab.send('verify', response)).code).toBe('envelope_expired')
  lab.ahead = 0
})

test('without its receipts an answer is refused', async () => {
  lab.ahead = 0
  const { response } = await performWith(visitor, await lab.options('verify'))
  expect((await lab.send('verify', response)).code).toBe('consent_evidence')
})

test.each([
  ['changed on the way', 'options_signature', (options: object) => ({ ...options, embedder: 'face-api' })],
  ['with a field more', 'options_invalid', (options: object) => ({ ...options, debug: true })],
  ['signed by nobody', 'options_invalid', (options: object) => ({ ...options, signature: '' })],
] as const)('options %s: %s, before anything is asked or started', async (_, code, change) => {
  const untouched = await counts()
  await beginWith(visitor, change(await lab.options('verify')))
  expect((await outcomeOf(visitor)).code).toBe(code)
  expect(await counts()).toEqual(untouched)
})

test('options past their time, and options of another origin: refused before anything is asked', async () => {
  const untouched = await counts()
  lab.ahead = -7200
  await beginWith(visitor, await lab.options('verify'))
  expect((await outcomeOf(visitor)).code).toBe('options_expired')

  lab.ahead = 0
  const elsewhere = await createLab('https://elsewhere.example', 'estate')
  await beginWith(visitor, await elsewhere.options('verify'))
  expect((await outcomeOf(visitor)).code).toBe('origin_mismatch')
  expect(await counts()).toEqual(untouched)
})

async function counts() {
  return { cameras: await visitor.count('getUserMedia'), workers: await visitor.count('workers') }
}
