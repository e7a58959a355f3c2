import policy from '../../../demo/policy.json' with { type: 'json' }
import {
  type CeremonyOptionsJSON,
  createMemoryStore,
  type FaceSealStore,
  generateEnrolmentOptions,
  generateServerKeys,
  generateVerificationOptions,
  importServerKeys,
  recordReceipts,
  type ServerKeys,
  verifyEnrolment,
  verifyVerification,
} from '../../../src/server'
import type { SealSuite } from '../../../src/wire/ceremony-options'
import type { SealChange, TestDevice } from './client'

export const origin = 'https://door.example'
export const scope = { tenant: 'estate', purpose: policy.purpose.id } as const
/** Every test starts at this time and moves its own clock. */
export const start = 1_800_000_000

type Bytes = Uint8Array<ArrayBuffer>

/** A backend with its clock, and the short ways that most tests take. */
export interface World {
  readonly store: FaceSealStore
  readonly keys: ServerKeys
  now: number
  readonly tenant: string
  options(kind: 'enrol' | 'verify', account: string, suite?: SealSuite): Promise<CeremonyOptionsJSON>
  /** Grants, records them, seals: what a page sends. */
  response(device: TestDevice, options: CeremonyOptionsJSON, template: Bytes, change?: SealChange): Promise<Bytes>
  record(receipts: readonly string[]): ReturnType<typeof recordReceipts>
  acceptEnrolment(response: Bytes): ReturnType<typeof verifyEnrolment>
  acceptVerification(response: Bytes): ReturnType<typeof verifyVerification>
  enrol(device: TestDevice, account: string, template: Bytes): ReturnType<typeof verifyEnrolment>
  verify(device: TestDevice, account: string, template: Bytes): ReturnType<typeof verifyVerification>
}

export async function createWorld(
  store: FaceSealStore = createMemoryStore(),
  tenant: string = scope.tenant,
  given?: ServerKeys,
): Promise<World> {
  const keys = given ?? (await importServerKeys(await generateServerKeys({ suites: ['P256', 'X25519'] })))
  const world: World = {
    store,
    keys,
    now: start,
    tenant,
    options(kind, account, suite = 'P256') {
      const generate = kind === 'enrol' ? generateEnrolmentOptions : generateVerificationOptions
      const subject = { account }
      return generate({ store, keys, subject, ...scope, tenant, origin, policy, suite, now: world.now })
    },
    async response(device, options, template, change = {}) {
      const receipts = change.receipts ?? (await device.grants(options, { iat: world.now }))
      if (change.receipts === undefined) await world.record(receipts)
      return device.seal(options, template, { now: world.now, ...change, receipts })
    },
    record: (receipts) =>
      recordReceipts({ store, keys, receipts, expectedTenant: tenant, expectedOrigin: origin, now: world.now }),
    acceptEnrolment: (response) => verifyEnrolment({ store, keys, response, expectedOrigin: origin, now: world.now }),
    acceptVerification: (response) =>
      verifyVerification({ store, keys, response, expectedOrigin: origin, now: world.now }),
    async enrol(device, account, template) {
      const options = await world.options('enrol', account)
      return world.acceptEnrolment(await world.response(device, options, template))
    },
    async verify(device, account, template) {
      const options = await world.options('verify', account)
      return world.acceptVerification(await world.response(device, options, template))
    },
  }
  return world
}

/** The code with which a promise rejects; fails the test when it does not. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (cause) {
    return (cause as { code?: string }).code ?? String(cause)
  }
  return 'resolved'
}

/** Code and detail of a rejection. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (cause) {
    const { code, detail } = cause as { code?: string; detail?: string }
    return code === undefined ? String(cause) : detail === undefined ? code : `${code}: ${detail}`
  }
  return 'resolved'
}
