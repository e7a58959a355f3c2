import { exportEvidence, generateServerKeys, importServerKeys } from '../../../src/server'
import { sourceOf } from '../../unit/models/package-source.js'
import { validPolicy } from '../../unit/policy/valid-policy'
import { bundleOf, fiveReceipts } from '../../unit/records/chain'
import { createDevice, randomTemplate } from '../../unit/server/client'
import { createWorld, scope } from '../../unit/server/world'
import type { FuzzTarget } from '../target'
import { modelTargets } from './models'
import { recordTargets } from './records'
import { serverTargets } from './server'
import { wireTargets } from './wire'

/** Every target, with true inputs to damage: a backend with somebody enrolled, records, keys, model files. */
export async function allTargets(): Promise<readonly FuzzTarget[]> {
  const json = await generateServerKeys()
  const world = await createWorld(undefined, undefined, await importServerKeys(json))
  const { store, keys } = world
  const device = await createDevice()
  await world.enrol(device, 'enrolled', randomTemplate())
  const verifyOptions = await world.options('verify', 'enrolled')
  const verification = await world.response(device, verifyOptions, randomTemplate())
  const subject = verifyOptions.subject
  const exported = await exportEvidence({ store, keys, subject, ...scope, now: world.now })

  const newcomer = await createDevice()
  const options = await world.options('enrol', 'newcomer')
  const receipt = await newcomer.receipt(options)
  await world.record([receipt])
  const enrolment = await world.response(newcomer, options, randomTemplate())

  return [
    ...wireTargets(options, enrolment),
    ...serverTargets({ world, keys: json, enrolment, verification, receipt }),
    ...recordTargets({ policy: validPolicy, bundle: await bundleOf(await fiveReceipts()), exported, now: world.now }),
    ...modelTargets(new Uint8Array(await sourceOf('blazeface-short-range'))),
  ]
}
