import { createPublicKey, verify } from 'node:crypto'
import { compactVerify, EmbeddedJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hammingDistance } from '../../../src/worker/protect'
import { type Lab, openLab } from './lab'
import type { LabCapture, LabOutcome } from './lab-page'

const franck = (name: string) => `/photos/franck_${name}.jpg`
const [first, second, third] = [franck('01829'), franck('02045'), franck('02683')] as const
const stranger = '/photos/cage.jpg'
const noFace = '/photos/ironman.jpg'
const crowd = '/groups/sample1.jpg'

let lab: Lab
/** Plays one picture for ever, unless told otherwise. */
const capture = (change: Partial<LabCapture> & { readonly shots?: LabCapture['shots'] } = {}): Promise<LabOutcome> =>
  lab.page.evaluate((input) => window.lab.capture(input), {
    shots: [{ url: first, times: 1 }],
    binding: lab.binding(),
    ...change,
  })
const show = (url: string, times = 1) => [{ url, times }]
const memory = () => lab.page.evaluate(() => window.lab.memory())
const templateOf = async (outcome: LabOutcome) => (await lab.open(outcome.envelope ?? '')).claim.template

beforeAll(async () => {
  lab = await openLab()
  await lab.start()
})
afterAll(() => lab.close())

describe('a sealed capture', () => {
  it('opens with another implementation of RFC 9180, and says what was asked', async () => {
    const binding = lab.binding({ kind: 'enrol' })
    const outcome = await capture({ binding })
    expect(outcome.failure).toBeUndefined()
    expect(Buffer.from(outcome.envelope!, 'base64').length).toBeLessThanOrEqual(1024)
    const { header, claim } = await lab.open(outcome.envelope!)
    expect(header).toMatchObject({
      ...{ v: 1, kind: 'enrol', suite: 'P256', kid: 'key-1', tenant: 'example', origin: 'https://example.com' },
      ...{ purpose: 'sign-in', scheme: 'srht-sign/v1', bits: 2048, sid: binding.sid, nonce: binding.nonce },
      ...{ consent: binding.consent, device: `${'D'.repeat(42)}E`, liveness: expect.stringMatching(/^[\w-]{43}$/) },
      model: expect.stringMatching(/^mobilefacenet\.[0-9a-f]{8}$/),
    })
    expect(header.exp - header.iat).toBe(120)
    expect(Math.abs(header.iat - Date.now() / 1000)).toBeLessThan(30)
    expect(claim).toMatchObject({ kind: 'enrol', bits: 2048 })
    expect(claim.template).toHaveLength(256)
  })

  it('is signed by the device key over header and template', async () => {
    const { headerBytes, claim } = await lab.open((await capture()).envelope!)
    const [x, y] = [claim.devicePublicKey.subarray(1, 33), claim.devicePublicKey.subarray(33)]
    const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
    const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: encode(x), y: encode(y) } })
    const message = Buffer.concat([headerBytes, claim.template])
    expect(verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, claim.signature)).toBe(true)
    message[0]! ^= 1
    expect(verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, claim.signature)).toBe(false)
  })

  it('never outlives the options', async () => {
    const notAfter = Math.floor(Date.now() / 1000) + 40
    const { header } = await lab.open((await capture({ binding: lab.binding({ notAfter }) })).envelope!)
    expect(header.exp).toBe(notAfter)
    const late = await capture({ binding: lab.binding({ notAfter: Math.floor(Date.now() / 1000) - 1 }) })
    expect(late.failure).toMatchObject({ code: 'options_expired' })
  })

  it('makes near templates of one face and far ones of two', async () => {
    const a = await templateOf(await capture({ shots: show(first) }))
    const b = await templateOf(await capture({ shots: show(third) }))
    const c = await templateOf(await capture({ shots: show(stranger) }))
    expect(hammingDistance(a, b) / 2048).toBeLessThan(0.33)
    expect(hammingDistance(a, c) / 2048).toBeGreaterThan(0.42)
    expect(hammingDistance(a, c) / 2048).toBeLessThan(0.58)
  })

  it('makes the same template again of the same picture, and a stranger under another purpose or salt', async () => {
    const a = await templateOf(await capture())
    expect(await templateOf(await capture())).toEqual(a)
    const purpose = await templateOf(await capture({ binding: lab.binding({ purpose: 'payment' }) }))
    const subjectSalt = Buffer.alloc(32, 6).toString('base64url')
    const renewed = await templateOf(await capture({ binding: lab.binding({ subjectSalt }) }))
    for (const other of [purpose, renewed]) {
      expect(hammingDistance(a, other) / 2048).toBeGreaterThan(0.44)
      expect(hammingDistance(a, other) / 2048).toBeLessThan(0.56)
    }
  })

  it('takes video frames from a stream as well', async () => {
    const outcome = await capture({ source: 'stream' })
    expect(outcome.failure).toBeUndefined()
    expect(hammingDistance(await templateOf(outcome), await templateOf(await capture())) / 2048).toBeLessThan(0.1)
    expect(await memory()).toMatchObject({ frames: 0 })
  })

  it('says when every frame is the same to the last bit', async () => {
    expect((await lab.open((await capture()).envelope!)).claim.injectionRisk).toBe(2)
    const moving = await capture({
      shots: [first, second, third].flatMap((url) => show(url)).concat(show(franck('02159'), 40)),
    })
    expect((await lab.open(moving.envelope!)).claim.injectionRisk).toBeLessThan(2)
  })
})

