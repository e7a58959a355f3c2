import fc from 'fast-check'
import policy from '../../../demo/policy.json' with { type: 'json' }
import { createHandler, importServerKeys, type ServerKeysJSON } from '../../../src/server'
import { readReceipt } from '../../../src/server/ledger'
import { isFaceSealErrorCode } from '../../../src/wire/errors'
import { origin, scope, type World } from '../../unit/server/world'
import { damagedBytes, damagedJson, damagedText, noise } from '../damage'
import { type FuzzTarget, isAnything, isBytes, isText, outcomeOf, requireOneOf, target } from '../target'

type Bytes = Uint8Array<ArrayBuffer>

export interface ServerSamples {
  readonly world: World
  readonly keys: ServerKeysJSON
  /** Of somebody who is about to enrol. */
  readonly enrolment: Bytes
  readonly verification: Bytes
  readonly receipt: string
}

export function serverTargets({ world, keys, enrolment, verification, receipt }: ServerSamples): readonly FuzzTarget[] {
  const response = (name: string, whole: Bytes, accept: (input: Bytes) => Promise<unknown>) =>
    target({
      name,
      runs: 500,
      inputs: [noise(1100), damagedBytes(whole)],
      accepts: isBytes,
      // The true bytes are not tried: they are good for once, and then no change would be looked at.
      check: async (input) => {
        if (Buffer.compare(input, whole) === 0) return
        const outcome = await outcomeOf(() => accept(input))
        if (!/^(envelope|challenge|origin|device)_[a-z_]+$/.test(outcome)) throw new Error(`came out as ${outcome}`)
      },
    })
  return [
    response('verifyEnrolment', enrolment, world.acceptEnrolment),
    response('verifyVerification', verification, world.acceptVerification),
    target({
      name: 'readReceipt',
      runs: 500,
      inputs: [fc.string(), damagedText(receipt)],
      accepts: isText,
      check: async (text) =>
        requireOneOf(await outcomeOf(() => readReceipt(text)), [text === receipt ? 'resolved' : 'receipt_invalid']),
    }),
    target({
      name: 'importServerKeys',
      runs: 300,
      inputs: [fc.anything(), damagedJson(keys)],
      accepts: isAnything,
      check: async (input) =>
        requireOneOf(await outcomeOf(() => importServerKeys(input)), ['configuration_invalid', 'resolved']),
    }),
    handlerTarget(world, enrolment, receipt),
  ]
}

interface HttpInput {
  readonly method: string
  readonly path: string
  readonly type: string
  readonly account: string
  readonly body: string | Bytes
}

const names = ['enrol', 'verify', 'enrol/options', 'verify/options', 'local', 'receipts', 'withdraw', 'export']
const open = ['health', 'keys', 'evidence/head', 'evidence/proof?entry=A', 'evidence/consistency?from=0&to=1e9']

function handlerTarget(world: World, envelope: Bytes, receipt: string): FuzzTarget {
  const handler = createHandler({
    ...{ store: world.store, keys: world.keys, policy, ...scope, expectedOrigin: origin, now: () => world.now },
    resolveSubject: async (request) => request.headers.get('x-account') ?? undefined,
  })
  const path = fc.oneof(
    fc.constantFrom(...names, ...open).map((name) => `/face/${name}`),
    fc.webPath().map((rest) => `/face${rest}`),
  )
  const body = fc.oneof(
    fc.constant('{}'),
    damagedJson({ receipts: [receipt], avoid: ['blink'] }).map((value) => JSON.stringify(value) ?? ''),
    damagedText(JSON.stringify({ receipts: [receipt] })),
    damagedBytes(envelope),
    fc.string(),
    noise(2000),
  )
  const input: fc.Arbitrary<HttpInput> = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'),
    path,
    type: fc.constantFrom('application/json', 'application/octet-stream', 'application/jose', 'text/html', ''),
    account: fc.constantFrom('alice', '', '__proto__', 'x'.repeat(300)),
    body,
  })
  return target({
    name: 'createHandler',
    runs: 500,
    inputs: [input],
    accepts: (kept): kept is HttpInput => typeof kept === 'object' && kept !== null && 'path' in kept,
    check: async ({ method, path, type, account, body }) => {
      const headers = { origin, ...(type && { 'content-type': type }), ...(account && { 'x-account': account }) }
      const withBody = method !== 'GET' && method !== 'HEAD'
      const request = new Request(`${origin}${path}`, { method, headers, ...(withBody && { body }) })
      const response = await handler(request)
      if (response.status >= 500) throw new Error(`${response.status}: ${await response.text()}`)
      if (response.status < 400 || method === 'HEAD') return
      const problem: unknown = await response.json()
      const code = typeof problem === 'object' && problem && 'code' in problem ? problem.code : undefined
      if (!isFaceSealErrorCode(code)) throw new Error(`a refusal without a code: ${JSON.stringify(problem)}`)
    },
  })
}
