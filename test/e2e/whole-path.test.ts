import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { decodeEnvelope, maxEnvelopeBytes } from '../../src/wire/envelope'
import { begin, perform, settled } from './acts'
import { openStage, type Stage, type Visitor } from './harness'

let stage: Stage
let visitor: Visitor

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.show('man-a')
  visitor = await stage.visit()
})
afterEach(() => visitor.close())

const sealedBodies = () => visitor.requests.filter(({ contentType }) => contentType === 'application/octet-stream')

test('a man enrols; he is accepted in another recording, another man is rejected', async () => {
  expect(await perform(visitor, 'enrol')).toEqual({ state: 'enrolled', detail: 'backend' })

  await stage.show('man-a-again')
  expect(await perform(visitor, 'verify')).toEqual({ state: 'accepted', detail: 'backend' })

  await stage.show('man-b')
  expect(await perform(visitor, 'verify')).toEqual({ state: 'rejected', detail: 'backend' })

  // What went up: one envelope each, to this origin, at most 1 KiB, and no other body with bytes of its own.
  expect(sealedBodies().map(({ url }) => url.pathname)).toEqual(['/face/enrol', '/face/verify', '/face/verify'])
  for (const { body } of sealedBodies()) {
    expect(body.length).toBeLessThanOrEqual(maxEnvelopeBytes)
    expect(decodeEnvelope(body).header.origin).toBe(stage.demo.url)
  }
  for (const { body, contentType } of visitor.requests) {
    if (body.length > 0 && contentType !== 'application/octet-stream') expect(() => JSON.parse(`${body}`)).not.toThrow()
  }
  expect(visitor.requests.map(({ url }) => url.origin)).toEqual(visitor.requests.map(() => stage.demo.url))
  expect(stage.outside.attempts).toEqual([])

  expect(await visitor.trackStates()).toEqual(['ended', 'ended', 'ended'])
  expect(await visitor.count('otherPermissions')).toBe(0)
  expect(visitor.logs).toEqual([])
})

test('before the first consent there is no camera, no worker and no model request; none after a refusal', async () => {
  await visitor.page.click('#enrol')
  await visitor.page.getByRole('dialog').waitFor()
  await expectNothingStarted()

  await visitor.page.getByRole('dialog').getByRole('button', { name: 'Agree, this time only' }).click()
  // The second question is open: still nothing, for the person may yet close the page.
  await visitor.page.getByRole('button', { name: 'Do not allow' }).first().waitFor()
  await expectNothingStarted()

  // That these counters do count:
  await visitor.page.getByRole('button', { name: 'Allow, this time only' }).click()
  await settled(visitor)
  expect(await visitor.count('getUserMedia')).toBe(1)
  expect(await visitor.count('workers')).toBe(1)
  expect(modelRequests().length).toBeGreaterThan(5)
})

test.each(['otherwise', 'escape'] as const)(
  'declining (%s) ends in the other way, with nothing started',
  async (process) => {
    await begin(visitor, 'enrol', { process })
    expect(await settled(visitor)).toEqual({ state: 'alternative', detail: 'declined' })
    await expectNothingStarted()
    expect(sealedBodies()).toEqual([])

    const code = await visitor.page.locator('#sms-lead').textContent()
    await visitor.page.fill('#sms-code', code?.match(/\d{6}/)?.[0] ?? '')
    await visitor.page.getByRole('button', { name: 'Submit' }).click()
    await visitor.page.locator('#state[data-state=sms-accepted]').waitFor()

    // L06: nobody is asked again for having said no.
    await visitor.page.click('#verify')
    await visitor.page.locator('#state[data-detail=declined_before]').waitFor()
    await expectNothingStarted()
  },
)

function modelRequests() {
  return visitor.requests.filter(({ url }) => /\.(bin|tflite|wasm)$|weights_manifest|worker/.test(url.pathname))
}

async function expectNothingStarted(): Promise<void> {
  expect(await visitor.count('getUserMedia')).toBe(0)
  expect(await visitor.count('workers')).toBe(0)
  expect(modelRequests()).toEqual([])
}