describe('hints', () => {
  it.each([
    ['no_face', noFace],
    ['several_faces', crowd],
    ['too_dark', '/photos/dark_franck_01829.jpg'],
  ])('%s, and no capture', async (hint, url) => {
    const outcome = await capture({ shots: show(url), timeoutMs: 2500 })
    expect(outcome.failure).toMatchObject({ code: 'capture_timeout', detail: hint })
    expect(outcome.hints).toEqual(['look_here', hint])
  })

  it('goes from what is wrong to done', async () => {
    const outcome = await capture({ shots: [...show(noFace, 8), ...show(first)] })
    expect(outcome.hints[0]).toBe('look_here')
    expect(outcome.hints.at(-1)).toBe('done')
    expect(outcome.hints).toContain('hold_still')
    expect(outcome.kind).toBe('sealed')
  })
})

describe('what ends a capture', () => {
  it('another person in the middle', async () => {
    const outcome = await capture({ shots: [...show(first, 2), ...show(stranger)] })
    expect(outcome.failure).toMatchObject({ code: 'identity_changed' })
  })

  it('the camera', async () => {
    const outcome = await capture({ shots: show(first, 2), ends: true })
    expect(outcome.failure).toMatchObject({ code: 'camera_lost' })
  })

  it('a camera that delivers nothing', async () => {
    expect((await capture({ silent: true })).failure).toMatchObject({ code: 'camera_stalled' })
  })

  it('cancel', async () => {
    const outcome = await capture({ shots: show(noFace), cancelAfterMs: 400 })
    expect(outcome.failure).toMatchObject({ code: 'aborted' })
    expect((await capture()).kind).toBe('sealed')
  })

  it('a second capture at the same time is refused', async () => {
    const [one, other] = await Promise.all([capture(), capture()])
    expect([one.failure?.code, other.failure?.code]).toContain('already_running')
    expect([one.kind, other.kind]).toContain('sealed')
  })

  it.each([
    ['frames', { frames: 2 }],
    ['frames', { frames: 9 }],
  ])('options that make no sense: %s', async (detail, change) => {
    expect((await capture(change)).failure).toMatchObject({ code: 'options_invalid', detail })
  })
})

describe('local', () => {
  const local = (change: Partial<LabCapture>) => capture({ delivery: 'local', template: 'mine', ...change })

  it('verifies the same face and refuses another, with a signed statement', async () => {
    const enrolled = await local({ binding: lab.binding({ kind: 'enrol' }) })
    expect(enrolled).toMatchObject({ kind: 'local-enrolled' })
    expect(enrolled).not.toHaveProperty('envelope')
    const binding = lab.binding()
    const same = await local({ shots: show(third), binding })
    expect(same).toMatchObject({ kind: 'local-verified', verified: true })
    const { payload, protectedHeader } = await compactVerify(same.statement!, EmbeddedJWK)
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'faceseal-local+jws' })
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({
      ...{ v: 1, kind: 'verify', sid: binding.sid, nonce: binding.nonce, origin: binding.origin },
      ...{ tenant: binding.tenant, purpose: binding.purpose, consent: binding.consent, verified: true },
      ...{ model: expect.stringMatching(/^mobilefacenet\./), iat: expect.any(Number), exp: expect.any(Number) },
    })
    expect(await local({ shots: show(stranger) })).toMatchObject({ kind: 'local-verified', verified: false })
  })

  it('says when there is no template', async () => {
    expect((await local({ template: 'nobody' })).failure).toMatchObject({ code: 'template_missing' })
  })

  it('opens a template only for the purpose it was made for', async () => {
    const outcome = await local({ binding: lab.binding({ purpose: 'payment' }) })
    expect(outcome.failure).toMatchObject({ code: 'template_unreadable' })
  })

  it('notices one flipped bit', async () => {
    await local({ binding: lab.binding({ kind: 'enrol' }), template: 'spoiled' })
    await lab.page.evaluate(() => window.lab.spoilTemplate('spoiled'))
    expect((await local({ template: 'spoiled' })).failure).toMatchObject({ code: 'template_unreadable' })
  })
})

describe('nothing is left behind', () => {
  it('no tensor and no frame after twenty captures, good and bad', async () => {
    await capture()
    const before = await memory()
    for (let round = 0; round < 14; round++) expect((await capture()).kind).toBe('sealed')
    for (let round = 0; round < 3; round++) await capture({ shots: [...show(first, 2), ...show(stranger)] })
    for (let round = 0; round < 3; round++) await capture({ shots: show(first, 1), ends: true })
    expect(await memory()).toEqual({ ...before, frames: 0 })
  })

  it('no policy was violated and no error escaped', () => {
    expect(lab.complaints).toEqual([])
  })
})
