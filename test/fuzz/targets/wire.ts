import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { type CeremonyOptionsJSON, verifyOptions } from '../../../src/server'
import { decodeClaim, decodeEnvelope, encodeClaim } from '../../../src/wire/envelope'
import { errorFromWire, errorToWire } from '../../../src/wire/error-transfer'
import { FaceSealError } from '../../../src/wire/errors'
import { randomTemplate } from '../../unit/server/client'
import { start } from '../../unit/server/world'
import { damagedBytes, damagedJson, damagedText, noise } from '../damage'
import { type FuzzTarget, isAnything, isBytes, isText, outcomeOf, requireOneOf, target } from '../target'

export function wireTargets(options: CeremonyOptionsJSON, envelope: Uint8Array<ArrayBuffer>): readonly FuzzTarget[] {
  return [
    target({
      name: 'decodeEnvelope',
      runs: 3000,
      inputs: [noise(1100), damagedBytes(envelope)],
      accepts: isBytes,
      check: async (input) =>
        requireOneOf(await outcomeOf(() => decodeEnvelope(input)), ['envelope_malformed', 'resolved']),
    }),
    target({
      name: 'decodeClaim',
      runs: 3000,
      inputs: [noise(420), damagedBytes(trueClaim())],
      accepts: isBytes,
      check: async (input) => {
        const outcome = await outcomeOf(() => decodeClaim(input))
        requireOneOf(outcome, ['envelope_malformed', 'resolved'])
        // One claim has one spelling, or two texts would carry one signature.
        if (outcome === 'resolved' && Buffer.compare(encodeClaim(decodeClaim(input)), input) !== 0) {
          throw new Error('another spelling of the same claim')
        }
      },
    }),
    target({
      name: 'verifyOptions',
      runs: 500,
      inputs: [fc.anything(), damagedJson(options)],
      accepts: isAnything,
      check: async (input) => {
        let taken: unknown
        const outcome = await outcomeOf(async () => {
          taken = (await verifyOptions(input, { now: start })).options
        })
        requireOneOf(outcome, ['options_invalid', 'options_signature', 'options_expired', 'resolved'])
        // Valibot drops a field named like one of Object.prototype's own: nothing else may differ from what was signed.
        if (outcome === 'resolved' && !isDeepStrictEqual(taken, options)) throw new Error('took what was not signed')
        if (isDeepStrictEqual(input, options)) requireOneOf(outcome, ['resolved'])
      },
    }),
    target({
      name: 'verifyOptions: signature',
      runs: 300,
      inputs: [damagedText(options.signature)],
      accepts: isText,
      check: async (signature) => {
        const outcome = await outcomeOf(() => verifyOptions({ ...options, signature }, { now: start }))
        const codes = ['options_invalid', 'options_signature'] as const
        requireOneOf(outcome, signature === options.signature ? ['resolved'] : codes)
      },
    }),
    target({
      name: 'errorFromWire',
      runs: 2000,
      inputs: [fc.anything(), damagedJson(errorToWire(new FaceSealError('worker_lost', { detail: 'killed' })))],
      accepts: isAnything,
      check: (input) => {
        if (!(errorFromWire(input) instanceof FaceSealError)) throw new Error('not a FaceSealError')
      },
    }),
  ]
}

function trueClaim(): Uint8Array<ArrayBuffer> {
  const keys = { signature: new Uint8Array(64).fill(1), devicePublicKey: new Uint8Array(65).fill(4) }
  const seen = { quality: 1, spoofRisk: 2, injectionRisk: 3, steps: ['blink', 'turn_left'] as const }
  return encodeClaim({ kind: 'verify', bits: 1024, template: randomTemplate(1024), ...seen, ...keys })
}
